import type { HttpClient } from './client.ts';
import { EventStream } from './event-stream.ts';
import { mediaType } from './exchange.ts';

const timeoutMs = 2000;

/**
 * Whether the transport of revision 2024-11-05 is served there: a GET opens a stream that begins with the event
 * `endpoint` (specification 2025-11-25, "Backwards Compatibility"). Never rejects.
 */
export async function servesOldTransport(client: HttpClient): Promise<boolean> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await client.request({
    method: 'GET',
    asked: 'GET',
    headers: { accept: 'text/event-stream' },
    signal,
  });
  if ('kind' in response) return false;
  const { body, status } = response;
  let found = false;
  const stream = new EventStream({
    event: (type) => {
      found ||= type === 'endpoint';
      body.destroy();
    },
    tooLarge: () => body.destroy(),
  });
  if (status === 200 && mediaType(response) === 'text/event-stream') await stream.read(body).catch(() => {});
  body.destroy();
  return found;
}
