import type { Readable } from 'node:stream';
import { LineSplitter } from './line-splitter.ts';
import { quotable } from './text.ts';

const maxLine = 2 * 1024;
const tailLines = 40;
const tailBytes = 8 * 1024;
const headLines = 40;
const headBytes = 8 * 1024;
const forwardedLines = 10_000;
const forwardedBytes = 4 * 1024 * 1024;
/** Past the forwarding bound only the end of a chunk can still matter to the tail. */
const floodedChunk = 4 * tailBytes;

// Stack frames, the rulers and braces around them and the version that Node prints last say nothing by themselves.
const untelling = /^\s*(at |File "|Node\.js v|[[\](){}^~,;-]*\s*$)/;

/**
 * Reads what a server prints to its end: its stderr, and its stdout where that carries no messages. Keeps the first and
 * the last lines (at most 40 each, 8 KiB in all, each cut at 2 KiB) and hands each line on until 10,000 lines or 4 MiB
 * were handed on. Never throws and never makes the server wait.
 */
export class OutputLog {
  /** Settles when all streams have ended; never rejects. */
  readonly ended: Promise<void>;
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #closers: (() => void)[] = [];
  #head: string[] = [];
  #headBytes = 0;
  #headEnded = false;
  #tail: string[] = [];
  #tailBytes = 0;
  #lines = 0;
  #bytes = 0;

  constructor(streams: readonly Readable[], onLine?: (line: string) => void) {
    this.#onLine = onLine;
    this.ended = this.#followAll(streams);
  }

  /** The first lines, without those that the tail still holds, joined by newlines. */
  head(): string {
    return this.#head.join('\n');
  }

  /** The last lines, joined by newlines. */
  tail(): string {
    return this.#tail.join('\n');
  }

  /** The last line that says something (no stack frame), fit for a sentence; empty when there is none. */
  lastLine(): string {
    return quotable(this.#tail.findLast((line) => !untelling.test(line)) ?? '');
  }

  /** Stops listening; the streams are drained without being read. */
  close(): void {
    for (const close of this.#closers) close();
  }

  async #followAll(streams: readonly Readable[]): Promise<void> {
    await Promise.all(streams.map((stream) => this.#follow(stream)));
  }

  #follow(stream: Readable): Promise<void> {
    const splitter = new LineSplitter(
      { maxLine, carriageReturns: true },
      {
        line: (bytes) => this.#line(bytes.toString('utf8')),
        // The cut may have gone through a character.
        tooLong: (head) => this.#line(`${head.toString('utf8').replace(/\uFFFD$/, '')}…`),
        dropped: () => {},
      },
    );
    const onData = (chunk: Buffer) => this.#read(splitter, chunk);
    stream.on('data', onData);
    stream.on('error', () => {});
    this.#closers.push(() => stream.off('data', onData).resume());
    const ended = new Promise<void>((resolve) => stream.once('close', () => resolve()).once('end', () => resolve()));
    return ended.then(() => splitter.end());
  }

  #read(splitter: LineSplitter, chunk: Buffer): void {
    if (this.#forwards() || chunk.length <= floodedChunk) {
      splitter.push(chunk);
      return;
    }
    splitter.reset();
    // What comes first is the rest of a line.
    splitter.push(Buffer.from('…'));
    splitter.push(chunk.subarray(-floodedChunk));
  }

  #forwards(): boolean {
    return this.#lines < forwardedLines && this.#bytes < forwardedBytes;
  }

  #line(line: string): void {
    if (line.trim() === '') return;
    if (this.#forwards()) this.#forward(line);
    const size = Buffer.byteLength(line);
    this.#tail.push(line);
    this.#tailBytes += size;
    while (this.#tail.length > tailLines || this.#tailBytes > tailBytes) {
      const left = this.#tail.shift() ?? '';
      const leftBytes = Buffer.byteLength(left);
      this.#tailBytes -= leftBytes;
      this.#keepInHead(left, leftBytes);
    }
  }

  #keepInHead(line: string, size: number): void {
    this.#headEnded ||= this.#head.length === headLines || this.#headBytes + size > headBytes;
    if (this.#headEnded) return;
    this.#head.push(line);
    this.#headBytes += size;
  }

  #forward(line: string): void {
    this.#lines++;
    this.#bytes += line.length;
    try {
      this.#onLine?.(line);
    } catch {
      // A listener's mistake must not end the session of a server.
    }
  }
}
