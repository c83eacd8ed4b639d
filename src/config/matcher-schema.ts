import * as z from 'zod';
import { jsonPathProblem, maxListed, patterns, userSchema } from './assertion-values.ts';
import type { PathExpectation } from './model.ts';
import { isRecord } from './raw.ts';
import type { SchemaContext } from './schema-context.ts';
import { strict } from './strict.ts';
import { choice, decimal, flag, mapping, texts, whole } from './values.ts';
import { alternatives } from './words.ts';

export const matcherNames = [
  'exists',
  'equals',
  'contains',
  'notContains',
  'matches',
  'type',
  'notEmpty',
  'minItems',
  'maxItems',
  'atLeast',
  'atMost',
  'schema',
] as const;

const types = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'] as const;
const most = Number.MAX_SAFE_INTEGER;

/** JSONPaths, each with a value or with matchers. */
export function jsonPathSchema(context: SchemaContext) {
  const matchers = matchersSchema(context)
    // Nothing in it: the next form, a value.
    .refine((given) => Object.keys(given).length > 0)
    .transform((given): PathExpectation => ({
      kind: 'matchers',
      matchers: given,
    }));
  const literal = z
    .unknown()
    .refine((value) => !isMatchers(value), 'matchers that cannot be read')
    .transform((value): PathExpectation => ({ kind: 'value', value }));
  const wish = z.union([matchers, literal]);
  return mapping(wish, 'a mapping from JSONPath to the value expected there').superRefine((paths, issues) => {
    const list = Object.keys(paths);
    if (list.length > maxListed) issues.addIssue({ code: 'custom', message: `holds more than ${maxListed} paths` });
    for (const path of list.slice(0, maxListed)) {
      const message = jsonPathProblem(path);
      if (message !== null) issues.addIssue({ code: 'custom', message, path: [path], params: { key: true } });
    }
  });
}

function matchersSchema(context: SchemaContext) {
  return strict({
    exists: flag().exactOptional().describe('`false`: the path selects nothing.'),
    equals: z.unknown().exactOptional().describe('The value, in depth.'),
    contains: texts('a text').exactOptional().describe('In a text, or as items of a list.'),
    notContains: texts('a text').exactOptional().describe('Not in a text, and no item of a list.'),
    matches: patterns().exactOptional().describe('Regular expressions (ECMAScript, `u` flag) found in a text.'),
    type: choice(types).exactOptional().describe('The type of the value.'),
    notEmpty: flag().exactOptional().describe('Whether there is something in it.'),
    minItems: whole(0, most).exactOptional().describe('The fewest items of a list.'),
    maxItems: whole(0, most).exactOptional().describe('The most items of a list.'),
    atLeast: decimal(-most, most).exactOptional().describe('The least that a number is.'),
    atMost: decimal(-most, most).exactOptional().describe('The most that a number is.'),
    schema: userSchema(context).exactOptional().describe('A JSON Schema, or the path of a file with one.'),
  }).meta({ description: 'Matchers, which all must hold.', minProperties: 1 });
}

/** Whether a wish is a mapping of matchers and nothing else; an empty mapping is a value. */
function isMatchers(wish: unknown): boolean {
  const keys = isRecord(wish) ? Object.keys(wish) : [];
  return keys.length > 0 && keys.every(isMatcher);
}

/** @returns why a mapping could be a value as well as matchers, or null */
export function mixedProblem(wish: unknown): string | null {
  const keys = isRecord(wish) ? Object.keys(wish) : [];
  const [matchers, others] = [keys.filter(isMatcher), keys.filter((key) => !isMatcher(key))];
  if (matchers.length === 0 || others.length === 0) return null;
  const rest = alternatives(others.slice(0, 5), 'and');
  return `matchers (${alternatives(matchers, 'and')}) stand beside other keys (${rest}); write a mapping that is expected as it is as \`equals: {…}\`, or leave only matchers`;
}

function isMatcher(key: string): boolean {
  return matcherNames.some((name) => name === key);
}
