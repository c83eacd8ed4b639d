import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { show } from './words.ts';

export interface SchemaProblem {
  readonly message: string;
  /** Steps into the schema. */
  readonly path: readonly (string | number)[];
}

const latest = 'https://json-schema.org/draft/2020-12/schema';
const draft7 = 'http://json-schema.org/draft-07/schema';
const references = ['$ref', '$dynamicRef', '$recursiveRef'];
/** Keywords whose values are data and not schemas. */
const data = new Set(['const', 'enum', 'default', 'examples']);

/**
 * Looks for mistakes in a JSON Schema of the user's: its shape, references to other documents, patterns.
 * The dialect is 2020-12 unless `$schema` says draft-07. Never throws, never fetches.
 */
export function schemaProblems(schema: Readonly<Record<string, unknown>>): SchemaProblem[] {
  const dialect = typeof schema['$schema'] === 'string' ? schema['$schema'].replace(/#$/, '') : latest;
  if (dialect !== latest && dialect !== draft7) {
    const message = `the dialect ${show(dialect)} is not supported; use ${latest} (the default) or ${draft7}#`;
    return [{ message, path: ['$schema'] }];
  }
  const found = walk(schema, []);
  if (found.length > 0) return found;
  try {
    return compileProblems(schema, dialect === draft7);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').slice(0, 200) : 'unknown reason';
    return [{ message: `not a usable JSON Schema: ${reason}`, path: [] }];
  }
}

function compileProblems(schema: Readonly<Record<string, unknown>>, old: boolean): SchemaProblem[] {
  // Inlined references would let a small schema become a very large program.
  const options = { strict: false, logger: false, inlineRefs: false, allErrors: true } as const;
  const ajv = old ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv);
  if (ajv.validateSchema(schema) === true) {
    ajv.compile(schema);
    return [];
  }
  // Of several errors about one value, the first says most.
  const first = new Map((ajv.errors ?? []).toReversed().map((error) => [error.instancePath, error]));
  return [...first.values()].toReversed().slice(0, 5).map(shapeProblem);
}

function shapeProblem({ instancePath, message, params }: ErrorObject): SchemaProblem {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const allowed: unknown = params['allowedValues'];
  const choices = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return { message: `not a valid JSON Schema: ${message ?? 'wrong'}${choices}`, path };
}

/** Finds what the meta-schema does not: references to other documents, and patterns that are none. */
function walk(value: unknown, path: readonly (string | number)[]): SchemaProblem[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const here = [...path, key];
    const message = keywordProblem(key, child);
    if (message !== null) return [{ message, path: here }];
    return data.has(key) ? [] : walk(child, here);
  });
}

function keywordProblem(key: string, value: unknown): string | null {
  if (key === 'patternProperties' && typeof value === 'object' && value !== null) {
    return (
      Object.keys(value)
        .map(patternProblem)
        .find((message) => message !== null) ?? null
    );
  }
  if (typeof value !== 'string') return null;
  if (key === 'pattern') return patternProblem(value);
  if (!references.includes(key) || value.startsWith('#')) return null;
  return `the reference ${show(value)} leads to another document; only \`#…\` is followed`;
}

/** @returns why a text is no regular expression, or null */
export function patternProblem(pattern: string): string | null {
  try {
    void new RegExp(pattern, 'u');
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(': ').at(-1) : '';
    return `${show(pattern)} is not a regular expression (ECMAScript, with the \`u\` flag): ${reason}`;
  }
}
