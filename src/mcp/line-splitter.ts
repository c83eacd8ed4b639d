export interface LineSink {
  /** A whole line without its end. The bytes are only valid during the call. */
  line(bytes: Buffer): void;
  /** A line grew past the limit; `head` is its beginning, and the rest of it is being dropped. */
  tooLong(head: Buffer): void;
  /** This many bytes of a line that is too long were read and dropped, its beginning included. */
  dropped(bytes: number): void;
}

export interface LineLimits {
  /** Bytes of a line that are kept at most. */
  readonly maxLine: number;
  /** Whether a lone carriage return ends a line too, as in progress bars. */
  readonly carriageReturns: boolean;
}

const LF = 0x0a;
const CR = 0x0d;
const keptCapacity = 1024 * 1024;

/** Splits a stream of bytes into lines and never holds more than one line of the allowed length. */
export class LineSplitter {
  readonly #limits: LineLimits;
  readonly #sink: LineSink;
  #held = Buffer.alloc(0);
  #length = 0;
  #dropping = false;

  constructor(limits: LineLimits, sink: LineSink) {
    this.#limits = limits;
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = this.#lineEnd(chunk, from);
      if (end === -1) break;
      this.#finish(chunk.subarray(from, end));
      from = end + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
  }

  /** Takes what is held as the last line. */
  end(): void {
    if (this.#length > 0 || this.#dropping) this.#finish(Buffer.alloc(0));
  }

  /** Forgets the line that is being read. */
  reset(): void {
    this.#held = Buffer.alloc(0);
    this.#length = 0;
    this.#dropping = false;
  }

  #lineEnd(chunk: Buffer, from: number): number {
    if (!this.#limits.carriageReturns) return chunk.indexOf(LF, from);
    for (let index = from; index < chunk.length; index++) {
      if (chunk[index] === LF || chunk[index] === CR) return index;
    }
    return -1;
  }

  #finish(rest: Buffer): void {
    if (this.#length === 0 && !this.#dropping && rest.length <= this.#limits.maxLine) {
      this.#sink.line(rest);
      return;
    }
    this.#hold(rest);
    const bytes = this.#held.subarray(0, this.#length);
    const whole = !this.#dropping;
    if (this.#held.length > keptCapacity) this.#held = Buffer.alloc(0);
    this.#length = 0;
    this.#dropping = false;
    if (whole) this.#sink.line(bytes);
  }

  #hold(piece: Buffer): void {
    if (this.#dropping) {
      this.#sink.dropped(piece.length);
      return;
    }
    const needed = this.#length + piece.length;
    if (needed > this.#limits.maxLine) {
      this.#drop(piece, needed);
      return;
    }
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#limits.maxLine, Math.max(needed, this.#held.length * 2)));
      this.#held.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    piece.copy(this.#held, this.#length);
    this.#length = needed;
  }

  #drop(piece: Buffer, bytes: number): void {
    const missing = this.#limits.maxLine - this.#length;
    const head = Buffer.concat([this.#held.subarray(0, this.#length), piece.subarray(0, missing)]);
    this.#held = Buffer.alloc(0);
    this.#length = 0;
    this.#dropping = true;
    this.#sink.tooLong(head);
    this.#sink.dropped(bytes);
  }
}
