import { lookup as systemLookup } from 'node:dns';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../process/failure.ts';
import { Allowance, close, listen } from '../gateway-socket.ts';
import { mirrorSocket } from '../mirror-gateway.ts';
import { endOf, refuse, refuseTunnel } from './client.ts';
import { answerHeaders, requestHeaders } from './hop-headers.ts';
import { AllowedHosts, authorityOf, type Target, targetOf } from './package-hosts.ts';
import { type ProxyLimits, usualLimits } from './proxy-limits.ts';
import { NotPublic } from './public-lookup.ts';
import { type Destination, Unreachable, WayOut } from './way-out.ts';

export interface PackageProxyOptions {
  /** The folder that is mounted into the container; holds only the socket {@link mirrorSocket}. */
  readonly folder: string;
  /** Beside `packageHosts`: `host` for the ports 443 and 80, or `host:port`. */
  readonly hosts: readonly string[];
  /** Of everything together, in both directions. */
  readonly maxBytes: number;
  /** Its HTTP_PROXY, HTTPS_PROXY and NO_PROXY say how this machine reaches other hosts. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly lookup?: LookupFunction;
  readonly limits?: Partial<ProxyLimits>;
}

const maxHeaderBytes = 16 * 1024;
const maxRefused = 16;

type Verdict = Destination | { readonly status: number; readonly sentence: string };

/**
 * The one way out of a build: a forward proxy on a Unix socket for the package managers in it, which leads to the hosts
 * of packages and to those that the configuration lists. It adds no credentials, and does not look into tunnels.
 */
export class PackageProxy {
  readonly folder: string;
  readonly #server: Server;
  readonly #hosts: AllowedHosts;
  readonly #wayOut: WayOut;
  readonly #allowance: Allowance;
  readonly #idleMs: number;
  readonly #clients = new Set<Socket>();
  readonly #faults = new Map<string, string>();
  readonly #refused = new Set<string>();
  #asking = 0;

  private constructor(options: PackageProxyOptions) {
    const limits = { ...usualLimits, ...options.limits };
    this.folder = options.folder;
    this.#idleMs = limits.idleMs;
    this.#hosts = new AllowedHosts(options.hosts);
    this.#wayOut = new WayOut(options.env, options.lookup ?? systemLookup, limits);
    this.#allowance = new Allowance(options.maxBytes);
    const { requestMs } = limits;
    const patience = { headersTimeout: requestMs, requestTimeout: requestMs, keepAliveTimeout: limits.idleMs };
    this.#server = createServer(
      { ...patience, maxHeaderSize: maxHeaderBytes, connectionsCheckingInterval: Math.min(requestMs, 5000) },
      (request, response) => void this.#forward(request, response),
    );
    this.#server.maxConnections = limits.connections;
    // Twice: that a server is silent has to be found first.
    this.#server.timeout = 2 * limits.idleMs;
    this.#server.on('connect', (request, client: Socket, head) => void this.#tunnel(request, client, head));
    this.#server.on('connection', (client) => this.#watch(client));
  }

  /** @throws RegistryFault where the environment names a proxy that is none, Error for a host that is none */
  static async open(options: PackageProxyOptions): Promise<PackageProxy> {
    const proxy = new PackageProxy(options);
    await listen(proxy.#server, options.folder, mirrorSocket);
    return proxy;
  }

  /** Why allowed hosts could not be reached when they were last asked for, one sentence each: infrastructure. */
  get faults(): readonly string[] {
    return [...this.#faults.values()];
  }

  /** What was asked for as `host:port` and is not allowed: the first 16 of it. */
  get refused(): ReadonlySet<string> {
    return this.#refused;
  }

  /** The build wanted more than it may have: its own doing. */
  get tooLarge(): boolean {
    return this.#allowance.exceeded;
  }

  /** With all connections. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await close(this.#server);
  }

  #watch(client: Socket): void {
    this.#clients.add(client);
    // Clients may leave whenever they like.
    client.on('error', () => client.destroy());
    client.once('close', () => this.#clients.delete(client));
    // Each request that waits on it has one.
    client.setMaxListeners(0);
  }

  async #tunnel(request: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    const to = this.#judge(targetOf(request.url ?? '', null));
    if ('sentence' in to) return refuseTunnel(client, to.status, to.sentence);
    const signal = endOf(client);
    let server: Socket;
    try {
      server = await this.#wayOut.tunnel(to, signal);
    } catch (error) {
      const { status, sentence } = this.#failed(to, error, signal);
      return refuseTunnel(client, status, sentence);
    }
    this.#faults.delete(authorityOf(to));
    if (client.destroyed) return void server.destroy();
    client.setTimeout(this.#idleMs, () => client.destroy());
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) client.unshift(head);
    try {
      // Either side may be done with speaking before the other is.
      await Promise.all([
        pipeline(client, this.#allowance.counter(), server),
        pipeline(server, this.#allowance.counter(), client),
      ]);
    } catch {
      // One has gone, or it is too much: both know by the end of the connection.
    } finally {
      client.destroy();
      server.destroy();
    }
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const signal = endOf(response, request.socket);
    if (signal.aborted) return;
    this.#asking += 1;
    signal.addEventListener('abort', () => (this.#asking -= 1), { once: true });
    // One connection can bring any number of requests before the first is answered.
    if (this.#asking > this.#server.maxConnections) return void request.socket.destroy();
    const { method = '', url = '' } = request;
    const [, authority, path = ''] = /^http:\/\/([^/?#]*)([^#]*)/iu.exec(url) ?? [];
    if (authority === undefined) {
      return refuse(response, 400, 'this is a proxy: it is asked for http://host/path, or by CONNECT for host:port');
    }
    const to = this.#judge(targetOf(authority, 80));
    if ('sentence' in to) return refuse(response, to.status, to.sentence);
    if (method !== 'GET' && method !== 'HEAD') {
      return refuse(response, 405, 'only GET and HEAD are allowed without encryption');
    }
    try {
      this.#allowance.add(url.length + request.rawHeaders.join('').length);
      const headers = requestHeaders(request.headersDistinct);
      const from = path.startsWith('/') ? path : `/${path}`;
      const answer = await this.#wayOut.ask(to, { method, path: from, headers }, signal);
      const status = answer.statusCode ?? 502;
      if (status < 500) this.#faults.delete(authorityOf(to));
      else this.#note(to, `${authorityOf(to)} answers HTTP ${status} for ${from.slice(0, 200)}`);
      // Once the pipeline has ended both, who was first to go cannot be seen.
      answer.once('error', (error) => this.#failed(to, error, signal));
      response.writeHead(status, answerHeaders(answer.headersDistinct));
      await pipeline(answer, this.#allowance.counter(), response);
    } catch (error) {
      const { status, sentence } = this.#failed(to, error, signal);
      if (response.headersSent) response.destroy();
      else refuse(response, status, sentence);
    }
  }

  #judge(target: Target | null): Verdict {
    if (target === null) return { status: 400, sentence: 'what is asked for is not a host with a port' };
    if (this.tooLarge) return { status: 507, sentence: 'the build has taken more than it may' };
    const trust = this.#hosts.trust(target);
    if (trust !== null) return { ...target, trust };
    const asked = authorityOf(target);
    if (this.#refused.size < maxRefused) this.#refused.add(asked);
    return { status: 403, sentence: `${asked} is not among the hosts of this build: add it under build.hosts` };
  }

  /** What the network of this machine looks like is told to whoever reads the result, not to the build. */
  #failed(to: Destination, error: unknown, signal: AbortSignal): { status: number; sentence: string } {
    const asked = authorityOf(to);
    // A client that has gone, or that wanted too much, is no fault of the host's.
    if (!signal.aborted && !this.tooLarge) {
      const known = error instanceof Unreachable || error instanceof NotPublic;
      this.#note(to, known ? error.message : `${asked} broke off its answer: ${messageOf(error)}`);
    }
    if (!(error instanceof NotPublic)) return { status: 502, sentence: `${asked} could not be reached` };
    const sentence =
      to.trust === 'listed'
        ? 'is where this machine asks about itself, which no build may'
        : 'is at no public address: if that is meant, add it under build.hosts';
    return { status: 403, sentence: `${asked} ${sentence}` };
  }

  #note(to: Destination, sentence: string): void {
    this.#faults.set(authorityOf(to), sentence.slice(0, 500));
  }
}
