/** The stream ended in the middle of something. */
export class EndedEarly extends Error {
  override readonly name = 'EndedEarly';
}

/** Takes a stream of bytes apart: lines, and runs of a known length. One caller at a time. */
export class ByteReader {
  readonly #source: AsyncIterator<unknown>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<unknown>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** @returns the text before the next line feed. @throws EndedEarly */
  async line(maxBytes: number): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end !== -1) {
        const text = this.#rest.toString('utf8', 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return text;
      }
      if (this.#rest.length > maxBytes) throw new EndedEarly('a line is too long');
      this.#rest = Buffer.concat([this.#rest, await this.#next()]);
    }
  }

  /** The next bytes, at most so many at once. @throws EndedEarly */
  async some(maxBytes: number): Promise<Buffer> {
    if (this.#rest.length === 0) this.#rest = await this.#next();
    const part = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  async #next(): Promise<Buffer> {
    const { value, done } = await this.#source.next();
    if (done === true || !(value instanceof Uint8Array)) throw new EndedEarly('the stream ended early');
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
