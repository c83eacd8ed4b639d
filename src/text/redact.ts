import { encodingsOf } from './encodings.ts';

const mask = '***';
const shortest = 4;
const deepest = 200;

export type Redact = (text: string) => string;

/**
 * @param secrets the values to hide; those of less than 4 characters are not hidden (they would eat the text)
 * @returns a function that replaces each secret, in any of its usual encodings (see {@link encodingsOf}), by `***`.
 * Where secrets overlap, all of them is replaced at once. Redact before text is cut or escaped for display.
 */
export function redactor(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.filter((secret) => secret.length >= shortest).flatMap(encodingsOf));
  const longestFirst = [...forms].filter((form) => form.length >= shortest).sort((a, b) => b.length - a.length);
  return (text) => masked(text, spansOf(text, longestFirst));
}

/**
 * The same for a JSON value: every string in it, and every key. What is nested more than 200 deep becomes a sentence.
 *
 * @returns a value of the same shape. Keys that become the same are told apart by a number.
 */
export function redactDeep<T>(value: T, redact: Redact): T;
export function redactDeep(value: unknown, redact: Redact): unknown {
  return redacted(value, redact, 0);
}

function redacted(value: unknown, redact: Redact, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return `(nested more than ${deepest} deep: left out)`;
  // Copied only where something changed: results are large, and most hold no secret.
  const items = changedItems(Object.values(value), redact, depth);
  if (Array.isArray(value)) return items ?? value;
  const keys = Object.keys(value);
  if (items === null && keys.every((key) => redact(key) === key)) return value;
  const seen = new Set<string>();
  const numbers = new Map<string, number>();
  const values = items ?? Object.values(value);
  // fromEntries defines own properties, also one named __proto__.
  return Object.fromEntries(keys.map((key, at) => [uniqueKey(redact(key), seen, numbers), values[at]]));
}

/** @returns the items as they are afterwards; null where none has changed */
function changedItems(items: unknown[], redact: Redact, depth: number): unknown[] | null {
  let changed = false;
  for (const [at, item] of items.entries()) {
    const clean = redacted(item, redact, depth + 1);
    changed ||= clean !== item;
    items[at] = clean;
  }
  return changed ? items : null;
}

function uniqueKey(key: string, seen: Set<string>, numbers: Map<string, number>): string {
  let unique = key;
  while (seen.has(unique)) {
    const number = (numbers.get(key) ?? 1) + 1;
    numbers.set(key, number);
    unique = `${key} (${number})`;
  }
  seen.add(unique);
  return unique;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function spansOf(text: string, forms: readonly string[]): Span[] {
  const spans: Span[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
      spans.push({ start: at, end: at + form.length });
    }
  }
  return spans.sort((a, b) => a.start - b.start);
}

function masked(text: string, spans: readonly Span[]): string {
  let result = '';
  let end = 0;
  for (const span of spans) {
    if (span.start >= end) result += text.slice(end, span.start) + mask;
    end = Math.max(end, span.end);
  }
  return result + text.slice(end);
}
