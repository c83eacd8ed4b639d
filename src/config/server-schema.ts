import * as z from 'zod';
import { buildSchema } from './build-schema.ts';
import { serverHints } from './foreign-names.ts';
import { mountsSchema, workSchema } from './folder-schema.ts';
import { resourcesSchema, retriesSchema, timeoutsSchema } from './limits-schema.ts';
import { envSchema, imageSchema, words } from './program-schema.ts';
import { authSchema, headersSchema, healthSchema } from './remote-schema.ts';
import type { SchemaContext } from './schema-context.ts';
import { servicesSchema } from './service-schema.ts';
import { notYetValue, strict } from './strict.ts';
import { protocolSchema, transportSchema } from './transport-schema.ts';
import { flag, label, settle, wants } from './values.ts';
import { expected } from './words.ts';

/** One server under `servers`. Which keys fit its source, `source-checks.ts` says. */
export function serverSchema(context: SchemaContext) {
  return strict(
    {
      source: sourceSchema(context).optional(),
      bin: label('the name of a command').optional().describe('Which command to start, where a package has several.'),
      command: words('command').min(1, 'the list is empty').optional().describe('Replaces the start altogether.'),
      args: words('args')
        .optional()
        .describe('Arguments of the command. No secrets: they would stand in a process list.'),
      env: envSchema().optional().describe('Environment of the server; nothing is inherited.'),
      image: imageSchema().optional(),
      build: buildSchema().optional(),
      transport: transportSchema().optional(),
      protocol: protocolSchema().optional(),
      services: servicesSchema().optional(),
      network: networkSchema().optional().describe('`none`: the server reaches no network.'),
      installScripts: installScriptsSchema().optional().describe('Whether install scripts run, without network.'),
      work: workSchema(context).optional(),
      mounts: mountsSchema(context).optional(),
      auth: authSchema().optional(),
      headers: headersSchema().optional(),
      health: healthSchema().optional(),
      allowInsecure: flag().optional().describe('Allows a remote server without encryption (`http://…`).'),
      resources: resourcesSchema().optional(),
      timeouts: timeoutsSchema().optional(),
      retries: retriesSchema().optional(),
    },
    serverHints,
  );
}

export function sourceSchema(context: SchemaContext) {
  const given = z.string(wants('a source such as `npm:NAME` or `.`')).meta({
    description:
      'Where the server comes from: `npm:NAME[@VERSION]`, `pypi:NAME[==VERSION]`, `oci:IMAGE:TAG`, `registry:NAME`, `OWNER/REPO[@REF][#PATH]` or the URL of a git repository, a folder or `*.mcpb` of the workspace, or the URL of a remote server. Without it, the server is one that is found in the `repositories`, by its name.',
    // Examples of what is read, not of what it becomes.
    examples: [
      'npm:@example/server@^2.1.0',
      'oci:ghcr.io/acme/server:1.2.0',
      'acme/mcp-server@v2.1.0#packages/server',
      './server',
      'https://mcp.example.com/mcp',
    ],
  });
  return given.transform((value, issues) => settle(context.source(value), issues));
}

function networkSchema() {
  return z.literal('none', {
    error: ({ input }) => {
      const later = input === 'open' || (typeof input === 'object' && input !== null && 'hosts' in input);
      return later ? notYetValue('a network other than `none`', 'leave `network` out') : expected('`none`', input);
    },
  });
}

function installScriptsSchema() {
  return z.enum(['sandboxed', 'never'], {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && 'hosts' in input
        ? notYetValue('`installScripts` with `hosts`', 'expected `sandboxed` or `never`')
        : expected('`sandboxed` or `never`', input),
  });
}
