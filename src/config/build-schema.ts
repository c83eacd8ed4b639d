import * as z from 'zod';
import { variableName } from './names.ts';
import { strict } from './strict.ts';
import { label, text, wants } from './values.ts';
import { show } from './words.ts';

const what = '`dockerfile`, or a mapping with `dockerfile`, `context`, `target`, `args` and `hosts`';

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
      .array(host(), wants('a list of hosts'))
      .max(50, 'more than 50 hosts')
      .optional()
      .describe('Hosts that its commands may reach beside those of the package managers: `HOST` or `HOST:PORT`.'),
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

/** A name, an IPv4 address, or an IPv6 address in brackets. */
const hostPattern =
  /^(?:(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?$/;

function host() {
  const hint = 'a host such as `github.com` or `packages.example:8443`';
  return z.string(wants(hint)).superRefine((value, issues) => {
    const port = hostPattern.exec(value)?.[1];
    const good = hostPattern.test(value) && value.length <= 260 && (port === undefined || isPort(Number(port)));
    if (good) return;
    issues.addIssue({ code: 'custom', message: `expected ${hint}, without scheme and path, found ${show(value)}` });
  });
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}
