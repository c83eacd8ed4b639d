import type { ServerConfig, Transport } from '../config/model.ts';
import type { HttpAuth, HttpEndpoint } from '../mcp/model.ts';
import { placeholder } from './placeholder.ts';
import type { ServerPlace } from './server-site.ts';

type Remote = Extract<Transport, { kind: 'remote' }>;

/** A server that runs elsewhere: nothing to make, nothing to remove. Its secrets have been granted. */
export function remotePlace({ name }: ServerConfig, remote: Remote): ServerPlace {
  return {
    reach: { kind: 'http', start: null, endpoint: endpointOf(remote) },
    files: () => Promise.resolve({ failed: `${name} runs elsewhere, and has no work folder to look into` }),
    close: () => Promise.resolve(),
  };
}

function endpointOf({ url, headers, auth, health }: Remote): HttpEndpoint {
  return {
    url,
    socketPath: null,
    headers: Object.fromEntries(headers.map((header) => [header.name, header.value ?? placeholder])),
    auth: auth === null ? null : authOf(auth),
    health: health === null ? null : { path: health.path, intervalMs: health.interval, timeoutMs: health.timeout },
  };
}

function authOf(auth: NonNullable<Remote['auth']>): HttpAuth {
  if (auth.kind === 'bearer') return { kind: 'bearer', token: auth.token.value ?? '' };
  const { kind, tokenUrl, clientId, clientSecret, scope } = auth;
  return { kind, tokenUrl, clientId, clientSecret: clientSecret.value ?? '', scope };
}
