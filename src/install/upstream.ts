import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as httpRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { messageOf } from '../process/failure.ts';
import { type Route, Routes, type ScopedRegistry } from './registries.ts';
import { RegistryFault } from './registry-fault.ts';

export { RegistryFault } from './registry-fault.ts';

/** The package registry that installs are served from. */
export interface Registry {
  /** Ends in a slash. */
  readonly url: URL;
  /** Certificates in PEM beside the built-in ones, or null. */
  readonly ca: string | null;
  /** Scopes that npm takes from elsewhere. Never asked for here: a public registry may hold a stranger's package of that name. */
  readonly scopes: ReadonlyMap<string, string>;
}

const maxRedirects = 5;
const idleTimeoutMs = 60_000;

export interface GetOptions {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * HTTP towards the default registry, and towards those that scopes come from: connections kept alive, proxies of the
 * environment honoured, redirects followed, tokens added for their own origin only.
 */
export class Upstream {
  readonly registry: Registry;
  readonly #routes: Routes;
  readonly #https: HttpsAgent;
  readonly #http: HttpAgent;
  /** Tarballs of scopes that lie where their names do not say, by what clients ask for instead. */
  readonly #tarballs = new Map<string, URL>();

  constructor(registry: Registry, env: Readonly<NodeJS.ProcessEnv>, scoped: readonly ScopedRegistry[] = []) {
    const listed = new Set(scoped.map(({ scope }) => scope.toLowerCase()));
    // What the configuration lists goes before what this machine's npm is set to.
    const machine = [...registry.scopes].map(([scope, url]) => [scope.toLowerCase(), url] as const);
    const scopes = new Map(machine.filter(([scope]) => !listed.has(scope)));
    this.registry = { ...registry, scopes };
    this.#routes = new Routes(registry.url, scoped);
    const agent = { keepAlive: true, maxSockets: 32, proxyEnv: { ...env } };
    this.#http = new HttpAgent(agent);
    this.#https = new HttpsAgent({
      ...agent,
      ...(registry.ca === null ? {} : { ca: [...rootCertificates, registry.ca, ...extraCertificates(env)] }),
    });
  }

  /** Which registry a path is asked of. @throws RegistryFault where of none */
  route(path: string): Route {
    const route = this.#routes.route(path);
    if (route.scoped === null) this.#refuseForeignScope(route.url);
    const tarball = this.#tarballs.get(route.url.pathname);
    return tarball === undefined ? route : { ...route, url: tarball };
  }

  /**
   * @param path absolute path and query, as a client of the registry asks for it.
   * @throws RegistryFault when no answer comes; an answer of any status is an answer.
   */
  async get(path: string, options: GetOptions = {}): Promise<IncomingMessage> {
    const { url: first, scoped } = this.route(path);
    let url = first;
    // Once it has left the registry's own origin it goes on without.
    let token = scoped !== null && url.origin === scoped.url.origin ? scoped.token : null;
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const answer = await this.#once(url, token === null ? options : withToken(options, token));
      const { location } = answer.headers;
      if ((answer.statusCode ?? 0) < 300 || (answer.statusCode ?? 0) >= 400 || location === undefined) return answer;
      answer.resume();
      if (!URL.canParse(location, url.href)) throw new RegistryFault(`the registry redirects ${path} to no address`);
      const next = new URL(location, url);
      if (next.protocol !== 'https:' && next.origin !== url.origin) {
        throw new RegistryFault(`the registry redirects ${url.pathname} to ${next.protocol}//, which is not followed`);
      }
      if (next.origin !== url.origin) token = null;
      url = next;
    }
    throw new RegistryFault(`the registry redirects ${path} more than ${maxRedirects} times`);
  }

  /**
   * For a package document that the registry gave for `asked`.
   * @returns the path by which {@link get} finds the tarball
   */
  pathOfTarball(asked: Route, tarball: URL): string {
    const { scoped } = asked;
    if (scoped === null) return `${tarball.pathname}${tarball.search}`;
    const name = `${scoped.url.pathname}${scoped.scope}/`;
    if (tarball.origin === scoped.url.origin && tarball.search === '' && tarball.pathname.startsWith(name)) {
      return `${this.registry.url.pathname}${tarball.pathname.slice(scoped.url.pathname.length)}`;
    }
    if (!['https:', scoped.url.protocol].includes(tarball.protocol)) return '/-/not-followed';
    const key = createHash('sha256').update(tarball.href).digest('hex').slice(0, 32);
    const path = `${scoped.scope}/-/elsewhere-${key}.tgz`;
    this.#tarballs.set(`${scoped.url.pathname}${path}`, tarball);
    return `${this.registry.url.pathname}${path}`;
  }

  #refuseForeignScope(url: URL): void {
    for (const scope of Routes.scopesIn(url.pathname)) {
      const elsewhere = this.registry.scopes.get(scope);
      if (elsewhere === undefined) continue;
      throw new RegistryFault(
        `${scope} is taken from ${elsewhere} by this machine's npm: list it under \`registries\` to have it from there`,
      );
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async #once(url: URL, options: GetOptions): Promise<IncomingMessage> {
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

function withToken(options: GetOptions, token: string): GetOptions {
  return { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } };
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
