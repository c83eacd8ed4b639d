import { limits } from './limits.ts';

/** A value of a foreign file that has keys. */
export type Fields = Readonly<Record<string, unknown>>;

/** @returns `value` where it is a map, else null. */
export function fieldsOf(value: unknown): Fields | null {
  return isFields(value) ? value : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** @returns the value at `keys`, each an own key of a map; undefined where there is none. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  let here = value;
  for (const key of keys) {
    const fields = fieldsOf(here);
    if (fields === null || !Object.hasOwn(fields, key)) return undefined;
    here = fields[key];
  }
  return here;
}

/** @returns the entries of a map, no more than are bearable; none for anything else. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(fieldsOf(value) ?? {})
    .slice(0, limits.entries)
    .filter(([key]) => usable(key));
}

/** @returns the items of a list, no more than are bearable; none for anything else. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, limits.entries) : [];
}

/** @returns a text of one line and bearable length, trimmed; null for anything else, and for nothing. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  return usable(trimmed) ? trimmed : null;
}

/** @returns the texts of a list; what is none is passed over. */
export function textsOf(value: unknown): readonly string[] {
  return itemsOf(value)
    .map(textOf)
    .filter((item) => item !== null);
}

/** @returns prose of one line, cut; null where there is none. */
export function proseOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const line = value.slice(0, limits.description).replaceAll(/\s+/g, ' ').trim();
  return line === '' ? null : line;
}

// Control characters have no place in what becomes part of a command line.
// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/;

function usable(text: string): boolean {
  return text !== '' && text.length <= limits.text && !control.test(text);
}
