import * as z from 'zod';
import { jsonPathText } from './assertion-values.ts';
import { expectSchema } from './expect-schema.ts';
import { stepHints } from './foreign-names.ts';
import { captureName, captureNameHint } from './names.ts';
import type { SchemaContext } from './schema-context.ts';
import { strict } from './strict.ts';
import { choice, duration, label, mapping, text, textMapping, wants } from './values.ts';

export const lists = ['tools', 'prompts', 'resources', 'resourceTemplates'] as const;
/** What a step can ask; each step has one of these. */
export const requestKeys = ['tool', 'prompt', 'resource', 'complete', 'list'] as const;

/** One of `keys` is wanted, for editors; sentences about it come from `step-checks.ts`. */
export function exactlyOne(keys: readonly string[]) {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
}

/** A list of steps, of which each is a request with what becomes of its answer. */
export function stepsSchema(shape: ReturnType<typeof stepShape>) {
  const name = label('a name for the step').optional().describe('Unique in its case; it stands in reports.');
  const step = strict({ name, ...shape }, stepHints).meta({ id: 'step', ...exactlyOne(requestKeys) });
  return z
    .array(step, wants('a list of steps'))
    .min(1, 'the list is empty')
    .max(200, 'expected at most 200 steps; divide the case');
}

/** The keys of a single request: what is asked, and what becomes of the answer. */
export function stepShape(context: SchemaContext) {
  return { ...requestShape(), ...answerShape(context) };
}

function requestShape() {
  const uri = text('a URI')
    .min(1, 'expected a URI, found an empty text')
    .max(8192, 'expected a URI of at most 8192 characters');
  return {
    tool: label("the name of one of the server's tools").optional().describe('Name of the tool to call.'),
    prompt: label("the name of one of the server's prompts").optional().describe('Name of the prompt to get.'),
    args: mapping(z.unknown(), 'a mapping with the arguments')
      .optional()
      .describe('Arguments of the tool or the prompt; those of a prompt are texts.'),
    resource: uri.optional().describe('URI of the resource to read.'),
    complete: completeSchema().optional(),
    list: choice(lists).optional().describe('The list to read, with all its pages.'),
  };
}

function completeSchema() {
  return strict({
    prompt: label("the name of one of the server's prompts").optional().describe('The prompt whose argument it is.'),
    resource: text('a URI template')
      .min(1, 'expected a URI template, found an empty text')
      .optional()
      .describe('The resource template whose variable it is.'),
    argument: label('the name of the argument').describe('Name of the argument to complete.'),
    value: text('a text').optional().describe('What was typed so far; nothing otherwise.'),
    context: textMapping('a mapping from arguments to texts')
      .optional()
      .describe('Arguments that are settled already.'),
  }).meta({ description: 'A completion to ask for.', ...exactlyOne(['prompt', 'resource']) });
}

function answerShape(context: SchemaContext) {
  const name = z.string().regex(captureName, `not a name that \`{{name}}\` can stand for: expected ${captureNameHint}`);
  return {
    expect: expectSchema(context).optional().describe('What the answer must be like.'),
    capture: z
      .record(name, jsonPathText(), wants('a mapping from names to JSONPaths'))
      .optional()
      .describe('Names for values of the answer; `{{name}}` stands for the value in later steps.'),
    timeout: duration().optional().describe("How long the answer may take; the server's `timeouts.call` otherwise."),
  };
}
