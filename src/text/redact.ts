import { CutSecrets } from './cut-secrets.ts';
import { encodingsOf } from './encodings.ts';
import type { Span } from './span.ts';

const mask = '***';
const shortest = 4;
const deepest = 200;

export type Redact = (text: string) => string;

/**
 * @param secrets the values to hide; those of less than 4 characters are not hidden (they would eat the text)
 * @returns a function that replaces each secret, in any of its usual encodings (see {@link encodingsOf}), by `***`.
 * Where secrets overlap, all of them is replaced at once. Of one that was cut with an ellipsis before it came here, what
 * is left of it goes as well, where that is 4 characters or more. Redact before text is escaped for display.
 */
export function redactor(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.filter((secret) => secret.length >= shortest).flatMap(encodingsOf));
  const longestFirst = [...forms].filter((form) => form.length >= shortest).sort((a, b) => b.length - a.length);
  const cut = new CutSecrets(longestFirst);
  return (text) => {
    const spans = [...spansOf(text, longestFirst), ...cut.spansOf(text)];
    return spans.length === 0
      ? text
      : masked(
          text,
          spans.sort((a, b) => a.start - b.start),
        );
  };
}

/**
 * The same for a JSON value: every string in it, and every key. What is nested more than 200 deep becomes a sentence.
 *
 * @param foreign keys below which everything is somebody else's: there, numbers are read as texts too, and one that is a
 *   secret becomes a text
 * @returns a value of the same shape. Keys that become the same are told apart by a number.
 */
export function redactDeep<T>(value: T, redact: Redact, foreign?: ReadonlySet<string>): T;
export function redactDeep(value: unknown, redact: Redact, foreign: ReadonlySet<string> = new Set()): unknown {
  return redacted(value, { redact, foreign }, { depth: 0, isForeign: false });
}

interface Rules {
  readonly redact: Redact;
  readonly foreign: ReadonlySet<string>;
}

interface Place {
  readonly depth: number;
  readonly isForeign: boolean;
}

function redacted(value: unknown, rules: Rules, place: Place): unknown {
  if (typeof value === 'string') return rules.redact(value);
  if (typeof value === 'number' && place.isForeign) return redactedNumber(value, rules.redact);
  if (typeof value !== 'object' || value === null) return value;
  if (place.depth >= deepest) return `(nested more than ${deepest} deep: left out)`;
  // Copied only where something changed: results are large, and most hold no secret.
  const items = changedItems(value, rules, place);
  if (Array.isArray(value)) return items ?? value;
  const { redact } = rules;
  const keys = Object.keys(value);
  if (items === null && keys.every((key) => redact(key) === key)) return value;
  const seen = new Set<string>();
  const numbers = new Map<string, number>();
  const values = items ?? Object.values(value);
  // fromEntries defines own properties, also one named __proto__.
  return Object.fromEntries(keys.map((key, at) => [uniqueKey(redact(key), seen, numbers), values[at]]));
}

/** Also a PIN may be a secret, and a server may send it as a number. */
function redactedNumber(value: number, redact: Redact): unknown {
  const text = JSON.stringify(value);
  const clean = redact(text);
  return clean === text ? value : clean;
}

/** @returns the items as they are afterwards; null where none has changed */
function changedItems(holder: object, rules: Rules, { depth, isForeign }: Place): unknown[] | null {
  const items: unknown[] = Object.values(holder);
  const keys = Array.isArray(holder) || isForeign ? null : Object.keys(holder);
  let changed = false;
  for (const [at, item] of items.entries()) {
    const foreign = isForeign || (keys !== null && rules.foreign.has(keys[at] ?? ''));
    const clean = redacted(item, rules, { depth: depth + 1, isForeign: foreign });
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

function spansOf(text: string, forms: readonly string[]): Span[] {
  const spans: Span[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
      spans.push({ start: at, end: at + form.length });
    }
  }
  return spans;
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
