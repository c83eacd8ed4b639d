import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../process/failure.ts';
import { Allowance, close, listen } from '../gateway-socket.ts';
import type { IndexUpstream } from '../index-upstream.ts';
import { IndexPages, normalizedName } from './index-pages.ts';
import { htmlPage, jsonPage, jsonType } from './render-page.ts';
import type { IndexFile } from './simple-page.ts';

/** The socket's name inside {@link IndexGateway.folder}. */
export const indexSocket = 'index.sock';

/**
 * The one way out of a container that fetches Python packages: a Unix socket on which this process answers for the
 * package index, and for the files that pages of it have named. Nothing else can be asked for: a file goes by a token,
 * not by an address. It keeps credentials on the host, and ends with the install.
 */
export class IndexGateway {
  /** The folder that is mounted into the container; holds only the socket. */
  readonly folder: string;
  /** What the index failed to do, in sentences: then a failed install is infrastructure. */
  readonly faults: string[] = [];
  readonly #server: Server;
  readonly #upstream: IndexUpstream;
  readonly #pages: IndexPages;
  readonly #files = new Map<string, IndexFile>();
  readonly #ending = new AbortController();
  readonly #allowance: Allowance;

  private constructor(upstream: IndexUpstream, folder: string, maxBytes: number) {
    this.folder = folder;
    this.#upstream = upstream;
    this.#allowance = new Allowance(maxBytes);
    this.#pages = new IndexPages(upstream, this.#ending.signal);
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @param folder readable for the container's uid. @param maxBytes of all files together. */
  static async open(upstream: IndexUpstream, folder: string, maxBytes: number): Promise<IndexGateway> {
    const gateway = new IndexGateway(upstream, folder, maxBytes);
    await listen(gateway.#server, folder, indexSocket);
    return gateway;
  }

  /** The install asked for more than it may have: the package's doing, not the index's. */
  get tooLarge(): boolean {
    return this.#allowance.exceeded;
  }

  /** @returns the SHA-256 digests that the index published for files of this name; empty where it named none. */
  published(filename: string): readonly string[] {
    return [...this.#files.values()].flatMap((file) =>
      file.filename === filename && file.sha256 !== null ? [file.sha256] : [],
    );
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await close(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { method } = request;
      if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'only reading is allowed');
      const [, kind, name = '', ...rest] = segmentsOf(request.url ?? '/');
      if (kind === 'simple' && rest.join('') === '') return await this.#answerPage(name, request, response);
      if (kind === 'files' && rest.length === 1) return await this.#answerFile(name, rest[0] ?? '', method, response);
      refuse(response, 404, 'neither a page nor a file of the index');
    } catch (error) {
      // A client that has gone, or that wanted too much, is no fault of the index's.
      if (!this.tooLarge && !response.destroyed) this.faults.push(messageOf(error));
      if (response.headersSent) response.destroy();
      else refuse(response, 502, 'the package index could not be reached');
    }
  }

  async #answerPage(given: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = normalizedName(given);
    const files = name === null ? null : await this.#pages.files(name);
    if (name === null || files === null) return refuse(response, 404, 'the index has no such package');
    const shown = files.map((file) => ({ file, path: this.#pathOf(file) }));
    const asJson = request.headers.accept?.includes(jsonType) === true;
    response.writeHead(200, { 'content-type': asJson ? jsonType : 'text/html; charset=utf-8' });
    response.end(request.method === 'HEAD' ? '' : asJson ? jsonPage(name, shown) : htmlPage(name, shown));
  }

  #pathOf(file: IndexFile): string {
    const token = createHash('sha256').update(`${file.url.href} ${file.filename}`).digest('hex').slice(0, 32);
    this.#files.set(token, file);
    return `/files/${token}/${file.filename}`;
  }

  async #answerFile(token: string, asked: string, method: 'GET' | 'HEAD', response: ServerResponse): Promise<void> {
    const file = this.#files.get(token);
    const metadata = asked.endsWith('.metadata') && file?.hasMetadata === true;
    if (file === undefined || asked !== `${file.filename}${metadata ? '.metadata' : ''}`) {
      return refuse(response, 404, 'no page of the index has named this file');
    }
    if (this.tooLarge) return refuse(response, 507, 'the install is larger than allowed');
    const url = new URL(file.url);
    if (metadata) url.pathname += '.metadata';
    const answer = await this.#upstream.get(url, { method, signal: this.#ending.signal });
    const status = answer.statusCode ?? 502;
    if (status !== 200 && !metadata) this.faults.push(`${url.host} answers HTTP ${status} for ${file.filename}`);
    const length = answer.headers['content-length'];
    response.writeHead(status, {
      'content-type': 'application/octet-stream',
      ...(length === undefined ? {} : { 'content-length': length }),
    });
    await pipeline(answer, this.#allowance.counter(), response);
  }
}

/** Whatever is no path has no segments. */
function segmentsOf(path: string): readonly string[] {
  try {
    return path
      .replace(/[?#].*$/u, '')
      .split('/')
      .map(decodeURIComponent);
  } catch {
    return [];
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${reason}\n`);
}
