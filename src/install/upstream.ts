import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as httpRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { messageOf } from '../process/failure.ts';

/** The package registry that installs are served from. */
export interface Registry {
  /** Ends in a slash. */
  readonly url: URL;
  /** Certificates in PEM beside the built-in ones, or null. */
  readonly ca: string | null;
  /** Scopes that npm takes from elsewhere. Never asked for here: a public registry may hold a stranger's package of that name. */
  readonly scopes: ReadonlyMap<string, string>;
}

/** The registry could not be reached, or failed: infrastructure. */
export class RegistryFault extends Error {
  override readonly name = 'RegistryFault';
}

const maxRedirects = 5;
const idleTimeoutMs = 60_000;

/** HTTP towards one registry: connections kept alive, proxies of the environment honoured, redirects followed. */
export class Upstream {
  readonly registry: Registry;
  readonly #https: HttpsAgent;
  readonly #http: HttpAgent;

  constructor(registry: Registry, env: Readonly<NodeJS.ProcessEnv>) {
    this.registry = registry;
    const agent = { keepAlive: true, maxSockets: 32, proxyEnv: { ...env } };
    this.#http = new HttpAgent(agent);
    this.#https = new HttpsAgent({
      ...agent,
      ...(registry.ca === null ? {} : { ca: [...rootCertificates, registry.ca, ...extraCertificates(env)] }),
    });
  }

  /**
   * @param path absolute path and query, as a client of the registry asks for it.
   * @throws RegistryFault when no answer comes; an answer of any status is an answer.
   */
  async get(
    path: string,
    options: { method?: 'GET' | 'HEAD'; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<IncomingMessage> {
    let url = new URL(path, this.registry.url);
    if (url.origin !== this.registry.url.origin) throw new RegistryFault(`${path} does not lie in the registry`);
    this.#refuseForeignScope(url);
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const answer = await this.#once(url, options);
      const { location } = answer.headers;
      if ((answer.statusCode ?? 0) < 300 || (answer.statusCode ?? 0) >= 400 || location === undefined) return answer;
      answer.resume();
      if (!URL.canParse(location, url.href)) throw new RegistryFault(`the registry redirects ${path} to no address`);
      const next = new URL(location, url);
      if (next.protocol !== 'https:' && next.origin !== url.origin) {
        throw new RegistryFault(`the registry redirects ${url.pathname} to ${next.protocol}//, which is not followed`);
      }
      url = next;
    }
    throw new RegistryFault(`the registry redirects ${path} more than ${maxRedirects} times`);
  }

  #refuseForeignScope(url: URL): void {
    const name = decodeURIComponent(url.pathname.slice(this.registry.url.pathname.length));
    const [scope = ''] = name.split('/');
    const elsewhere = this.registry.scopes.get(scope);
    if (elsewhere === undefined) return;
    throw new RegistryFault(
      `${scope} is taken from ${elsewhere} by this machine's npm, and more than one registry is not yet supported`,
    );
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async #once(
    url: URL,
    options: { method?: 'GET' | 'HEAD'; headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? httpsRequest : httpRequest)(
        url,
        {
          agent: secure ? this.#https : this.#http,
          method: options.method ?? 'GET',
          headers: options.headers ?? {},
          timeout: idleTimeoutMs,
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        },
        resolve,
      );
      outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${idleTimeoutMs / 1000} s`)));
      outgoing.on('error', (error) => reject(new RegistryFault(`${url.host}: ${describe(error)}`)));
      outgoing.end();
    });
  }
}

const maxBody = 128 * 1024 ** 2;

/** Reads a whole answer, at most 128 MiB. @throws RegistryFault also where it is cut off in the middle. */
export async function readBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBody) throw new RegistryFault(`an answer is larger than ${maxBody / 1024 ** 2} MiB`);
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof RegistryFault) throw error;
    throw new RegistryFault(`an answer was cut off: ${messageOf(error)}`);
  }
  return Buffer.concat(chunks);
}

/** Node adds NODE_EXTRA_CA_CERTS to its defaults only where no `ca` is given. */
function extraCertificates(env: Readonly<NodeJS.ProcessEnv>): string[] {
  const file = env['NODE_EXTRA_CA_CERTS'];
  if (!file) return [];
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
}

function describe(error: Error): string {
  // Several addresses were tried: the message of the whole is empty.
  if (error instanceof AggregateError) return error.errors.map((each) => messageOf(each)).join(', ');
  return error.message;
}
