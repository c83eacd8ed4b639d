import { isIPv6 } from 'node:net';
import * as z from 'zod';
import { variableName } from './names.ts';
import { strict } from './strict.ts';
import { label, text, wants } from './values.ts';
import { show } from './words.ts';

const what = '`dockerfile`, or a mapping with `dockerfile`, `context`, `target`, `args`, `hosts` and `registries`';

/** Words as in the files of Compose, where they mean the same. */
export function buildSchema() {
  const mapping = strict({
    dockerfile: treePath('`docker/Dockerfile`')
      .optional()
      .describe("The Dockerfile, from the root of the source; that of the server's folder otherwise, or of the root."),
    context: treePath('`.`')
      .optional()
      .describe('What is copied from, from the root of the source; the folder of the Dockerfile otherwise.'),
    target: label('the name of a stage').optional().describe('The stage that is the server; the last one otherwise.'),
    args: z
      .record(buildArgument(), text('a text (put numbers in quotes)'), wants('a mapping from names to values'))
      .optional()
      .describe('Values for `ARG`. No secrets: whoever has the image can read them.'),
    hosts: z
      .array(reachableHost(), wants('a list of hosts'))
      .max(50, 'more than 50 hosts')
      .optional()
      .describe('Hosts that its commands may reach beside those of the package managers: `HOST` or `HOST:PORT`.'),
    registries: z
      .array(reachableHost(), wants('a list of registries'))
      .max(50, 'more than 50 registries')
      .optional()
      .describe(
        'Registries whose images it may use as the user of this machine may, with logins; `localhost` for images of the machine. Public ones need no mention where there is no login.',
      ),
  });
  return z.union([z.literal('dockerfile', wants(what)), mapping], wants(what)).meta({
    description: 'Builds an image from a Dockerfile of the source, in which the server then runs.',
    examples: ['dockerfile', { dockerfile: 'src/weather/Dockerfile', context: '.' }],
  });
}

function treePath(example: string) {
  const hint = `a path in the source such as ${example}`;
  return z.string(wants(hint)).superRefine((value, issues) => {
    const message = treePathProblem(value);
    if (message !== null) issues.addIssue({ code: 'custom', message: `expected ${hint}: ${message}` });
  });
}

function treePathProblem(path: string): string | null {
  const shown = show(path);
  if (path === '') return 'the text is empty';
  if (path.length > 1000) return `${shown} is longer than 1000 characters`;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/u.test(path)) return `${shown} holds a backslash or an invisible character`;
  if (path.startsWith('/')) return `${shown} is absolute; write it from the root of the source`;
  return path.split('/').includes('..') ? `${shown} leads out of the source` : null;
}

function buildArgument() {
  return z.string().superRefine((name, issues) => {
    if (variableName.test(name)) return;
    const message = `${show(name)} is no name of an \`ARG\` (letters, digits and \`_\`, no digit first)`;
    issues.addIssue({ code: 'custom', message });
  });
}

const hostName =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

function reachableHost() {
  const hint = 'a host such as `github.com` or `packages.example:8443`';
  return z.string(wants(hint)).superRefine((value, issues) => {
    if (isAuthority(value)) return;
    issues.addIssue({ code: 'custom', message: `expected ${hint}, without scheme and path, found ${show(value)}` });
  });
}

/** `HOST` or `HOST:PORT`, where the host is a name, an IPv4 address, or an IPv6 address in brackets. */
function isAuthority(value: string): boolean {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(value) ?? [];
  const isHost = host.startsWith('[') ? isIPv6(host.slice(1, -1)) : hostName.test(host) && host.length <= 253;
  return isHost && (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
}
