import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Everything by which this program can write to the outside, and the files that may. A file that is new here has to say
 * how foreign text passes src/text/ on its way out, and how secrets are taken from it.
 */
const outlets: Readonly<Record<string, { readonly sign: RegExp; readonly files: readonly string[] }>> = {
  'the streams of the process': {
    sign: /\bprocess\.(?:stdout|stderr)\b(?!\.(?:on|resume)\b)|\}\s*=\s*process\b/u,
    files: [
      // `logText`, after secrets were taken out.
      'host/terminal.ts',
      // `logText` for what is said; reports are neutralised where they are made.
      'cli/streams.ts',
      // Writes nothing but the empty string.
      'process/signals.ts',
      // Only asks whether it is a terminal.
      'cli.ts',
      // Of a program that was started, not of this one.
      'checkout/git-objects.ts',
      'mcp/line.ts',
      'mcp/connection.ts',
    ],
  },
  console: { sign: /\bconsole\s*[.[]/u, files: [] },
  'warnings of Node': { sign: /\bemitWarning\b/u, files: [] },
  "the runner's commands and files": {
    sign: /\bcore\.\w+\(|from '@actions\//u,
    // `logText` and `oneLine`; the summary and the outputs come from report/.
    files: ['host/github.ts'],
  },
  files: {
    sign: /\b(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|writeSync|writev|copyFile|symlink)\(/u,
    files: [
      // Results: redacted; JSON, Markdown, XML and log lines as text/ makes them; names by `fileName`.
      'workflow/results-folder.ts',
      // Reports of the command line, rendered by report/.
      'cli/reports.ts',
      // The user's first configuration: YAML by its library, redacted; names by `fileName`.
      'cli/init-command.ts',
      // A number for the kernel.
      'process/run.ts',
      // For podman: a Dockerfile of our own words, the repository's .dockerignore, and the machine's certificates.
      'sandbox/build.ts',
      // Links to settings of the user's, and an empty list of logins.
      'sandbox/anonymous.ts',
      'install/dockerfile/image-build.ts',
      // Snapshots: JSON, redacted, in the places that the configuration gives.
      'cases/snapshot-file.ts',
      // Our own state and programs, on their way to a container: names and paths of ours, no text of a server.
      'sandbox/container.ts',
      'sandbox/ledger.ts',
      'sandbox/patience.ts',
      'sandbox/sandbox.ts',
      'sandbox/seccomp.ts',
      'sandbox/uids.ts',
      // Requests to a program in a container, and the package manager that runs there.
      'install/node-fetch.ts',
      'install/node-scripts.ts',
      'install/npm-tarball.ts',
      // A copy of a file of the user's, for a container.
      'workflow/copy-in.ts',
    ],
  },
};

const source = join(import.meta.dirname, '..', '..', 'src');
/** Programs for the inside of containers are somebody to listen to, not a part of what writes. */
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(?:ts|mjs)$/u.test(name) && !name.includes('/programs/'))
  .sort();

const codeOf = (file: string) =>
  readFileSync(join(source, file), 'utf8')
    .replace(/\/\*[^]*?\*\//gu, '')
    .replace(/^\s*\/\/.*$/gmu, '');
const codes = new Map(files.map((file) => [file, codeOf(file)]));

function importsOf(file: string): string[] {
  return [...(codes.get(file) ?? '').matchAll(/ from '([^']+)'/gu)].map((match) => match[1] ?? '');
}

describe('what this program writes to', () => {
  it.each(Object.entries(outlets))('%s: only the files that are named', (_, { sign, files: named }) => {
    expect(files.filter((file) => sign.test(codes.get(file) ?? ''))).toEqual([...named].sort());
  });

  it.each(['host/terminal.ts', 'host/github.ts', 'cli/streams.ts', 'workflow/results-folder.ts'])(
    '%s passes the door',
    (file) => {
      expect(importsOf(file).some((path) => path.endsWith('/text/untrusted.ts'))).toBe(true);
    },
  );

  it('no file outside of text/ goes around the door', () => {
    const around = files.filter(
      (file) =>
        !file.startsWith('text/') &&
        importsOf(file).some((path) => path.includes('text/') && !path.endsWith('text/untrusted.ts')),
    );
    expect(around).toEqual([]);
  });

  it.each(['main.ts', 'post.ts', 'cli.ts'])('%s hears what nobody caught before it does anything', (door) => {
    const code = codes.get(door) ?? '';
    expect(code).toMatch(/^catchStrays\(/mu);
    expect(code.indexOf('\ncatchStrays(')).toBeLessThan(code.indexOf('\ntry {'));
  });

  it('threads have streams of their own, which go nowhere', () => {
    const starters = files.filter((file) => /\bnew Worker\(/u.test(codes.get(file) ?? ''));
    expect(starters).toEqual(['cases/deadline-worker.ts']);
    expect(codes.get('cases/deadline-worker.ts')).toMatch(/stdout: true,\s+stderr: true,/u);
  });
});
