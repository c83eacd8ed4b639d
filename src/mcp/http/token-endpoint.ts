import {
  checkResourceAllowed,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  type FetchLike,
} from '@modelcontextprotocol/client';
import { isLoopback } from './dispatcher.ts';
import { failure, type HttpFailure } from './failure.ts';
import { placeOf } from './place.ts';
import type { Secrets } from './secrets.ts';

export interface TokenEndpoint {
  readonly url: string;
  readonly issuer: string;
  /** How a client may show its secret there; null: it does not say. */
  readonly methods: string[] | null;
  /** What the token is wanted for (RFC 8707). */
  readonly resource: string;
}

const giveUrl = 'give the address of its token endpoint as `tokenUrl` under `auth`';

/**
 * Says where a token is had: at the address that the user gave, or the one that the server's metadata name (RFC 9728,
 * RFC 8414). The server chooses what stands there, and the secret would go there, so an address that was found counts
 * only on the server's own host and over https (or on this machine itself).
 */
export async function findTokenEndpoint(
  serverUrl: string,
  tokenUrl: string | null,
  fetchFn: FetchLike,
  secrets: Secrets,
): Promise<TokenEndpoint | HttpFailure> {
  const server = new URL(serverUrl);
  server.hash = '';
  if (tokenUrl !== null) {
    const given = URL.parse(tokenUrl);
    if (given === null || !isSafe(given)) {
      const found = 'The address under `tokenUrl` would carry the secret without encryption';
      return failure('auth', found, 'give one that begins with https');
    }
    return { url: given.href, issuer: given.origin, methods: null, resource: server.href };
  }
  try {
    return await discover(server, fetchFn, secrets);
  } catch {
    // Whatever it was, it was the server's way to name its endpoint, and the user can name it too.
    return failure('auth', `The token endpoint for ${placeOf(server)} could not be found by its metadata`, giveUrl);
  }
}

async function discover(server: URL, fetchFn: FetchLike, secrets: Secrets): Promise<TokenEndpoint | HttpFailure> {
  const described = await discoverOAuthProtectedResourceMetadata(server, {}, fetchFn).catch(() => null);
  const issuer = described?.authorization_servers?.[0] ?? `${server.origin}/`;
  if (!isOwn(issuer, server)) return foreign('authorization server', issuer, server, secrets);
  const metadata = await discoverAuthorizationServerMetadata(issuer, { fetchFn });
  if (metadata === undefined) throw new Error('No metadata.');
  const { token_endpoint: url, token_endpoint_auth_methods_supported: methods } = metadata;
  if (!isOwn(url, server)) return foreign('token endpoint', url, server, secrets);
  const configured = described?.resource;
  const allowed =
    configured !== undefined && checkResourceAllowed({ requestedResource: server, configuredResource: configured });
  return { url, issuer: metadata.issuer, methods: methods ?? null, resource: allowed ? configured : server.href };
}

function foreign(noun: string, address: string, server: URL, secrets: Secrets): HttpFailure {
  const url = URL.parse(address);
  const where = url === null ? 'an address that cannot be read' : secrets.quotable(placeOf(url), 120);
  const found = `The metadata of ${placeOf(server)} name ${where} as ${noun}, which is not on its own host over https, and the secret was not sent there`;
  return failure('auth', found, `if that is right, ${giveUrl}`);
}

function isOwn(address: string, server: URL): boolean {
  const url = URL.parse(address);
  return url !== null && url.hostname === server.hostname && isSafe(url);
}

function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
