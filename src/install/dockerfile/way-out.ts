import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { messageOf } from '../../process/failure.ts';
import { loginFor, MachineProxy } from './machine-proxy.ts';
import { authorityOf, type Target, type Trust } from './package-hosts.ts';
import { listedLookup, NotPublic, publicLookup, refuseOwnAddress } from './public-lookup.ts';

/** An allowed host could not be reached: the doing of this machine's network or of the host. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface Destination extends Target {
  readonly trust: Trust;
}

export interface PlainRequest {
  readonly method: 'GET' | 'HEAD';
  /** Begins with a slash. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

interface WaitingMs {
  readonly connectMs: number;
  readonly idleMs: number;
}

/**
 * How the host gets to where a build wants to: straight, or through the proxy that this machine is set to. Only that
 * proxy then knows the addresses of names, so it is trusted with them.
 */
export class WayOut {
  readonly #proxies: MachineProxy;
  readonly #lookups: Readonly<Record<Trust, LookupFunction>>;
  readonly #waiting: WaitingMs;

  /** @throws Error where the environment names a proxy that is none */
  constructor(env: Readonly<NodeJS.ProcessEnv>, lookup: LookupFunction, waiting: WaitingMs) {
    this.#proxies = new MachineProxy(env);
    this.#lookups = { listed: listedLookup(lookup), public: publicLookup(lookup) };
    this.#waiting = waiting;
  }

  /** @param signal gives it up while it is not open; then it is the caller's. @throws Unreachable, NotPublic */
  async tunnel(to: Destination, signal: AbortSignal): Promise<Socket> {
    refuseOwnAddress(to.host);
    const proxy = this.#proxies.for(to, true);
    return proxy === null ? this.#straight(to, signal) : this.#through(proxy, to, signal);
  }

  /** @param signal ends the answer, too. @throws Unreachable, NotPublic */
  async ask(to: Destination, { method, path, headers }: PlainRequest, signal: AbortSignal): Promise<IncomingMessage> {
    refuseOwnAddress(to.host);
    const proxy = this.#proxies.for(to, false);
    const host = to.port === 80 ? authorityOf(to).replace(/:80$/u, '') : authorityOf(to);
    const own = { ...headers, host };
    const options: RequestOptions =
      proxy === null
        ? { host: to.host, port: to.port, path, headers: own, lookup: this.#lookups[to.trust] }
        : { ...addressOf(proxy), path: `http://${host}${path}`, headers: { ...own, ...loginFor(proxy) } };
    const timeout = this.#waiting.idleMs;
    return new Promise((resolve, reject) => {
      const request = (proxy?.protocol === 'https:' ? httpsRequest : httpRequest)(
        { ...options, method, agent: false, timeout, signal },
        (answer) => {
          if (proxy === null || answer.statusCode !== 407) return resolve(answer);
          answer.destroy();
          reject(proxyFault(proxy, 407, to));
        },
      );
      request.once('timeout', () => request.destroy(new Error(`no answer within ${timeout / 1000} s`)));
      request.on('error', (error) => reject(faultOf(to, proxy, error)));
      request.end();
    });
  }

  async #straight(to: Destination, signal: AbortSignal): Promise<Socket> {
    const { host, port, trust } = to;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, lookup: this.#lookups[trust], allowHalfOpen: true, noDelay: true, signal });
      socket.on('error', (error) => reject(faultOf(to, null, error)));
      const { connectMs } = this.#waiting;
      const late = () => socket.destroy(new Error(`no connection within ${connectMs / 1000} s`));
      socket.setTimeout(connectMs, late);
      socket.once('connect', () => {
        socket.setTimeout(0, late);
        resolve(socket);
      });
    });
  }

  async #through(proxy: URL, to: Destination, signal: AbortSignal): Promise<Socket> {
    const path = authorityOf(to);
    const { connectMs: timeout } = this.#waiting;
    return new Promise((resolve, reject) => {
      const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
        ...addressOf(proxy),
        method: 'CONNECT',
        path,
        headers: { host: path, ...loginFor(proxy) },
        agent: false,
        timeout,
        signal,
      });
      request.once('timeout', () => request.destroy(new Error(`no answer within ${timeout / 1000} s`)));
      request.on('error', (error) => reject(faultOf(to, proxy, error)));
      request.once('connect', ({ statusCode = 502 }, socket: Socket, head) => {
        socket.on('error', () => {});
        if (statusCode < 200 || statusCode > 299) {
          socket.destroy();
          return reject(proxyFault(proxy, statusCode, to));
        }
        socket.setTimeout(0);
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      request.end();
    });
  }
}

function addressOf(proxy: URL): { readonly host: string; readonly port: number } {
  const port = proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : Number(proxy.port);
  return { host: proxy.hostname.replace(/^\[(.*)\]$/u, '$1'), port };
}

function proxyFault(proxy: URL, status: number, to: Target): Unreachable {
  return new Unreachable(`the proxy ${proxy.host} of this machine answers HTTP ${status} for ${authorityOf(to)}`);
}

function faultOf(to: Target, proxy: URL | null, error: Error): Error {
  if (error instanceof NotPublic) return error;
  const by = proxy === null ? '' : ` by the proxy ${proxy.host} of this machine`;
  // Several addresses were tried: the message of the whole is empty.
  const causes = error instanceof AggregateError ? error.errors : [error];
  return new Unreachable(
    `${authorityOf(to)} could not be reached${by}: ${causes.map((each) => messageOf(each)).join(', ')}`,
  );
}
