import { chmod } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../process/failure.ts';
import type { Upstream } from './upstream.ts';

/**
 * The one way out of a fetch container: a Unix socket on which this process answers for the registry, and for nothing
 * else. It attributes traffic to one install, keeps credentials on the host, and ends with the install.
 */
export class RegistryGateway {
  /** The folder that is mounted into the container; holds only the socket. */
  readonly folder: string;
  /** What the registry failed to do, in sentences: then a failed install is infrastructure. */
  readonly faults: string[] = [];
  /** The install asked for more than it may have: the package's doing, not the registry's. */
  tooLarge = false;
  #bytes = 0;
  readonly #server: Server;
  readonly #upstream: Upstream;
  readonly #maxBytes: number;

  private constructor(upstream: Upstream, folder: string, maxBytes: number) {
    this.folder = folder;
    this.#upstream = upstream;
    this.#maxBytes = maxBytes;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @param folder readable for the container's uid. @param maxBytes of all answers together. */
  static async open(upstream: Upstream, folder: string, maxBytes: number): Promise<RegistryGateway> {
    const gateway = new RegistryGateway(upstream, folder, maxBytes);
    const socket = join(folder, socketName);
    await new Promise<void>((resolve, reject) => {
      gateway.#server.once('error', reject);
      gateway.#server.listen(socket, resolve);
    });
    // The container's uid is neither owner nor group.
    await chmod(socket, 0o666);
    return gateway;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const method = request.method;
      if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'only reading is allowed');
      if (this.tooLarge) return refuse(response, 507, 'the install is larger than allowed');
      const answer = await this.#upstream.get(this.#pathOf(request), { method, headers: forwarded(request) });
      if ((answer.statusCode ?? 0) >= 500) this.faults.push(`HTTP ${answer.statusCode} for ${request.url}`);
      response.writeHead(answer.statusCode ?? 502, returned(answer));
      await pipeline(answer, this.#counter(), response);
    } catch (error) {
      // A client that has gone, or that wanted too much, is no fault of the registry's.
      if (!this.tooLarge && !response.destroyed) this.faults.push(messageOf(error));
      if (response.headersSent) response.destroy();
      else refuse(response, 502, 'the registry could not be reached');
    }
  }

  /** A path relative to the registry, whatever host the client believes it talks to. */
  #pathOf(request: IncomingMessage): string {
    const asked = new URL(request.url ?? '/', 'http://gateway.invalid');
    const { pathname } = this.#upstream.registry.url;
    // Whatever else the registry's host serves is out of reach.
    const below = asked.pathname.startsWith(pathname) ? asked.pathname : `${pathname}${asked.pathname.slice(1)}`;
    return `${below}${asked.search}`;
  }

  #counter(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#bytes += chunk.length;
        this.tooLarge ||= this.#bytes > this.#maxBytes;
        done(this.tooLarge ? new Error('the install is larger than allowed') : null, chunk);
      },
    });
  }
}

/** The socket's name inside {@link RegistryGateway.folder}. */
export const socketName = 'registry.sock';

/** Nothing that names the client or its credentials is passed on, nor anything a package could use to signal. */
const requestHeaders = ['accept', 'accept-encoding', 'if-none-match', 'if-modified-since', 'range'];
const responseHeaders = [
  'content-type',
  'content-encoding',
  'content-length',
  'etag',
  'last-modified',
  'cache-control',
  'vary',
];

function forwarded(request: IncomingMessage): Record<string, string> {
  return headersOf(request, requestHeaders);
}

function returned(answer: IncomingMessage): Record<string, string> {
  return headersOf(answer, responseHeaders);
}

function headersOf(message: IncomingMessage, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = message.headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: reason }));
}
