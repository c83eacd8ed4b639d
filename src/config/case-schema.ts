import * as z from 'zod';
import { expectSchema } from './expect-schema.ts';
import { serverName, serverNameHint, tagName, tagNameHint } from './names.ts';
import type { SchemaContext } from './schema-context.ts';
import { notYet, strict } from './strict.ts';
import { duration, flag, label, mapping, wants } from './values.ts';

/** One validation case. */
export function caseSchema(context: SchemaContext) {
  return strict({
    id: label('a name for the case').describe('Unique among the cases of its server; it stands in every report.'),
    server: serverReference().optional().describe('Name of the server, as under `servers`.'),
    tool: label("the name of one of the server's tools").describe('Name of the tool to call.'),
    args: mapping(z.unknown(), "a mapping with the tool's arguments").optional().describe('Arguments of the call.'),
    expect: expectSchema(context).optional(),
    timeout: duration().optional().describe("How long one call may take; the server's `timeouts.call` otherwise."),
    tags: z.array(tag(), wants('a list of tags')).optional().describe('For the input `tags`.'),
    skip: z
      .union([label('a reason'), flag()], wants('a reason, or `true`'))
      .optional()
      .describe("Why the case does not run. Being its author's decision, it leaves the run complete."),
    only: flag().optional().describe('While writing cases: the others do not run.'),
    mutates: flag().optional().describe('That the call changes something. For readers; nothing depends on it yet.'),
    steps: notYet(),
    setup: notYet(),
    teardown: notYet(),
    repeat: notYet(),
    fresh: notYet(),
    prompt: notYet(),
    resource: notYet(),
    complete: notYet(),
  });
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
