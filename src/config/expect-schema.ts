import parseJsonPath from 'jsonpath-rfc9535/parser';
import * as z from 'zod';
import { notYet, strict } from './strict.ts';
import { patternProblem, schemaProblems } from './user-schema.ts';
import { duration, flag, label, mapping, text, texts, wants } from './values.ts';
import type { SchemaContext } from './schema-context.ts';
import { show } from './words.ts';

const maxExpression = 1000;

/** The assertions of a case; every one is optional. */
export function expectSchema(context: SchemaContext) {
  return strict({
    isError: flag().exactOptional().describe('Whether the tool reports an error (`isError` of its result).'),
    protocolError: strict({
      code: z.int(wants('a whole number such as -32602')).exactOptional().describe('JSON-RPC error code.'),
      message: text('a text')
        .min(1, 'expected a text, found an empty one')
        .exactOptional()
        .describe('Part of the message.'),
    })
      .exactOptional()
      .describe('The call is answered with a JSON-RPC error instead of a result.'),
    contains: texts('a text').exactOptional().describe('Texts that the answer contains.'),
    notContains: texts('a text').exactOptional().describe('Texts that the answer does not contain.'),
    matches: patterns().exactOptional().describe('Regular expressions (ECMAScript, `u` flag) found in the answer.'),
    equals: z.unknown().exactOptional().describe('The whole structured content, or the whole text.'),
    jsonPath: jsonPath().exactOptional().describe('JSONPath (RFC 9535) to the value expected there.'),
    schema: userSchema(context)
      .exactOptional()
      .describe('A JSON Schema for the answer, or the path of a file with one.'),
    matchesOutputSchema: flag()
      .exactOptional()
      .describe('Whether a declared outputSchema is checked; it is unless this is `false`.'),
    maxLatency: duration().exactOptional().describe('The longest that the answer may take.'),
    notEmpty: notYet(),
    minItems: notYet(),
    maxItems: notYet(),
    contentTypes: notYet(),
    maxBytes: notYet(),
    snapshot: notYet(),
    files: notYet(),
  }).describe('What the answer must be like.');
}

function patterns() {
  return texts('a regular expression').superRefine((list, context) => {
    for (const [index, pattern] of list.entries()) {
      const message = patternProblem(pattern);
      if (message !== null) context.addIssue({ code: 'custom', message, path: [index] });
    }
  });
}

function jsonPath() {
  return mapping(z.unknown(), 'a mapping from JSONPath to the value expected there').superRefine((paths, context) => {
    for (const path of Object.keys(paths)) {
      const message = jsonPathProblem(path);
      if (message !== null) context.addIssue({ code: 'custom', message, path: [path], params: { key: true } });
    }
  });
}

function jsonPathProblem(path: string): string | null {
  const problem = `${show(path)} is not a JSONPath (RFC 9535), such as \`$.items[0].name\``;
  if (path.length > maxExpression) return problem;
  try {
    parseJsonPath(path);
    return null;
  } catch {
    return problem;
  }
}

function userSchema(context: SchemaContext) {
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
