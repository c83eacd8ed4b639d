import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFolder, anEngine, command } from './fakes.ts';
import * as make from '../report/results.ts';

describe('a mistake in the command', () => {
  it.each([
    [['rnu'], /unknown command 'rnu'\n\(Did you mean run\?\)/],
    [['run', '--serber', 'x'], /unknown option '--serber'\n\(Did you mean --server\?\)/],
    [['run', '--changed-only'], /`--changed-only` and `--base REF` go together/],
    [['run', '--base', 'main'], /`--changed-only` and `--base REF` go together/],
    [['run', '--fail-on', 'all'], /Allowed choices are failed, error, never/],
    [['run', '--reporter', 'junt'], /There is no reporter `junt`: did you mean `junit`\?/],
    [['run', '--reporter', 'junit='], /wants the name of a file/],
    [
      ['run', '--json', '--reporter', 'dots'],
      /`json` is for programs and must be alone on stdout.*--reporter json=FILE/,
    ],
    [['run', '--reporter', 'junit', '--reporter', 'github'], /`junit` is for programs/],
    [['schema', 'cases'], /Allowed choices are config, result/],
    [['call'], /missing required argument 'tool'/],
    [['init'], /missing required argument 'source'/],
    [['call', 'x', '--source', 'npm:a', '--server', 'b'], /cannot be used with/],
    [['call', 'x', 'novalue'], /`novalue` is no argument of the tool: write it as key=value/],
    [['call', 'x', '--args', '{a: 1}'], /`--args` is no JSON .*single quotes/],
    [['call', 'x', '--args', '[1]'], /wants a JSON object/],
    [['call', 'x', '--timeout', '5'], /`--timeout`: expected a duration.*no unit/],
  ])('%j is answered with a sentence and exit code 2', async (args, sentence) => {
    const { exitCode, out, err } = await command(args);
    expect(exitCode).toBe(2);
    expect(err).toMatch(sentence);
    expect(out).toBe('');
  });
});

describe('run', () => {
  it('hands its flags to the engine under the names of the inputs', async () => {
    const seen: unknown[] = [];
    const result = make.aResult([make.aServer('s')]);
    const engine = anEngine({
      run: (_host, raw) => {
        seen.push(raw);
        return Promise.resolve({ result, exitCode: 0, files: [] });
      },
    });
    const args =
      '-c m.yml -s npm:a -s npm:b --server a --tag t --secret S --shard 2/5 -u --fail-on error --concurrency 2 --timeout 5m --results r --changed-only --base main';
    const { exitCode } = await command(['run', ...args.split(' ')], { engine });
    expect(exitCode).toBe(0);
    expect(seen).toEqual([
      {
        config: 'm.yml',
        repositories: 'npm:a\nnpm:b',
        servers: 'a',
        tags: 't',
        secrets: 'S',
        shard: '2/5',
        'changed-only': 'true',
        base: 'main',
        'update-snapshots': 'true',
        'fail-on': 'error',
        concurrency: '2',
        timeout: '5m',
        'results-directory': 'r',
        'allow-untrusted-trigger': '',
      },
    ]);
  });

  it('prints the usual report and ends with the exit code of the run', async () => {
    const { exitCode, out } = await command(['run']);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^FAILED {2}2 of 4 servers/);
  });

  it('prints one result in several ways, each where it was asked for', async () => {
    await using folder = await aFolder();
    const args = ['run', '-r', 'dots', '-r', 'junit=out/junit.xml', '-r', 'json=result.json'];
    const { out } = await command(args, { directory: folder.path, color: true });
    expect(out).toContain('.FEs');
    expect(await readFile(join(folder.path, 'out/junit.xml'), 'utf8')).toContain('<testsuites');
    expect(JSON.parse(await readFile(join(folder.path, 'result.json'), 'utf8'))).toEqual(make.aTypicalResult());
  });

  it('prints the usual report beside those that go to files', async () => {
    await using folder = await aFolder();
    const { out } = await command(['run', '-r', 'verbose=all.txt'], { directory: folder.path, color: true });
    expect(out).toContain('FAILED');
    // No colours in files.
    expect(await readFile(join(folder.path, 'all.txt'), 'utf8')).not.toContain('\u001b');
  });

  it('does not write a report through a link, and says so with an exit code', async () => {
    await using outside = await aFolder({ 'kept.xml': 'kept' });
    await using folder = await aFolder();
    await symlink(outside.path, join(folder.path, 'reports'));
    await symlink(join(outside.path, 'kept.xml'), join(folder.path, 'junit.xml'));
    const engine = anEngine({}, make.aResult([make.aServer('s')]));
    const args = ['run', '-r', 'junit=reports/junit.xml', '-r', 'junit=junit.xml'];
    const { exitCode, err } = await command(args, { directory: folder.path, engine });
    expect(exitCode).toBe(3);
    expect(err).toBe(
      'The report `junit` could not be written to reports/junit.xml: a link leads out of the workspace\n',
    );
    expect(await readFile(join(folder.path, 'junit.xml'), 'utf8')).toContain('<testsuites');
    expect(await readFile(join(outside.path, 'kept.xml'), 'utf8')).toBe('kept');
  });
});

describe('validate', () => {
  const valid = `version: 1
servers: { a: { source: 'npm:a@1.0.0' } }
cases: [{ id: one, server: a, tool: t }]
`;

  it('counts what it found', async () => {
    await using folder = await aFolder({ '.github/mcp-workflow.yml': valid });
    const { exitCode, out } = await command(['validate'], { directory: folder.path });
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'valid: 1 server, 1 case\n  a: 1 case\n' });
  });

  it('gives every mistake its place, and JSON to programs', async () => {
    await using folder = await aFolder({ 'm.yml': 'version: 1\nservrs: {}\n' });
    const said = await command(['validate', '-c', 'm.yml'], { directory: folder.path });
    expect(said.exitCode).toBe(2);
    expect(said.out).toMatch(/^m\.yml:2:1 .*`servers`/);
    const { out } = await command(['validate', '-c', 'm.yml', '--json'], { directory: folder.path });
    expect(JSON.parse(out)).toMatchObject({ valid: false, problems: [{ location: { line: 2 } }] });
  });
});

describe('schema', () => {
  it.each(['config', 'result'])('prints the JSON Schema of the %s', async (which) => {
    const { exitCode, out } = await command(['schema', which]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toHaveProperty('$schema');
  });
});

describe('--help and --version', () => {
  it('end with 0 and print to stdout', async () => {
    const help = await command(['run', '--help']);
    expect(help).toMatchObject({ exitCode: 0, err: '' });
    expect(help.out).toContain('--update-snapshots');
    expect((await command(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
