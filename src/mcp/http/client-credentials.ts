import { ClientCredentialsProvider, fetchToken, OAuthError, type OAuthTokens } from '@modelcontextprotocol/client';
import type { Dispatcher } from 'undici';
import type { HttpAuth } from '../model.ts';
import type { Authorization } from './authorization.ts';
import { failure, type HttpFailure } from './failure.ts';
import { networkFailure } from './network-failure.ts';
import { boundedFetch } from './oauth-fetch.ts';
import { placeOf } from './place.ts';
import type { Secrets } from './secrets.ts';
import { findTokenEndpoint, type TokenEndpoint } from './token-endpoint.ts';

type Credentials = Extract<HttpAuth, { kind: 'clientCredentials' }>;

/** A token is renewed this long before it expires: a call that takes long should still be let in. */
const earlierMs = 30_000;
const askAgain = 'check `clientId`, the secret and `scope` under `auth`';

/** OAuth 2.1 client credentials (RFC 6749, section 4.4), by the SDK's flow. Never rejects. */
export class ClientCredentials implements Authorization {
  readonly #url: string;
  readonly #credentials: Credentials;
  readonly #dispatcher: Dispatcher;
  readonly #secrets: Secrets;
  #token: { readonly value: string; readonly until: number } | null = null;
  #fetching: Promise<string | HttpFailure> | null = null;

  constructor(url: string, credentials: Credentials, dispatcher: Dispatcher, secrets: Secrets) {
    this.#url = url;
    this.#credentials = credentials;
    this.#dispatcher = dispatcher;
    this.#secrets = secrets;
  }

  async header(signal: AbortSignal): Promise<string | HttpFailure> {
    if (this.#token !== null && performance.now() < this.#token.until) return `Bearer ${this.#token.value}`;
    this.#fetching ??= this.#fetch(signal).finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  renew(): boolean {
    const had = this.#token !== null;
    this.#token = null;
    return had;
  }

  async #fetch(signal: AbortSignal): Promise<string | HttpFailure> {
    const fetchFn = boundedFetch(this.#dispatcher, signal);
    const endpoint = await findTokenEndpoint(this.#url, this.#credentials.tokenUrl, fetchFn, this.#secrets);
    if ('kind' in endpoint) return endpoint;
    try {
      const tokens = await this.#ask(endpoint, fetchFn);
      this.#secrets.add(tokens.access_token);
      const lifeMs = tokens.expires_in === undefined ? Infinity : tokens.expires_in * 1000;
      this.#token = { value: tokens.access_token, until: performance.now() + Math.max(lifeMs - earlierMs, lifeMs / 2) };
      return `Bearer ${tokens.access_token}`;
    } catch (error) {
      return this.#refused(error, endpoint);
    }
  }

  #ask(
    { url, issuer, methods, resource }: TokenEndpoint,
    fetchFn: ReturnType<typeof boundedFetch>,
  ): Promise<OAuthTokens> {
    const { clientId, clientSecret, scope } = this.#credentials;
    const provider = new ClientCredentialsProvider({
      clientId,
      clientSecret,
      expectedIssuer: issuer,
      ...(scope === null ? {} : { scope }),
    });
    const metadata = {
      issuer,
      authorization_endpoint: url,
      token_endpoint: url,
      response_types_supported: [],
      ...(methods === null ? {} : { token_endpoint_auth_methods_supported: methods }),
    };
    return fetchToken(provider, issuer, { metadata, resource, fetchFn });
  }

  /** What the endpoint says may hold anything, so only its code is shown, which is one of a list (RFC 6749, section 5.2). */
  #refused(error: unknown, { url }: TokenEndpoint): HttpFailure {
    const place = placeOf(new URL(url));
    if (error instanceof OAuthError) {
      const code = /^[a-z_]{1,40}$/.test(error.code) ? this.#secrets.quotable(error.code, 40) : 'an error';
      return failure('auth', `The token endpoint ${place} answered with ${code}`, askAgain);
    }
    if (error instanceof SyntaxError || (error instanceof Error && error.name === 'ZodError')) {
      const found = `The token endpoint ${place} answered with something that is no token`;
      return failure('auth', found, 'check `tokenUrl` under `auth`');
    }
    return networkFailure(error, place, this.#secrets);
  }
}
