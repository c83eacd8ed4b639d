import ms from 'ms';
import { show } from './words.ts';

export type Parsed<Value> = { readonly value: Value } | { readonly problem: string };

/** Five days: the longest that a job may take. */
const maxDuration = 5 * 24 * 60 * 60 * 1000;
const durationForm = /^\d+(?:\.\d+)?\s?[a-z]+$/i;
export const durationHint = 'a duration with its unit, such as `30s`, `2m` or `500ms`';

const sizeForm = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)?B?$/;
const sizeFactors: Readonly<Record<string, number>> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 };
const maxSize = 64 * 1024 ** 4;
export const sizeHint = 'a size such as `512Mi`, `2Gi` or a number of bytes';

/** @returns milliseconds, a whole number of them and at least one */
export function parseDuration(text: string): Parsed<number> {
  const problem = `expected ${durationHint}, found ${show(text)}`;
  if (text.startsWith('-')) return { problem: `${problem}; time runs forward only` };
  if (/^\d+(?:\.\d+)?$/.test(text)) return { problem: `${problem}, which has no unit` };
  if (!hasDurationForm(text)) return { problem };
  // The form was checked, but not the unit: for a wrong one the library answers undefined.
  const value: number | undefined = ms(text);
  if (value === undefined || !Number.isFinite(value)) return { problem };
  if (value < 1) return { problem: `${problem}; it must be at least \`1ms\`` };
  if (value > maxDuration) return { problem: `${problem}; it may be at most \`5d\`` };
  return { value: Math.round(value) };
}

/** @returns bytes */
export function parseSize(given: string | number): Parsed<number> {
  const text = String(given);
  const problem = `expected ${sizeHint}, found ${show(text)}`;
  const match = text.length > 40 ? null : sizeForm.exec(text);
  if (match === null) {
    const decimal = /^\d+(?:\.\d+)?([KMGT])B?$/i.exec(text);
    return { problem: decimal === null ? problem : `${problem}; write the unit as \`${decimal[1]?.toUpperCase()}i\`` };
  }
  const value = Number(match[1]) * (match[2] === undefined ? 1 : (sizeFactors[match[2]] ?? 1));
  if (!Number.isInteger(value)) return { problem: `${problem}, which is not a whole number of bytes` };
  if (value > maxSize) return { problem: `${problem}; it may be at most \`64Ti\`` };
  return { value };
}

function hasDurationForm(text: string): text is ms.StringValue {
  return text.length <= 40 && durationForm.test(text);
}
