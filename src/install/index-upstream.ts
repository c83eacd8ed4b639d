import { type IncomingMessage, request as httpRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { PackageIndex } from './package-index.ts';
import { RegistryFault } from './registry-fault.ts';

export interface IndexRequest {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const maxRedirects = 5;
const defaultIdleMs = 45_000;

/**
 * HTTP towards one package index (a module proxy, too) and the hosts that keep its files: connections kept alive, proxies of the environment
 * honoured, redirects followed, the index's credentials sent to the index alone.
 */
export class IndexUpstream {
  readonly index: PackageIndex;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #idleMs: number;

  /** @param idleMs without a byte, after which an answer is given up. */
  constructor(index: PackageIndex, env: Readonly<NodeJS.ProcessEnv>, idleMs = defaultIdleMs) {
    this.index = index;
    this.#idleMs = idleMs;
    const agent = { keepAlive: true, maxSockets: 16, proxyEnv: { ...env } };
    this.#http = new HttpAgent(agent);
    this.#https = new HttpsAgent({ ...agent, ...(index.ca === null ? {} : { ca: [...rootCertificates, index.ca] }) });
  }

  /** Whether something may be fetched from there: from the index itself, and from elsewhere only by HTTPS. */
  allows(url: URL): boolean {
    return url.protocol === 'https:' || url.origin === this.index.url.origin;
  }

  /** @throws RegistryFault when no answer comes; an answer of any status is an answer. */
  async get(address: URL, request: IndexRequest = {}): Promise<IncomingMessage> {
    let url = address;
    for (let hop = 0; hop <= maxRedirects; hop++) {
      if (!this.allows(url))
        throw new RegistryFault(`${url.host} is asked for by ${url.protocol}//, which is not followed`);
      const answer = await this.#once(url, request);
      const { location } = answer.headers;
      const status = answer.statusCode ?? 0;
      if (status < 300 || status >= 400 || location === undefined) return answer;
      answer.resume();
      if (!URL.canParse(location, url.href))
        throw new RegistryFault(`${url.host} redirects ${url.pathname} to no address`);
      url = new URL(location, url);
    }
    throw new RegistryFault(`${address.host} redirects ${address.pathname} more than ${maxRedirects} times`);
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async #once(url: URL, { method, headers, signal }: IndexRequest): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    const { authorization } = this.index;
    const login = authorization !== null && url.origin === this.index.url.origin ? { authorization } : {};
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? httpsRequest : httpRequest)(
        url,
        {
          agent: secure ? this.#https : this.#http,
          method: method ?? 'GET',
          headers: { 'user-agent': 'mcp-workflow', ...headers, ...login },
          timeout: this.#idleMs,
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${this.#idleMs / 1000} s`)));
      outgoing.on('error', (error) => reject(new RegistryFault(`${url.host}: ${describe(error)}`)));
      outgoing.end();
    });
  }
}

function describe(error: Error): string {
  // Several addresses were tried: the message of the whole is empty.
  if (error instanceof AggregateError) return error.errors.map((each) => String(each?.message ?? each)).join(', ');
  return error.message;
}
