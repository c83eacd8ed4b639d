import type { FetchLike } from '@modelcontextprotocol/client';
import { type Dispatcher, request } from 'undici';
import { readText } from './body.ts';

const timeoutMs = 30_000;

/** `fetch` for the SDK's OAuth functions: bounded in time and size, and without following a redirect anywhere. */
export function boundedFetch(dispatcher: Dispatcher, signal: AbortSignal): FetchLike {
  return async (url, init = {}) => {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    new Headers(init.headers).forEach((value, name) => (headers[name] = value));
    const {
      statusCode,
      headers: answered,
      body,
    } = await request(url, {
      dispatcher,
      method: init.method === 'POST' ? 'POST' : 'GET',
      headers,
      body: init.body instanceof URLSearchParams ? init.body.toString() : null,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await readText(body);
    if (text === null) throw new SyntaxError('The answer is larger than 16 MiB.');
    const type = answered['content-type'];
    // A redirect would lead credentials elsewhere, and Response takes no such status with a body.
    const status = statusCode >= 300 && statusCode < 400 ? 404 : statusCode;
    const bodyless = status === 204 || status === 205 || status < 200;
    return new Response(bodyless ? null : text, {
      status: status < 200 ? 404 : status,
      headers: typeof type === 'string' ? { 'content-type': type } : {},
    });
  };
}
