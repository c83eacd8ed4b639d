import { isRecord } from './record.ts';

/** Nothing in it: `null`, a text of white space, a list or an object without members. Numbers and booleans are something. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
