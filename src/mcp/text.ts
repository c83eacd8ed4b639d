import { stripVTControlCharacters } from 'node:util';

/**
 * @returns `text`, at most `length` characters of it; what was cut off is marked by an ellipsis. A copy of its own: a part
 * of a text would keep all of that text in memory, and lines of 16 MiB come here.
 */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const part = text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/u, '');
  return `${Buffer.from(part, 'utf16le').toString('utf16le')}…`;
}

/** @returns one line of foreign text for use inside a sentence: no control characters, trimmed, at most `length` long. */
export function quotable(text: string, length = 200): string {
  const looked = length * 8;
  const plain = stripVTControlCharacters(text.slice(0, looked));
  // oxlint-disable-next-line no-control-regex
  const line = plain.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g, ' ').trim();
  // Hidden characters may have taken up what was looked at: it was cut all the same.
  return cut(text.length > looked ? `${line}…` : line, length);
}

/** @returns what a JSON value is, for a sentence: `null`, `an array`, `a string`… */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns the size in bytes of a value that came from JSON, written as JSON again. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

/** @returns a duration for a sentence: `250 ms`, `1.5 s`. */
export function showMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
