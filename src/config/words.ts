import { closest, distance } from 'fastest-levenshtein';

/** Characters of a foreign text that a sentence shows. */
const maxShown = 80;

/** Known names that an unknown one is compared with. */
const maxCompared = 500;

/** A foreign text as part of a sentence: quoted, on one line, cut to a bounded length. */
export function show(text: string): string {
  return JSON.stringify(text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);
}

/** What stood there, in words. */
export function found(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return `the text ${show(value)}`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return `\`${value}\``;
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

/** @param what a noun phrase, for example `a list of texts` */
export function expected(what: string, value: unknown): string {
  if (value === undefined) return `missing; expected ${what}`;
  return `expected ${what}, found ${found(value)}`;
}

/** The known name that somebody who wrote `name` most likely meant; null where none is close. */
export function nearest(name: string, among: readonly string[]): string | null {
  const known = among.slice(0, maxCompared);
  if (known.length === 0 || name.length > 100) return null;
  const best = closest(
    name.toLowerCase(),
    known.map((word) => word.toLowerCase()),
  );
  const candidate = known.find((word) => word.toLowerCase() === best) ?? null;
  const allowed = Math.min(3, Math.max(1, Math.ceil(name.length / 3)));
  return candidate !== null && distance(name.toLowerCase(), best) <= allowed ? candidate : null;
}

/** `a`, `b` or `c`. */
export function alternatives(words: readonly string[], last = 'or'): string {
  const quoted = words.map((word) => `\`${word}\``);
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`;
}

/** The end of a sentence about an unknown name: what was likely meant, or what there is. */
export function suggestion(name: string, known: readonly string[], listed: readonly string[] = known): string {
  const near = nearest(name, known);
  if (near !== null) return `did you mean \`${near}\`?`;
  if (listed.length === 0) return 'there are none';
  const shown = listed.slice(0, 30);
  return `there ${shown.length === 1 ? 'is' : 'are'} ${alternatives(shown, 'and')}${listed.length > 30 ? ' and more' : ''}`;
}
