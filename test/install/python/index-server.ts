import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PackageFile } from './packages.ts';

/** A file, and what the index says about it where that is not the truth. */
export interface ListedFile extends PackageFile {
  readonly requiresPython?: string;
  readonly yanked?: string | boolean;
  /** Instead of the file's own. */
  readonly sha256?: string;
  /** Instead of a place in this index. */
  readonly url?: string;
}

export interface IndexOptions {
  /** Which form of the simple API is spoken. */
  readonly form?: 'json' | 'html';
  /** Answers instead of the index; returns whether it did. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface TestIndex {
  /** Of the simple API; ends in a slash. */
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  add(name: string, ...files: readonly ListedFile[]): void;
  stop(): Promise<void>;
}

/** A package index on loopback: PEP 503 and 691. */
export async function startIndex({ form = 'json', before }: IndexOptions = {}): Promise<TestIndex> {
  const packages = new Map<string, ListedFile[]>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    if (before?.(request, response)) return;
    const [, kind, name = '', filename] = path.split('/');
    const files = packages.get(name);
    const file = files?.find((each) => each.filename === decodeURIComponent(filename ?? ''));
    if (kind === 'simple' && files !== undefined) {
      response.setHeader('content-type', form === 'json' ? 'application/vnd.pypi.simple.v1+json' : 'text/html');
      response.end(form === 'json' ? json(name, files) : html(name, files));
    } else if (kind === 'files' && file !== undefined) response.end(file.bytes);
    else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/simple/`,
    asked,
    add: (name, ...files) => packages.set(name, [...(packages.get(name) ?? []), ...files]),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const addressOf = (name: string, file: ListedFile) => file.url ?? `/files/${name}/${encodeURIComponent(file.filename)}`;

function json(name: string, files: readonly ListedFile[]): string {
  const listed = files.map((file) => ({
    filename: file.filename,
    url: addressOf(name, file),
    hashes: { sha256: file.sha256 ?? digest(file.bytes) },
    ...(file.requiresPython === undefined ? {} : { 'requires-python': file.requiresPython }),
    ...(file.yanked === undefined ? {} : { yanked: file.yanked }),
  }));
  return JSON.stringify({ meta: { 'api-version': '1.0' }, name, files: listed });
}

function html(name: string, files: readonly ListedFile[]): string {
  const links = files.map((file) => {
    const python = file.requiresPython?.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const more = python === undefined ? '' : ` data-requires-python="${python}"`;
    const yanked = file.yanked === undefined ? '' : ` data-yanked="${String(file.yanked)}"`;
    const address = `${addressOf(name, file)}#sha256=${file.sha256 ?? digest(file.bytes)}`;
    return `<a href="${address}"${more}${yanked}>${file.filename}</a>`;
  });
  return `<!DOCTYPE html><html><body>${links.join('<br>\n')}</body></html>`;
}
