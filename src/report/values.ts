import { splitsPair } from '../text/untrusted.ts';

const deepest = 64;

/** @returns a JSON value on one line, keys sorted so that equal values read the same; never throws */
export function valueText(value: unknown): string {
  if (value === undefined) return '(nothing)';
  try {
    return JSON.stringify(sorted(value, 0)) ?? '(no JSON value)';
  } catch {
    return '(no JSON value)';
  }
}

function sorted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '…';
  if (Array.isArray(value)) return value.map((item) => sorted(item, depth + 1));
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item, depth + 1)]));
}

export interface Difference {
  readonly expected: string;
  readonly actual: string;
  /** Names the characters where a reader could not tell them apart; null where one can. */
  readonly note: string | null;
}

/**
 * Two values as text of about `width` UTF-16 units each. Where they are longer, the same window of both is shown, so
 * that their first difference is in it.
 */
export function difference(expected: unknown, actual: unknown, width: number): Difference {
  const a = valueText(expected);
  const b = valueText(actual);
  const at = firstDifference(a, b);
  const start = at < (width * 2) / 3 ? 0 : at - Math.floor(width / 3);
  return { expected: window(a, start, width), actual: window(b, start, width), note: lookAlike(a, b, at) };
}

function firstDifference(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return splitsPair(a, at) || splitsPair(b, at) ? at - 1 : at;
}

function window(text: string, from: number, width: number): string {
  const start = splitsPair(text, from) ? from - 1 : from;
  const end = splitsPair(text, start + width) ? start + width - 1 : start + width;
  const left = text.length - end;
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${left > 0 ? `… (${left} more)` : ''}`;
}

/** Letters of different scripts, or composed and decomposed ones, look the same. */
function lookAlike(a: string, b: string, at: number): string | null {
  if (a === b) return null;
  const [one, other] = [pointAt(a, at), pointAt(b, at)];
  if (!/[^\0-\u007f]/.test(one + other)) return null;
  const onlyThis = a.slice(at + one.length) === b.slice(at + other.length);
  if (!onlyThis && a.normalize('NFKC') !== b.normalize('NFKC')) return null;
  return `first difference: ${codePoint(one)} was expected, ${codePoint(other)} came`;
}

function pointAt(text: string, at: number): string {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at) ?? 0) : '';
}

function codePoint(character: string): string {
  if (character === '') return 'the end';
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
