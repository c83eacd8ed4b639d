import { type Dispatcher, request } from 'undici';
import type { HttpEndpoint } from '../model.ts';
import { type Authorization, authorizationFor } from './authorization.ts';
import { readHead } from './body.ts';
import { dispatcherFor } from './dispatcher.ts';
import { failure, type HttpFailure } from './failure.ts';
import { networkFailure } from './network-failure.ts';
import { placeOf } from './place.ts';
import { Secrets } from './secrets.ts';
import { statusFailure } from './status-failure.ts';

const maxRedirects = 3;
const redirects = new Set([301, 302, 303, 307, 308]);
const headBytes = 2048;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** What is asked, for sentences: `initialize`. */
  readonly asked: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** null: the endpoint itself; else a path on its origin. */
  readonly path?: string | null;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: Dispatcher.ResponseData['body'];
  /** A header by its name in small letters; null where it is missing or came more than once. */
  header(name: string): string | null;
}

/** Speaks HTTP with one endpoint, with its headers and credentials. Never rejects; nothing it says holds a secret. */
export class HttpClient {
  readonly secrets: Secrets;
  readonly #endpoint: HttpEndpoint;
  readonly #dispatcher: Dispatcher;
  readonly #authorization: Authorization | null;

  constructor(endpoint: HttpEndpoint) {
    this.#endpoint = endpoint;
    this.secrets = new Secrets(endpoint);
    this.#dispatcher = dispatcherFor(endpoint);
    this.#authorization = authorizationFor(endpoint, this.#dispatcher, this.secrets);
  }

  /** The answer, whatever its status; after a 401 once more with new credentials, where these can be renewed. */
  async request(asked: HttpRequest): Promise<HttpResponse | HttpFailure> {
    const response = await this.#authorized(asked);
    if ('kind' in response || response.status !== 401 || this.#authorization?.renew() !== true) return response;
    await discard(response);
    return this.#authorized(asked);
  }

  /** What a response means that brought no answer. Reads the beginning of its body, which may have been read before. */
  async failureOf(response: HttpResponse, asked: string, head?: string): Promise<HttpFailure> {
    const type = response.header('content-type') ?? '';
    const text = head ?? (await readHead(response.body, headBytes));
    await discard(response);
    const facts = {
      status: response.status,
      asked,
      place: placeOf(new URL(this.#endpoint.url)),
      challenge: response.header('www-authenticate'),
      text: /^(text\/plain|application\/json|application\/problem\+json)\b/.test(type) ? text : '',
      authorized: this.#endpoint.auth !== null || 'authorization' in lowerCased(this.#endpoint.headers),
    };
    return statusFailure(facts, this.secrets);
  }

  /** @param error what a body threw */
  lost(error: unknown): HttpFailure {
    return networkFailure(error, placeOf(new URL(this.#endpoint.url)), this.secrets);
  }

  /** Drops all connections. Never rejects. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy().catch(() => {});
  }

  async #authorized(asked: HttpRequest): Promise<HttpResponse | HttpFailure> {
    const credentials = (await this.#authorization?.header(asked.signal)) ?? null;
    if (credentials !== null && typeof credentials !== 'string') return credentials;
    const own = credentials === null ? {} : { authorization: credentials };
    const headers = { ...lowerCased(this.#endpoint.headers), ...asked.headers, ...own, 'accept-encoding': 'identity' };
    return this.#follow(this.#address(asked.path ?? null), asked, headers);
  }

  #address(path: string | null): URL {
    const url = new URL(this.#endpoint.url);
    if (path === null) return url;
    // Not resolved as a reference: `//host/` would lead elsewhere.
    const [pathname = '/', ...query] = path.split('?');
    url.pathname = pathname;
    url.search = query.join('?');
    return url;
  }

  async #follow(url: URL, asked: HttpRequest, headers: Record<string, string>): Promise<HttpResponse | HttpFailure> {
    let at = url;
    for (let hop = 0; ; hop++) {
      const response = await this.#once(at, asked, headers);
      if ('kind' in response || !redirects.has(response.status)) return response;
      await discard(response);
      const next = this.#redirect(at, response, asked, hop);
      if (!(next instanceof URL)) return next;
      at = next;
    }
  }

  async #once(url: URL, asked: HttpRequest, headers: Record<string, string>): Promise<HttpResponse | HttpFailure> {
    const { method, body = null, signal } = asked;
    try {
      const response = await request(url, { dispatcher: this.#dispatcher, method, headers, body, signal });
      // Whoever lets go of a body that still comes must not crash for it.
      response.body.on('error', () => {});
      return responseOf(response);
    } catch (error) {
      return networkFailure(error, placeOf(url), this.secrets);
    }
  }

  /** Where to go on, on the same origin only: headers and credentials were given for that. */
  #redirect(from: URL, response: HttpResponse, { asked, method }: HttpRequest, hop: number): URL | HttpFailure {
    const { status } = response;
    const location = response.header('location') ?? '';
    const to = location === '' ? null : URL.parse(location, from.href);
    const found = `The server answered ${asked} at ${placeOf(from)} with a redirect (HTTP ${status})`;
    if (to === null) return failure('status', `${found} to nowhere`, 'check the address', { status });
    const where = this.secrets.quotable(placeOf(to), 200);
    if (to.origin !== from.origin) {
      const advice = 'only redirects within one origin are followed, so give the address that is meant';
      return failure('notMcp', `${found} to ${where}`, advice, { status });
    }
    if (hop >= maxRedirects) return failure('status', `${found} again and again`, 'check the address', { status });
    if (status === 303 && method === 'POST') {
      return failure('status', `${found} that asks for GET instead`, 'check the path', { status });
    }
    return to;
  }
}

function responseOf({ statusCode, headers, body }: Dispatcher.ResponseData): HttpResponse {
  const header = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
  return { status: statusCode, body, header };
}

/** Lets go of a body: a short one is read, so that its connection can serve again. Never rejects. */
export async function discard({ body }: HttpResponse): Promise<void> {
  await body.dump({ limit: 64 * 1024 }).catch(() => {});
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
