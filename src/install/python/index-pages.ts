import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import pRetry, { AbortError } from 'p-retry';
import { messageOf } from '../../process/failure.ts';
import type { IndexUpstream } from '../index-upstream.ts';
import { readBody, RegistryFault } from '../upstream.ts';
import { type IndexFile, parseSimplePage } from './simple-page.ts';

const accepted = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';
const maxPage = 64 * 1024 ** 2;
const unzip = promisify(gunzip);

/** @returns a name as indexes spell it (PEP 503), or null where it is none. */
export function normalizedName(name: string): string | null {
  if (!/^[A-Za-z0-9](?:[\w.-]{0,200}[A-Za-z0-9])?$/u.test(name)) return null;
  return name.toLowerCase().replaceAll(/[-_.]+/gu, '-');
}

/** The pages of an index, each asked for once. */
export class IndexPages {
  readonly #upstream: IndexUpstream;
  readonly #signal: AbortSignal;
  readonly #pages = new Map<string, Promise<readonly IndexFile[] | null>>();

  constructor(upstream: IndexUpstream, signal: AbortSignal) {
    this.#upstream = upstream;
    this.#signal = signal;
  }

  /** @param name normalized. @returns null where the index has no such package. @throws RegistryFault */
  async files(name: string): Promise<readonly IndexFile[] | null> {
    const known = this.#pages.get(name);
    if (known !== undefined) return known;
    const reading = pRetry(() => this.#read(name), { retries: 2, minTimeout: 500, signal: this.#signal });
    this.#pages.set(name, reading);
    // What failed may work at the next question.
    reading.catch(() => this.#pages.delete(name));
    return reading;
  }

  async #read(name: string): Promise<readonly IndexFile[] | null> {
    const { index } = this.#upstream;
    const page = new URL(`${name}/`, index.url);
    const headers = { accept: accepted, 'accept-encoding': 'gzip' };
    const answer = await this.#upstream.get(page, { headers, signal: this.#signal }).catch((error: unknown) => {
      // An index that hangs does so the next time too.
      throw /no answer within/u.test(messageOf(error)) ? new AbortError(asError(error)) : error;
    });
    const status = answer.statusCode ?? 0;
    const body = await readBody(answer);
    if (status === 404 || status === 410) return null;
    if (status === 401 || status === 403) {
      throw new AbortError(new RegistryFault(`${index.url.host} refuses to show ${name} (HTTP ${status})`));
    }
    if (status !== 200) throw new RegistryFault(`${index.url.host} answers HTTP ${status} for ${name}`);
    const text = await plain(body, answer.headers['content-encoding'], index.url.host);
    return parseSimplePage(text, answer.headers['content-type'] ?? '', page).filter(({ url }) =>
      this.#upstream.allows(url),
    );
  }
}

async function plain(body: Buffer, encoding: string | undefined, host: string): Promise<string> {
  if (encoding === undefined || encoding === 'identity') return body.toString('utf8');
  try {
    return (await unzip(body, { maxOutputLength: maxPage })).toString('utf8');
  } catch (error) {
    throw new RegistryFault(`${host} sends a page that cannot be unpacked: ${messageOf(error)}`);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
