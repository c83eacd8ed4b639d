import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../process/failure.ts';
import { Allowance, close, listen } from './gateway-socket.ts';
import { renameTarballs } from './packument.ts';
import type { Route } from './registries.ts';
import { readBody, type Upstream } from './upstream.ts';

/**
 * The one way out of a fetch container: a Unix socket on which this process answers for the registry, and for nothing
 * else. It attributes traffic to one install, keeps credentials on the host, and ends with the install.
 */
export class RegistryGateway {
  /** The folder that is mounted into the container; holds only the socket. */
  readonly folder: string;
  /** What the registry failed to do, in sentences: then a failed install is infrastructure. */
  readonly faults: string[] = [];
  readonly #server: Server;
  readonly #upstream: Upstream;
  readonly #allowance: Allowance;
  readonly #renamesAll: boolean;

  private constructor(upstream: Upstream, folder: string, options: GatewayOptions) {
    this.folder = folder;
    this.#upstream = upstream;
    this.#allowance = new Allowance(options.maxBytes);
    this.#renamesAll = options.renamesAll ?? false;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @param folder readable for the container's uid. */
  static async open(upstream: Upstream, folder: string, options: GatewayOptions): Promise<RegistryGateway> {
    const gateway = new RegistryGateway(upstream, folder, options);
    await listen(gateway.#server, folder, socketName);
    return gateway;
  }

  /** The install asked for more than it may have: the package's doing, not the registry's. */
  get tooLarge(): boolean {
    return this.#allowance.exceeded;
  }

  async close(): Promise<void> {
    await close(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const method = request.method;
      if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'only reading is allowed');
      if (this.tooLarge) return refuse(response, 507, 'the install is larger than allowed');
      const path = this.#pathOf(request);
      const route = this.#upstream.route(path);
      const answer = await this.#upstream.get(path, { method, headers: headersOf(request, requestHeaders) });
      const status = answer.statusCode ?? 502;
      this.#noteFault(status, request.url ?? '', route);
      const host = request.headers.host ?? '';
      const isDocument = method === 'GET' && status === 200 && !path.includes('/-/');
      const renames = isDocument && (this.#renamesAll || route.scoped !== null) && /^127\.0\.0\.1:\d+$/u.test(host);
      if (renames) return await this.#answerRenamed(answer, response, route, `http://${host}`);
      response.writeHead(status, headersOf(answer, responseHeaders));
      await pipeline(answer, this.#allowance.counter(), response);
    } catch (error) {
      // A client that has gone, or that wanted too much, is no fault of the registry's.
      if (!this.tooLarge && !response.destroyed) this.faults.push(messageOf(error));
      if (response.headersSent) response.destroy();
      else refuse(response, 502, 'the registry could not be reached');
    }
  }

  #noteFault(status: number, path: string, { scoped }: Route): void {
    if (status >= 500) this.faults.push(`HTTP ${status} for ${path}`);
    if (scoped !== null && (status === 401 || status === 403)) {
      const token = scoped.token === null ? 'it wants a token' : 'its token is not good for that';
      this.faults.push(`${scoped.url.host} refuses ${path} (HTTP ${status}): ${token}, see \`registries\``);
    }
  }

  /** A package document whose tarballs are to be fetched through this gateway, wherever they lie. */
  async #answerRenamed(answer: IncomingMessage, response: ServerResponse, route: Route, base: string): Promise<void> {
    const body = await readBody(answer);
    const rename = (tarball: URL) => `${base}${this.#upstream.pathOfTarball(route, tarball)}`;
    const renamed = renameTarballs(body, answer.headers['content-encoding'], rename);
    // The length and the encoding are no longer what they were.
    const type = answer.headers['content-type'];
    if (renamed !== null) response.writeHead(200, type === undefined ? {} : { 'content-type': type });
    else response.writeHead(200, headersOf(answer, responseHeaders));
    await pipeline(Readable.from([renamed ?? body]), this.#allowance.counter(), response);
  }

  /** A path relative to the registry, whatever host the client believes it talks to. */
  #pathOf(request: IncomingMessage): string {
    const asked = new URL(request.url ?? '/', 'http://gateway.invalid');
    const { pathname } = this.#upstream.registry.url;
    // Whatever else the registry's host serves is out of reach.
    const below = asked.pathname.startsWith(pathname) ? asked.pathname : `${pathname}${asked.pathname.slice(1)}`;
    return `${below}${asked.search}`;
  }
}

export interface GatewayOptions {
  /** Of all answers together. */
  readonly maxBytes: number;
  /** Package documents name this gateway as the place of every tarball, for clients that do not ask the registry by themselves. */
  readonly renamesAll?: boolean;
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
