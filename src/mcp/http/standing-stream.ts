import { setTimeout as delay } from 'node:timers/promises';
import { discard, type HttpResponse } from './client.ts';
import { EventStream } from './event-stream.ts';
import { mediaType } from './exchange.ts';
import type { HttpFailure } from './failure.ts';
import type { MessageReader } from './message-reader.ts';

const maxReopenings = 5;
const defaultRetryMs = 1000;
const longestRetryMs = 10_000;

type OpenStream = (lastEventId: string | null, signal: AbortSignal) => Promise<HttpResponse | HttpFailure>;

/**
 * The stream of the legacy era on which a server sends what belongs to no request (specification 2025-11-25,
 * "Listening for Messages from the Server"). Most servers have none, and that is no matter.
 */
export class StandingStream {
  #open = false;

  constructor(openStream: OpenStream, reader: MessageReader, signal: AbortSignal) {
    void this.#listen(openStream, reader, signal);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  async #listen(openStream: OpenStream, reader: MessageReader, signal: AbortSignal): Promise<void> {
    let lastId: string | null = null;
    for (let opening = 0; opening <= maxReopenings && !signal.aborted; opening++) {
      const response = await openStream(lastId, signal);
      if ('kind' in response) return;
      if (response.status !== 200 || mediaType(response) !== 'text/event-stream') return discard(response);
      const stream: EventStream = new EventStream({
        event: (type, data) => type === 'message' && reader.read(data, null),
        tooLarge: () => {},
      });
      this.#open = true;
      await stream.read(response.body).catch(() => {});
      this.#open = false;
      lastId = stream.lastId ?? lastId;
      await delay(Math.min(stream.retryMs ?? defaultRetryMs, longestRetryMs), undefined, { signal }).catch(() => {});
    }
  }
}
