import * as z from 'zod';
import { containerPathProblem } from './regions.ts';
import type { SchemaContext } from './schema-context.ts';
import { strict } from './strict.ts';
import { choice, settle, wants } from './values.ts';

export function workSchema(context: SchemaContext) {
  return strict({
    from: hostPath(context, 'folder').optional().describe('A folder of the workspace that is copied in.'),
    at: containerPath().describe('Absolute path in the container.'),
    reset: choice(['server', 'case'])
      .optional()
      .describe('When it is copied in anew: for each server (the default), or for each case, with a new process.'),
  }).describe('A folder that the server may write to.');
}

export function mountsSchema(context: SchemaContext) {
  const mount = strict({
    from: hostPath(context, 'any').describe('A file or folder of the workspace.'),
    at: containerPath().describe('Absolute path in the container.'),
  });
  return z.array(mount, wants('a list of `{ from, at }`')).describe('Copied in, read-only.');
}

function hostPath(context: SchemaContext, kind: 'folder' | 'any') {
  return z
    .string(wants('a path in the workspace'))
    .transform((value, issues) => settle(context.inside(value, kind), issues));
}

function containerPath() {
  return z.string(wants('an absolute path such as `/work`')).superRefine((value, issues) => {
    const message = containerPathProblem(value);
    if (message !== null) issues.addIssue({ code: 'custom', message });
  });
}
