import { setTimeout as delay } from 'node:timers/promises';
import { malformed } from '../answer.ts';
import { parseJson } from '../message.ts';
import { isRecord, quotable } from '../text.ts';
import type { Receiver } from '../wire.ts';
import { readText } from './body.ts';
import type { HttpClient, HttpResponse } from './client.ts';
import { EventStream } from './event-stream.ts';
import { failure, type HttpFailure } from './failure.ts';
import type { MessageReader } from './message-reader.ts';
import type { HttpNotes } from './notes.ts';
import { placeOf } from './place.ts';

/** A stream may go on for this long after the answer that should have ended it. */
const afterAnswerMs = 1000;
const maxDirtyEvents = 100_000;
const maxResumptions = 5;
const defaultRetryMs = 1000;
const longestRetryMs = 10_000;

export interface ExchangeParts {
  readonly client: HttpClient;
  readonly reader: MessageReader;
  readonly receiver: Receiver;
  readonly notes: HttpNotes;
  readonly url: string;
  /** Takes that there will be no answer, and why. Never rejects. */
  readonly fail: (id: number, failure: HttpFailure) => void;
  /** Asks for the rest of a stream, after the event with this id; null where streams cannot be resumed. */
  readonly resume: ((lastEventId: string, signal: AbortSignal) => Promise<HttpResponse | HttpFailure>) | null;
}

/** One request and the answer that HTTP brings to it, as JSON or in a stream of events. */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #id: number;
  readonly #method: string;
  readonly #signal: AbortSignal;

  constructor(parts: ExchangeParts, id: number, method: string, signal: AbortSignal) {
    this.#parts = parts;
    this.#id = id;
    this.#method = method;
    this.#signal = signal;
  }

  /** Reads the response to its end, and settles the request in any case. Never rejects. */
  async read(response: HttpResponse): Promise<void> {
    const { client, fail } = this.#parts;
    try {
      const problem = await this.#read(response);
      if (problem !== null && this.#open) fail(this.#id, problem);
    } catch (error) {
      if (this.#open) fail(this.#id, client.lost(error));
    } finally {
      response.body.destroy();
    }
  }

  get #open(): boolean {
    return this.#parts.receiver.waitsFor(this.#id);
  }

  async #read(response: HttpResponse): Promise<HttpFailure | null> {
    const type = mediaType(response);
    const good = response.status >= 200 && response.status < 300;
    if (good && type === 'text/event-stream') return this.#readStream(response);
    const text = await readText(response.body);
    if (text === null) return this.#spoil(`answered ${this.#method} with more than 16 MiB, which were dropped unread`);
    const value = parseJson(text);
    const json = isRecord(value) || Array.isArray(value);
    if (json) this.#parts.reader.read(text, this.#id, good && type === 'application/json');
    if (!this.#open) {
      if (json && type !== 'application/json') this.#parts.notes.mistyped++;
      return null;
    }
    if (!good) return this.#parts.client.failureOf(response, this.#method, text.slice(0, 2048));
    return this.#withoutAnswer(response.status, type);
  }

  #withoutAnswer(status: number, type: string): HttpFailure | null {
    const place = placeOf(new URL(this.#parts.url));
    const found = `The server answered ${this.#method} at ${place} with HTTP ${status}`;
    const what = type === '' ? 'without a content type' : `as ${quotable(type, 60)}`;
    if (type === 'application/json') return this.#spoil(`answered ${this.#method} with JSON that is no answer to it`);
    const advice = 'check the path: streamable HTTP answers with application/json or text/event-stream';
    return failure('notMcp', `${found} ${what} and no JSON-RPC in it`, advice, { status });
  }

  async #readStream(first: HttpResponse): Promise<HttpFailure | null> {
    let response = first;
    for (let resumption = 0; ; resumption++) {
      const stream = await this.#readEvents(response);
      if (!this.#open) return null;
      const { resume } = this.#parts;
      if (stream.lastId === null || resume === null || resumption === maxResumptions) {
        return this.#spoil(`ended the stream that should have brought the answer to ${this.#method}`);
      }
      await delay(Math.min(stream.retryMs ?? defaultRetryMs, longestRetryMs), undefined, { signal: this.#signal });
      const next = await resume(stream.lastId, this.#signal);
      if ('kind' in next) return next;
      if (next.status !== 200) return this.#parts.client.failureOf(next, `the rest of ${this.#method}`);
      response = next;
    }
  }

  async #readEvents({ body }: HttpResponse): Promise<EventStream> {
    let timer: NodeJS.Timeout | undefined;
    const { reader, notes } = this.#parts;
    const stream = new EventStream({
      event: (type, data) => {
        if (type === 'message') reader.read(data, this.#id);
        if (!this.#open) timer ??= setTimeout(() => body.destroy(), afterAnswerMs);
        if (notes.dirty > maxDirtyEvents) {
          this.#spoil('flooded the stream of its answer with what is no message');
          body.destroy();
        }
      },
      tooLarge: () => {
        this.#spoil('sent an event of more than 16 MiB, which was dropped unread');
        body.destroy();
      },
    });
    try {
      await stream.read(body);
    } catch (error) {
      if (this.#open && stream.lastId === null) throw error;
    } finally {
      clearTimeout(timer);
    }
    return stream;
  }

  /** The answer is lost, and that is the server's doing. @param reason continues "the server …" */
  #spoil(reason: string): null {
    this.#parts.receiver.settle(this.#id, malformed(`The server ${reason}.`));
    return null;
  }
}

export function mediaType(response: HttpResponse): string {
  return (response.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
