import parseJsonPath from 'jsonpath-rfc9535/parser';
import * as z from 'zod';
import { withoutReferences } from './references.ts';
import type { SchemaContext } from './schema-context.ts';
import { patternProblem, schemaProblems } from './user-schema.ts';
import { label, mapping, texts, wants } from './values.ts';
import { show } from './words.ts';

const maxExpression = 1000;
/** Of patterns, paths and texts that one assertion asks for: each costs time with every answer. */
export const maxListed = 200;

/** One regular expression or several, as a list. */
export function patterns() {
  return texts('a regular expression').superRefine((list, context) => {
    for (const [index, pattern] of list.entries()) {
      const message = patternProblem(withoutReferences(pattern));
      if (message !== null) context.addIssue({ code: 'custom', message, path: [index] });
    }
  });
}

/** @returns why a text is no JSONPath, or null */
export function jsonPathProblem(path: string): string | null {
  const problem = `${show(path)} is not a JSONPath (RFC 9535), such as \`$.items[0].name\``;
  if (path.length > maxExpression) return problem;
  try {
    parseJsonPath(path);
    return null;
  } catch {
    return problem;
  }
}

/** A JSONPath as a value. */
export function jsonPathText() {
  return z.string(wants('a JSONPath such as `$.id`')).superRefine((path, context) => {
    const message = jsonPathProblem(path);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

/** A JSON Schema, written out or in a file of the workspace. */
export function userSchema(context: SchemaContext) {
  const file = label('the path of a file with a JSON Schema');
  const inline = mapping(z.unknown(), 'a JSON Schema');
  const either = z.union([file, inline], wants('a JSON Schema, or the path of a file with one'));
  return either.transform((given, issues): unknown => {
    if (typeof given === 'string') {
      const read = context.readSchema(given);
      if ('value' in read) return read.value;
      issues.addIssue({ code: 'custom', message: read.problem });
      return z.NEVER;
    }
    for (const { message, path } of schemaProblems(given))
      issues.addIssue({ code: 'custom', message, path: [...path] });
    return given;
  });
}
