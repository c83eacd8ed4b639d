import * as z from 'zod';
import { clientSchema } from './client-schema.ts';
import { caseHints } from './foreign-names.ts';
import { serverName, serverNameHint, tagName, tagNameHint } from './names.ts';
import type { SchemaContext } from './schema-context.ts';
import { exactlyOne, requestKeys, stepShape, stepsSchema } from './step-schema.ts';
import { strict } from './strict.ts';
import { decimal, flag, label, wants, whole } from './values.ts';

const maxTimes = 1000;

/** One validation case: a single request, or `steps`. */
export function caseSchema(context: SchemaContext) {
  const shape = stepShape(context);
  const steps = stepsSchema(shape);
  return strict(
    {
      id: label('a name for the case').describe('Unique among the cases of its server; it stands in every report.'),
      server: serverReference().optional().describe('Name of the server, as under `servers`.'),
      ...shape,
      steps: steps.optional().describe('Several requests, one after another.'),
      setup: steps.optional().describe('Steps before; where one fails, the others do not run.'),
      teardown: steps.optional().describe('Steps after, whatever became of the others.'),
      ...controls(),
    },
    caseHints,
  ).meta(exactlyOne([...requestKeys, 'steps']));
}

function controls() {
  return {
    repeat: repeatSchema().optional(),
    fresh: flag().optional().describe('The case has a process of the server of its own.'),
    client: clientSchema().optional(),
    tags: z.array(tag(), wants('a list of tags')).optional().describe('For the input `tags`.'),
    skip: z
      .union([label('a reason'), flag()], wants('a reason, or `true`'))
      .optional()
      .describe("Why the case does not run. Being its author's decision, it leaves the run complete."),
    only: flag().optional().describe('While writing cases: the others do not run.'),
    mutates: flag().optional().describe('That the case changes something. For readers; nothing depends on it yet.'),
  };
}

function repeatSchema() {
  const times = whole(1, maxTimes, 'a whole number of times');
  const both = strict({
    times: times.describe('How often the case runs.'),
    passRate: decimal(0.01, 1).optional().describe('The part of them that must pass; `1` (all) otherwise.'),
  });
  return z
    .union([times, both], wants('a whole number of times, or `{ times, passRate }`'))
    .transform((given) => (typeof given === 'number' ? { times: given, passRate: 1 } : given))
    .describe('How often the whole case runs; all of them, or a part, must pass.');
}

/** A file that `include` names: a list of cases, or one with a default for their `server`. */
export function caseFileSchema(context: SchemaContext) {
  const cases = z.array(caseSchema(context), wants('a list of cases'));
  return {
    list: cases,
    mapping: strict({
      server: serverReference().optional().describe('For the cases that name none themselves.'),
      cases: cases.describe('The cases.'),
    }),
  };
}

/** An entry of `cases` in the configuration. */
export function caseEntrySchema(context: SchemaContext) {
  const glob = label('a path or glob such as `mcp-cases/*.yml`');
  const include = strict({
    include: z
      .union([glob, z.array(glob).min(1, 'the list is empty')], wants('a path or glob, or a list of them'))
      .describe('Case files, relative to the workspace.'),
  });
  return z.union([caseSchema(context), include], wants('a case, or `include` with a glob'));
}

function serverReference() {
  return label('the name of a server');
}

function tag() {
  return z.string(wants('a tag')).regex(tagName, `expected a tag of ${tagNameHint}`);
}

export function serverKey() {
  return z.string().regex(serverName, `not a name for a server: expected ${serverNameHint}`);
}
