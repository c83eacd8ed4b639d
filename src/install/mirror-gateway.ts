import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../process/failure.ts';
import { Allowance, close, listen } from './gateway-socket.ts';
import type { IndexUpstream } from './index-upstream.ts';

/** What a gateway shows of an upstream, and nothing else of it can be asked for. */
export interface Mirror {
  /** @returns where a path leads, or what is answered for it; null: nothing. @throws RegistryFault */
  find(path: string): Promise<URL | { readonly text: string } | null>;
}

/** The socket's name inside {@link MirrorGateway.folder}. */
export const mirrorSocket = 'mirror.sock';

const attempts = 3;
const waitMs = 500;

/**
 * The one way out of a container in which somebody else's tool fetches packages (Go's, Cargo's): a Unix socket on which
 * this process answers for one place that has them. It keeps credentials on the host, and ends with the install.
 */
export class MirrorGateway {
  /** The folder that is mounted into the container; holds only the socket. */
  readonly folder: string;
  /** What the upstream failed to do, in sentences: then a failed install is infrastructure. */
  readonly faults: string[] = [];
  readonly #server: Server;
  readonly #upstream: IndexUpstream;
  readonly #mirror: Mirror;
  readonly #ending = new AbortController();
  readonly #allowance: Allowance;

  private constructor(upstream: IndexUpstream, mirror: Mirror, folder: string, maxBytes: number) {
    this.folder = folder;
    this.#upstream = upstream;
    this.#mirror = mirror;
    this.#allowance = new Allowance(maxBytes);
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @param folder readable for the container's uid. @param maxBytes of all files together. */
  static async open(upstream: IndexUpstream, mirror: Mirror, folder: string, maxBytes: number): Promise<MirrorGateway> {
    const gateway = new MirrorGateway(upstream, mirror, folder, maxBytes);
    await listen(gateway.#server, folder, mirrorSocket);
    return gateway;
  }

  /** The install asked for more than it may have: the package's doing, not the upstream's. */
  get tooLarge(): boolean {
    return this.#allowance.exceeded;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await close(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { method } = request;
      if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'only reading is allowed');
      if (this.tooLarge) return refuse(response, 507, 'the install is larger than allowed');
      const found = await this.#mirror.find(request.url ?? '/');
      if (found === null) return refuse(response, 404, 'nothing of this kind can be asked for here');
      if (!(found instanceof URL)) {
        response.writeHead(200, { 'content-type': 'application/json' });
        return void response.end(found.text);
      }
      await this.#pass(found, method, response);
    } catch (error) {
      // A client that has gone, or that wanted too much, is no fault of the upstream's.
      if (!this.tooLarge && !response.destroyed) this.faults.push(messageOf(error));
      if (response.headersSent) response.destroy();
      else refuse(response, 502, 'what has the packages could not be reached');
    }
  }

  async #pass(url: URL, method: 'GET' | 'HEAD', response: ServerResponse): Promise<void> {
    const answer = await this.#ask(url, method);
    const status = answer.statusCode ?? 502;
    // What is not there is the package's affair; all else is not as it should be.
    if (status !== 200 && status !== 404 && status !== 410) {
      this.faults.push(`${url.host} answers HTTP ${status} for ${url.pathname.slice(0, 200)}`);
    }
    const { 'content-type': type, 'content-length': length } = answer.headers;
    response.writeHead(status, {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(length === undefined ? {} : { 'content-length': length }),
    });
    await pipeline(answer, this.#allowance.counter(), response);
  }

  /** The tools themselves ask once, or want to be told how often. */
  async #ask(url: URL, method: 'GET' | 'HEAD'): Promise<IncomingMessage> {
    const { signal } = this.#ending;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#upstream.get(url, { method, signal });
      const passing = [429, 500, 502, 503, 504].includes(answer.statusCode ?? 0);
      if (!passing || attempt === attempts) return answer;
      answer.resume();
      await sleep(waitMs * attempt, undefined, { signal });
    }
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${reason}\n`);
}
