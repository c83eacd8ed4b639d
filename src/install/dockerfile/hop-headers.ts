// RFC 9110, 7.6.1, and what clients send to proxies alone.
const perHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
// A request of GET or HEAD is passed on without a body, and to the host of its address.
const perRequest = ['content-length', 'expect', 'host'];

type Distinct = NodeJS.Dict<string[]>;

/** @returns what of a request's headers is meant for the server, not for the proxy */
export function requestHeaders(headers: Distinct): Record<string, string[]> {
  return without(headers, perRequest);
}

/** @returns what of an answer's headers is meant for the client, not for the proxy */
export function answerHeaders(headers: Distinct): Record<string, string[]> {
  return without(headers, []);
}

function without(headers: Distinct, more: readonly string[]): Record<string, string[]> {
  const named = (headers['connection'] ?? []).flatMap((value) => value.toLowerCase().split(','));
  const removed = new Set([...perHop, ...more, ...named.map((name) => name.trim())]);
  const kept = Object.entries(headers).filter(([name]) => !removed.has(name));
  return Object.fromEntries(kept.map(([name, values]) => [name, values ?? []]));
}
