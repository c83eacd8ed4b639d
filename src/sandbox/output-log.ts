import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Characters of a line that are kept. */
const maxLine = 2048;
const tailLines = 40;
const tailCharacters = 8192;
const forwardedLines = 10_000;
const forwardedCharacters = 4 * 1024 * 1024;

/**
 * Reads what a program prints, on both of its streams, to the end: keeps the last lines (at most 40, 8 KiB in all, each
 * cut at 2 KiB) and hands lines on until 10,000 or 4 MiB were handed on. Never makes the program wait.
 */
export class OutputLog {
  readonly #onLine: (line: string) => void;
  readonly #watchers = new Set<(line: string) => void>();
  #tail: string[] = [];
  #size = 0;
  #lines = 0;
  #characters = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** @returns a promise that settles when the stream has ended. */
  read(stream: Readable): Promise<void> {
    const decoder = new StringDecoder('utf8');
    let held = '';
    let dropping = false;
    stream.on('data', (chunk: Buffer) => {
      const parts = decoder.write(chunk).split('\n');
      for (const [index, part] of parts.entries()) {
        if (!dropping) held += part.slice(0, maxLine + 1 - held.length);
        dropping ||= held.length > maxLine;
        if (index === parts.length - 1) break;
        this.#line(held);
        held = '';
        dropping = false;
      }
    });
    stream.on('error', () => {});
    return new Promise((resolve) => {
      stream.once('close', () => {
        this.#line(held);
        resolve();
      });
    });
  }

  /** The last lines, joined by newlines. */
  tail(): string {
    return this.#tail.join('\n');
  }

  /** Tells each line from here on. @returns what ends that */
  watch(onLine: (line: string) => void): () => void {
    this.#watchers.add(onLine);
    return () => this.#watchers.delete(onLine);
  }

  #line(text: string): void {
    const whole = text.replace(/\r$/u, '');
    const line = whole.length > maxLine ? `${whole.slice(0, maxLine)}…` : whole;
    if (line.trim() === '') return;
    for (const watcher of this.#watchers) watcher(line);
    if (this.#lines < forwardedLines && this.#characters < forwardedCharacters) {
      this.#lines++;
      this.#characters += line.length;
      this.#onLine(line);
    }
    this.#tail.push(line);
    this.#size += line.length;
    while (this.#tail.length > tailLines || this.#size > tailCharacters) this.#size -= this.#tail.shift()?.length ?? 0;
  }
}
