import * as z from 'zod';
import { containerNameProblem, secretNameProblem } from './names.ts';
import { containerPathProblem } from './regions.ts';
import type { SchemaContext } from './schema-context.ts';
import { notYet, notYetValue, strict } from './strict.ts';
import { choice, decimal, duration, label, settle, size, text, wants, whole } from './values.ts';
import { expected } from './words.ts';

const image =
  /^(?:host|(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127}(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64}))$/;
const imageHint = '`host`, or an image with its tag or digest, such as `node:24-slim`';

/** One server under `servers`. */
export function serverSchema(context: SchemaContext) {
  return strict({
    source: sourceSchema(context).describe('Where the server comes from: `npm:NAME[@VERSION]` or a local path.'),
    bin: label('the name of a command').optional().describe('Which command to start, where a package has several.'),
    command: words('command').min(1, 'the list is empty').optional().describe('Replaces the start altogether.'),
    args: words('args')
      .optional()
      .describe('Arguments of the command. No secrets: they would stand in a process list.'),
    env: envSchema().optional().describe('Environment of the server; nothing is inherited.'),
    image: imageSchema().optional(),
    network: networkSchema().optional().describe('`none`: the server reaches no network.'),
    installScripts: installScriptsSchema().optional().describe('Whether install scripts run, without network.'),
    work: workSchema(context).optional(),
    mounts: mountsSchema(context).optional(),
    resources: resourcesSchema().optional(),
    timeouts: timeoutsSchema().optional(),
    retries: retriesSchema().optional(),
    transport: notYet(),
    services: notYet(),
    auth: notYet(),
    health: notYet(),
  });
}

export function sourceSchema(context: SchemaContext) {
  return z
    .string(wants('a source such as `npm:NAME` or `.`'))
    .transform((value, issues) => settle(context.source(value), issues));
}

export function imageSchema() {
  return z
    .string(wants(imageHint))
    .max(500, `expected ${imageHint}`)
    .regex(image, { error: ({ input }) => expected(imageHint, input) })
    .describe("`host` (the runner's own programs) or an image by tag or digest.");
}

export function resourcesSchema() {
  return strict({
    cpus: decimal(0.01, 1024).optional().describe('Processors, also parts of one.'),
    memory: size('16Mi').optional().describe('Memory, such as `512Mi`.'),
    pids: whole(2, 100_000).optional().describe('Processes and threads.'),
    disk: size('1Mi').optional().describe('Writable space, such as `2Gi`.'),
  }).describe('Limits of the running server.');
}

export function timeoutsSchema() {
  return strict({
    install: duration().optional().describe('For the installation.'),
    start: duration().optional().describe('Until the server has answered the first request and all lists.'),
    call: duration().optional().describe('For one call of a tool.'),
    stop: duration().optional().describe('For the server to end by itself.'),
  }).describe('How long each step may take.');
}

export function retriesSchema() {
  return whole(1, 10, 'a whole number of attempts').describe(
    'Attempts in all, for faults of the infrastructure and calls that may be repeated. 1: no second one.',
  );
}

function words(key: string) {
  const what = 'a text (put numbers in quotes)';
  const word = z
    .string({
      error: ({ input }) =>
        typeof input === 'object' && input !== null && 'secret' in input
          ? `a secret cannot stand in \`${key}\`, where every process list shows it; pass it by \`env\``
          : expected(what, input),
    })
    .max(100_000, 'longer than 100000 characters')
    .refine((value) => !value.includes('\0'), 'holds the character U+0000, which ends a text')
    .refine((value) => !/\$\{\{/.test(value), {
      error: `\`\${{ … }}\` is not evaluated here; a secret goes into \`env\`, never into \`${key}\``,
    });
  return z.array(word, wants('a list of texts'));
}

function envSchema() {
  const name = z.string().superRefine((value, issues) => {
    const message = containerNameProblem(value);
    if (message !== null) issues.addIssue({ code: 'custom', message });
  });
  const secret = strict({
    secret: z
      .string(wants('the name of a granted secret'))
      .superRefine((value, issues) => {
        const message = secretNameProblem(value);
        if (message !== null) issues.addIssue({ code: 'custom', message });
      })
      .describe('Name of a secret that the input `secrets` grants.'),
    otherwise: choice(['skip', 'placeholder'], ['canary'])
      .optional()
      .describe('Without the secret: skip the server (the default), or give it a placeholder.'),
  });
  const plain = text('a text').refine((value) => !value.includes('${{'), {
    error: '`${{ … }}` is not evaluated here; grant the secret in the workflow and write `{ secret: NAME }`',
  });
  const value = z.union([plain, secret], wants('a text (put numbers in quotes) or `{ secret: NAME }`'));
  return z.record(name, value, wants('a mapping from names to values'));
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

function workSchema(context: SchemaContext) {
  return strict({
    from: hostPath(context, 'folder').optional().describe('A folder of the workspace that is copied in.'),
    at: containerPath().describe('Absolute path in the container.'),
    reset: choice(['server'], ['case']).optional().describe('When it is copied in anew.'),
  }).describe('A folder that the server may write to.');
}

function mountsSchema(context: SchemaContext) {
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
