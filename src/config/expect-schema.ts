import * as z from 'zod';
import { jsonPathText, maxListed, patterns, userSchema } from './assertion-values.ts';
import { fileProblem } from './file-paths.ts';
import { expectHints } from './foreign-names.ts';
import { jsonPathSchema } from './matcher-schema.ts';
import type { SchemaContext } from './schema-context.ts';
import { strict } from './strict.ts';
import { choice, duration, flag, size, text, texts, wants, whole } from './values.ts';
import { alternatives, expected, nearest } from './words.ts';

/** RFC 5424, as the protocol lists them. */
const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
const blockTypes = ['text', 'image', 'audio', 'resource_link', 'resource', 'blob'] as const;
const manyItems = 1_000_000;

/** The assertions of a step; every one is optional. Which fit the request, `expect-checks.ts` says. */
export function expectSchema(context: SchemaContext) {
  return strict(
    {
      ...aboutErrors(),
      ...aboutTexts(),
      equals: z.unknown().exactOptional().describe('The whole structured content, or the whole text.'),
      jsonPath: jsonPathSchema(context).exactOptional().describe('JSONPath (RFC 9535) to the value expected there.'),
      schema: userSchema(context)
        .exactOptional()
        .describe('A JSON Schema for the answer, or the path of a file with one.'),
      matchesOutputSchema: flag()
        .exactOptional()
        .describe('Whether a declared outputSchema is checked; it is unless this is `false`.'),
      ...aboutSize(),
      maxLatency: duration().exactOptional().describe('The longest that the answer may take.'),
      snapshot: snapshot().exactOptional(),
      files: files().exactOptional(),
      ...aboutNotifications(),
    },
    expectHints,
  ).meta({ id: 'expect' });
}

function aboutErrors() {
  return {
    isError: flag().exactOptional().describe('Whether the tool reports an error (`isError` of its result).'),
    protocolError: strict({
      code: z.int(wants('a whole number such as -32602')).exactOptional().describe('JSON-RPC error code.'),
      message: text('a text')
        .min(1, 'expected a text, found an empty one')
        .exactOptional()
        .describe('Part of the message.'),
    })
      .exactOptional()
      .describe('The request is answered with a JSON-RPC error instead of a result.'),
  };
}

function aboutTexts() {
  return {
    contains: texts('a text').exactOptional().describe('Texts that the answer contains.'),
    notContains: texts('a text').exactOptional().describe('Texts that the answer does not contain.'),
    matches: patterns().exactOptional().describe('Regular expressions (ECMAScript, `u` flag) found in the answer.'),
  };
}

function aboutSize() {
  return {
    notEmpty: flag().exactOptional().describe('Whether there is something in the answer.'),
    minItems: whole(0, manyItems).exactOptional().describe('The fewest items of the list in the answer.'),
    maxItems: whole(0, manyItems).exactOptional().describe('The most items of the list in the answer.'),
    contentTypes: contentTypes().exactOptional(),
    maxBytes: size('1').exactOptional().describe('The largest that the result may be, as JSON.'),
  };
}

function contentTypes() {
  const hint = `${alternatives(blockTypes)}, or a MIME type such as \`image/png\``;
  const type = z
    .string(wants(hint))
    .max(200, `expected ${hint}`)
    .superRefine((given, issues) => {
      if (given.includes('/') || blockTypes.some((known) => known === given)) return;
      const near = nearest(given, blockTypes);
      const meant = near === null ? '' : `; did you mean \`${near}\`?`;
      issues.addIssue({ code: 'custom', message: `${expected(hint, given)}${meant}` });
    })
    .meta({ anyOf: [{ enum: [...blockTypes] }, { pattern: '/' }] });
  const list = z.array(type, wants('a list of types')).max(maxListed, `expected at most ${maxListed} types`);
  return z
    .union([type, list], wants('a type of content, or a list of them'))
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .describe('The types of the content blocks, or their MIME types, in order.');
}

function snapshot() {
  const ignoring = strict({
    ignore: z
      .array(jsonPathText(), wants('a list of JSONPaths'))
      .max(maxListed, `expected at most ${maxListed} paths`)
      .describe('JSONPaths (RFC 9535) of what changes from run to run.'),
  });
  const always = z.literal(true, wants('`true`, or `{ ignore: [JSONPath] }`'));
  return z
    .union([always, ignoring], wants('`true`, or `{ ignore: [JSONPath] }`; leave it out where there is none'))
    .transform((given) => (given === true ? { ignore: [] } : given))
    .describe('The answer is as it was when the snapshots were written (`--update-snapshots`).');
}

function files() {
  const name = z.string().superRefine((value, issues) => {
    const message = fileProblem(value);
    if (message !== null) issues.addIssue({ code: 'custom', message });
  });
  const file = strict({
    exists: flag().exactOptional().describe('Whether there is such a file or folder.'),
    contains: texts('a text').exactOptional().describe('Texts that the file contains.'),
    notContains: texts('a text').exactOptional().describe('Texts that the file does not contain.'),
    matches: patterns().exactOptional().describe('Regular expressions (ECMAScript, `u` flag) found in the file.'),
    equals: text('a text').exactOptional().describe('The whole text of the file.'),
    unchanged: flag().exactOptional().describe('Whether it is as it was before the step.'),
  }).meta({ minProperties: 1 });
  return z
    .record(name, file, wants('a mapping from paths in the work folder to what is expected there'))
    .refine((given) => Object.keys(given).length <= maxListed, `holds more than ${maxListed} files`)
    .describe('The state of the work folder after the answer, by path relative to it.');
}

function aboutNotifications() {
  return {
    progress: strict({ min: whole(1, manyItems).describe('The fewest of them.') })
      .exactOptional()
      .describe('Progress notifications that come before the answer.'),
    logs: strict({
      min: whole(1, manyItems).exactOptional().describe('The fewest of them; 1 otherwise.'),
      level: choice(levels).exactOptional().describe('Only messages of this level count.'),
      contains: texts('a text').exactOptional().describe('Each of the texts is in one of them.'),
    })
      .exactOptional()
      .describe('Log messages that come before the answer.'),
  };
}
