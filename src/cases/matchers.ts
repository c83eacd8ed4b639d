import type { Matchers } from '../config/model.ts';
import { describeDifference, firstDifference } from './difference.ts';
import { isEmpty } from './empty.ts';
import { findPattern } from './pattern.ts';
import { isRecord } from './record.ts';
import type { SchemaValidator } from './schema-validator.ts';
import { around, brief } from './show.ts';

/** Why a value does not pass, as a clause; `unchecked` where that could not be found out. */
export type Unmet = { readonly unmet: string } | { readonly unchecked: string };

/** The first of the matchers that the value does not pass, or null. `exists` is for whoever selected the value. */
export async function firstUnmet(
  value: unknown,
  matchers: Matchers,
  validator: SchemaValidator,
): Promise<Unmet | null> {
  for (const check of simple) {
    const unmet = check(value, matchers);
    if (unmet !== null) return { unmet };
  }
  for (const pattern of matchers.matches ?? []) {
    const unmet = await unmetPattern(value, pattern, validator);
    if (unmet !== null) return unmet;
  }
  return matchers.schema === undefined ? null : unmetSchema(value, matchers.schema, validator);
}

type Check = (value: unknown, matchers: Matchers) => string | null;

const simple: readonly Check[] = [
  (value, { type }) =>
    type === undefined || isOfType(value, type) ? null : `expected the type ${type}, got ${brief(value)}`,
  (value, { equals }) => {
    const difference = equals === undefined ? null : firstDifference(equals, value);
    return difference === null ? null : `differs${describeDifference(difference)}`;
  },
  (value, { notEmpty }) => {
    if (notEmpty === undefined || isEmpty(value) !== notEmpty) return null;
    return notEmpty ? `expected something, got ${brief(value)}` : `expected nothing in it, got ${brief(value)}`;
  },
  (value, { contains }) => {
    const missing = contains?.find((text) => !has(value, text));
    return missing === undefined ? null : `does not contain ${brief(missing)}, it is ${brief(value, 200)}`;
  },
  (value, { notContains }) => {
    const present = notContains?.find((text) => has(value, text));
    if (present === undefined) return null;
    const at = typeof value === 'string' ? value.indexOf(present) : -1;
    const where = typeof value === 'string' ? around(value, at, at + present.length) : brief(value, 200);
    return `contains ${brief(present)}, which it should not: ${where}`;
  },
  (value, { minItems, maxItems }) => {
    if (minItems === undefined && maxItems === undefined) return null;
    if (!Array.isArray(value)) return `expected a list, got ${brief(value)}`;
    const few = value.length < (minItems ?? 0);
    if (!few && value.length <= (maxItems ?? Infinity)) return null;
    return `has ${value.length} items, expected at ${few ? `least ${minItems}` : `most ${maxItems}`}`;
  },
  (value, { atLeast, atMost }) => {
    if (atLeast === undefined && atMost === undefined) return null;
    if (typeof value !== 'number') return `expected a number, got ${brief(value)}`;
    if (value < (atLeast ?? -Infinity)) return `expected at least ${atLeast}, got ${value}`;
    return value > (atMost ?? Infinity) ? `expected at most ${atMost}, got ${value}` : null;
  },
];

/** In a text anywhere, in a list as one of its items; nothing else contains anything. */
function has(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.includes(text);
  return Array.isArray(value) && value.includes(text);
}

function isOfType(value: unknown, type: NonNullable<Matchers['type']>): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isRecord(value);
  return type === 'null' ? value === null : typeof value === type;
}

async function unmetPattern(value: unknown, pattern: string, validator: SchemaValidator): Promise<Unmet | null> {
  const shown = brief(pattern);
  if (typeof value !== 'string') return { unmet: `expected a text that matches ${shown}, got ${brief(value)}` };
  const search = await findPattern(pattern, value, validator);
  if ('unchecked' in search) return { unchecked: `${shown} was not checked: ${search.unchecked}` };
  return search.found ? null : { unmet: `does not match ${shown}, it is ${brief(value, 200)}` };
}

async function unmetSchema(value: unknown, schema: unknown, validator: SchemaValidator): Promise<Unmet | null> {
  const outcome = await validator.validate(schema, value);
  if (outcome.state === 'notChecked') return { unchecked: `the schema was not checked: ${outcome.reason}` };
  return outcome.state === 'valid' ? null : { unmet: `is not valid by the schema: ${outcome.errors.join('; ')}` };
}
