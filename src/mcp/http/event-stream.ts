import { LineSplitter } from '../line-splitter.ts';

const maxEvent = 16 * 1024 * 1024;
const maxId = 1024;
const longestRetry = /^\d{1,9}$/;

export interface EventSink {
  /** One event, with `message` as the type where it names none. */
  event(type: string, data: string): void;
  /** An event grew past 16 MiB and was dropped unread. */
  tooLarge(): void;
}

/** Reads `text/event-stream` (HTML standard, "Server-sent events") and never holds more than one event of 16 MiB. */
export class EventStream {
  /** The id of the last event that had one, to resume the stream by; null where none had. */
  lastId: string | null = null;
  /** Milliseconds that the server wants to pass before the stream is resumed; null: it did not say. */
  retryMs: number | null = null;
  readonly #sink: EventSink;
  readonly #splitter: LineSplitter;
  #data: string[] = [];
  #size = 0;
  #type = '';
  #spoiled = false;

  constructor(sink: EventSink) {
    this.#sink = sink;
    this.#splitter = new LineSplitter(
      // A return on its own ends no line here: nobody sends that, and it would cut a line end of two in two.
      { maxLine: maxEvent, carriageReturns: false },
      { line: (bytes) => this.#line(bytes.toString('utf8')), tooLong: () => this.#spoil(), dropped: () => {} },
    );
  }

  /** Reads to the end. @throws what the body throws when its connection breaks */
  async read(body: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of body) this.#splitter.push(chunk);
  }

  #line(raw: string): void {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#append(value);
    else if (field === 'event') this.#type = value;
    else if (field === 'id' && value.length <= maxId && /^[\x21-\x7e]*$/.test(value)) this.lastId = value;
    else if (field === 'retry' && longestRetry.test(value)) this.retryMs = Number(value);
  }

  #append(value: string): void {
    this.#size += value.length + 1;
    if (this.#size > maxEvent) this.#spoil();
    else this.#data.push(value);
  }

  #spoil(): void {
    if (!this.#spoiled) this.#sink.tooLarge();
    this.#spoiled = true;
    this.#data = [];
  }

  #dispatch(): void {
    const data = this.#data.join('\n');
    const type = this.#type === '' ? 'message' : this.#type;
    const whole = !this.#spoiled && this.#data.length > 0;
    this.#data = [];
    this.#size = 0;
    this.#type = '';
    this.#spoiled = false;
    // An event without data only sets the id.
    if (whole && data !== '') this.#sink.event(type, data);
  }
}
