import type { EnvEntry, Health, RemoteAuth, SecretValue, SourceSpec, Transport } from './model.ts';
import type { ServerEntry } from './schema.ts';

type Secrets = ReadonlyMap<string, string>;

/** How a server is reached; the loader has found that what stands there fits its source. */
export function transportOf(source: SourceSpec, entry: ServerEntry | null, secrets: Secrets): Transport {
  if (source.kind === 'remote') {
    return {
      kind: 'remote',
      url: source.url,
      auth: authOf(entry?.auth, secrets),
      headers: headersOf(entry?.headers, secrets),
      health: healthOf(entry?.health),
    };
  }
  const given = entry?.transport;
  if (given === undefined || given === 'stdio') return { kind: 'stdio' };
  return { kind: 'http', port: given.http.port, path: given.http.path ?? '/mcp' };
}

/** Variables in the order of the file; one whose secret was not granted has no value. */
export function envEntries(env: ServerEntry['env'], secrets: Secrets): EnvEntry[] {
  return Object.entries(env ?? {}).map(([name, value]) => {
    if (typeof value === 'string') return { kind: 'plain', name, value };
    const { secret, otherwise = 'skip' } = value;
    return { kind: 'secret', name, ...granted(secret, secrets), otherwise };
  });
}

/** A placeholder would be sent to a stranger, and answered with a refusal: without its secret the server is skipped. */
function headersOf(headers: ServerEntry['headers'], secrets: Secrets): EnvEntry[] {
  return Object.entries(headers ?? {}).map(([name, value]) =>
    typeof value === 'string'
      ? { kind: 'plain', name, value }
      : { kind: 'secret', name, ...granted(value.secret, secrets), otherwise: 'skip' },
  );
}

function authOf(auth: ServerEntry['auth'], secrets: Secrets): RemoteAuth | null {
  if (auth?.bearer !== undefined) return { kind: 'bearer', token: granted(auth.bearer.secret, secrets) };
  if (auth?.clientCredentials === undefined) return null;
  const { clientId, clientSecret, tokenUrl = null, scope = null } = auth.clientCredentials;
  return { kind: 'clientCredentials', tokenUrl, clientId, clientSecret: granted(clientSecret.secret, secrets), scope };
}

function healthOf(health: ServerEntry['health']): Health | null {
  if (health === undefined) return null;
  const { path = null, interval = 30_000, timeout } = health;
  return { path, interval, timeout: timeout ?? Math.min(5000, interval) };
}

function granted(secret: string, secrets: Secrets): SecretValue {
  return { secret, value: secrets.get(secret) ?? null };
}
