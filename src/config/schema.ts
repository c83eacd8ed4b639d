import * as z from 'zod';
import { caseEntrySchema, serverKey } from './case-schema.ts';
import { resourcesSchema, retriesSchema, timeoutsSchema } from './limits-schema.ts';
import { imageSchema } from './program-schema.ts';
import { registriesSchema } from './registries-schema.ts';
import { plainSourceProblem } from './repositories.ts';
import type { SchemaContext } from './schema-context.ts';
import { serverSchema, sourceSchema } from './server-schema.ts';
import { notYet, strict } from './strict.ts';
import { protocolSchema } from './transport-schema.ts';
import { choice, wants } from './values.ts';

/**
 * The configuration file. Reading it also resolves its values: durations to milliseconds, sizes to bytes, sources and
 * paths to what they mean in the workspace.
 */
export function configSchema(context: SchemaContext) {
  return strict({
    version: z.literal(1, wants('`1`')).describe('Version of this format.'),
    defaults: defaultsSchema().optional(),
    repositories: z
      .array(plainSource(context), wants('a list of sources'))
      .optional()
      .describe(
        'Sources of servers. Repositories, folders and bundles are searched for all that they hold; a name under `servers` refines what was found.',
      ),
    // A file that only names cases, or nothing yet, is a file without servers.
    servers: z
      .record(serverKey(), serverSchema(context), wants('a mapping from names to servers'))
      .nullish()
      .describe('The servers, by name.'),
    cases: z
      .array(caseEntrySchema(context), wants('a list of cases'))
      .nullish()
      .describe('Validation cases, and files with more of them.'),
    gate: gateSchema().optional(),
    extends: notYet(),
    registries: registriesSchema().optional(),
    lock: notYet(),
    exemptions: notYet(),
  });
}

export type ConfigFile = z.output<ReturnType<typeof configSchema>>;
export type ServerEntry = z.output<ReturnType<typeof serverSchema>>;

function plainSource(context: SchemaContext) {
  return sourceSchema(context).superRefine((source, issues) => {
    const message = plainSourceProblem(source);
    if (message !== null) issues.addIssue({ code: 'custom', message });
  });
}

function defaultsSchema() {
  return strict({
    image: imageSchema().optional(),
    protocol: protocolSchema().optional(),
    resources: resourcesSchema().optional(),
    timeouts: timeoutsSchema().optional(),
    retries: retriesSchema().optional(),
    otherwise: choice(['skip', 'placeholder'])
      .optional()
      .describe(
        'For a variable that a manifest requires and nobody grants: skip the server (the default), or give it a placeholder.',
      ),
  }).describe('For every server that does not say otherwise.');
}

function gateSchema() {
  return strict({
    onIncomplete: choice(['fail', 'neutral'])
      .optional()
      .describe('What a run means in which something was skipped or not checked. `fail` is the default.'),
    overall: notYet(),
    minimum: notYet(),
  }).describe('When the run fails.');
}
