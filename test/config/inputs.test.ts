import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLineNames, inputNames } from '../../src/config/input-names.ts';
import { readInputs } from '../../src/config/inputs.ts';

function messages(raw: Record<string, string>): string[] {
  const read = readInputs(raw);
  return read.ok ? [] : read.problems.map(({ message }) => message);
}

test('absent inputs have their defaults', () => {
  const absent = {
    config: null,
    repositories: [],
    servers: [],
    tags: [],
    secrets: [],
    failOn: 'failed',
    concurrency: null,
    timeout: 1_800_000,
    resultsDirectory: null,
    allowUntrustedTrigger: false,
    changedOnly: false,
    base: null,
    updateSnapshots: false,
    shard: null,
  };
  expect(readInputs({})).toEqual({ ok: true, inputs: absent });
  expect(readInputs({ config: '', servers: '', concurrency: '', 'fail-on': '', 'github-token': 'x' })).toEqual({
    ok: true,
    inputs: absent,
  });
});

test('every input is read', () => {
  const raw = {
    config: ' ci/mcp.yml\n',
    repositories: '# first\nnpm:server@^1\n\n  ./local  # comment\r\nowner/repo#path\n',
    servers: 'one, two\nthree,one',
    tags: 'smoke,slow',
    secrets: 'API_KEY\nOTHER_KEY',
    'fail-on': 'never',
    concurrency: '2',
    timeout: '45m',
    'results-directory': 'out',
    'allow-untrusted-trigger': 'true',
    'changed-only': 'true',
    base: 'origin/main',
    'update-snapshots': 'true',
    shard: '2/5',
  };
  expect(readInputs(raw)).toEqual({
    ok: true,
    inputs: {
      config: 'ci/mcp.yml',
      repositories: ['npm:server@^1', './local', 'owner/repo#path'],
      servers: ['one', 'two', 'three'],
      tags: ['smoke', 'slow'],
      secrets: ['API_KEY', 'OTHER_KEY'],
      failOn: 'never',
      concurrency: 2,
      timeout: 2_700_000,
      resultsDirectory: 'out',
      allowUntrustedTrigger: true,
      changedOnly: true,
      base: 'origin/main',
      updateSnapshots: true,
      shard: { index: 2, count: 5 },
    },
  });
});

describe('mistakes', () => {
  test.each([
    [{ 'fail-on': 'faild' }, ['`fail-on`', '`failed`, `error` or `never`', 'did you mean `failed`']],
    [{ concurrency: '0' }, ['`concurrency`', 'from 1 to 64', '"0"']],
    [{ concurrency: '2.5' }, ['from 1 to 64']],
    [{ concurrency: '٣' }, ['from 1 to 64']],
    [{ timeout: '30' }, ['`timeout`', 'no unit']],
    [{ timeout: '-5m' }, ['`timeout`', 'forward']],
    [{ timeout: '9d' }, ['at most `5d`']],
    [{ 'allow-untrusted-trigger': 'yes' }, ['`true` or `false`', '"yes"']],
    // White space that is not ASCII does not turn into `true`.
    [{ 'allow-untrusted-trigger': '\u00A0true' }, ['`true` or `false`']],
    [{ 'allow-untrusted-trigger': '\uFEFFtrue' }, ['`true` or `false`']],
    [{ servers: 'a b' }, ['`servers`', '"a b"']],
    [{ tags: '\u2003smoke' }, ['`tags`', 'not a tag']],
    [{ secrets: 'GITHUB_TOKEN' }, ['`secrets`', '`GITHUB_TOKEN`', 'never be granted']],
    [{ secrets: 'ACTIONS_RUNTIME_TOKEN' }, ['never be granted']],
    [{ secrets: 'input_config' }, ['never be granted']],
    [{ secrets: 'NODE_OPTIONS' }, ['never be granted']],
    [{ secrets: 'PATH' }, ['never be granted']],
    [{ secrets: 'LD_PRELOAD' }, ['never be granted']],
    [{ secrets: '\u00A0GITHUB_TOKEN' }, ['not the name of an environment variable']],
    [{ secrets: '1KEY' }, ['not the name of an environment variable']],
    [{ secrets: 'KEY=value' }, ['not the name of an environment variable']],
    [{ config: 'a\0b' }, ['`config`', 'control']],
    [{ 'results-directory': 'a\u202Eb' }, ['`results-directory`', 'invisible']],
    [{ shard: '6/5' }, ['`shard`', '`2/5`', '"6/5"']],
    [{ shard: '0/5' }, ['`2/5`']],
    [{ shard: '2' }, ['`2/5`']],
    [{ shard: '2/5/6' }, ['`2/5`']],
    [{ shard: '-1/5' }, ['`2/5`']],
    [{ shard: '1/2000' }, ['at most 1000']],
    [{ 'update-snapshots': 'all' }, ['`true` or `false`', '"all"']],
    [{ repositorys: '.' }, ['no such input', 'did you mean `repositories`']],
  ])('%j', (raw, words) => {
    const [message, ...more] = messages(raw);
    expect(more).toEqual([]);
    for (const word of words) expect(message).toContain(word);
  });

  test('a text without bounds is refused', () => {
    expect(messages({ servers: 'x'.repeat(200_000) })).toEqual([expect.stringContaining('longer than')]);
  });

  test('all come at once', () => {
    expect(messages({ 'fail-on': 'x', concurrency: 'x', timeout: 'x', secrets: 'PATH,HOME' })).toHaveLength(5);
  });
});

test('the action knows nothing that only the command line knows', () => {
  const ofTheAction: readonly string[] = inputNames;
  expect(commandLineNames.filter((name) => ofTheAction.includes(name))).toEqual([]);
});

test('any text ends in inputs or in problems', () => {
  const names = fc.constantFrom('config', 'servers', 'secrets', 'timeout', 'concurrency', 'repositories', 'other');
  fc.assert(
    fc.property(fc.dictionary(names, fc.string({ unit: 'binary' })), (raw) => {
      const read = readInputs(raw);
      const secrets = read.ok ? read.inputs.secrets : [];
      expect(secrets.filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))).toEqual([]);
      expect(read.ok ? read.inputs.timeout : read.problems.length).toBeGreaterThan(0);
    }),
  );
});
