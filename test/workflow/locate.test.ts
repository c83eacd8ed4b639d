import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textsAsCheckout } from '../../src/checkout/memory.ts';
import { CheckoutRefused, CheckoutUnavailable } from '../../src/checkout/errors.ts';
import type { SourceSpec } from '../../src/config/model.ts';
import { discover } from '../../src/discovery/discover.ts';
import { TerminalHost } from '../../src/host/terminal.ts';
import { newDraft } from '../../src/workflow/draft.ts';
import { locate } from '../../src/workflow/locate.ts';
import { Repositories } from '../../src/workflow/repositories.ts';
import { caseOf, serverOf } from '../cases/fixtures.ts';

const packageOf = (name: string) =>
  JSON.stringify({ name, version: '1.0.0', mcpName: `io.example/${name}`, bin: 'x.js' });
const texts = {
  'package.json': packageOf('root-server'),
  'x.js': '',
  'packages/one/package.json': packageOf('one'),
  'packages/one/x.js': '',
  'packages/two/package.json': packageOf('two'),
  'packages/two/x.js': '',
};
const folder: SourceSpec = { kind: 'path', given: '.', path: '/workspace' };
const git = (path: string): SourceSpec => ({
  kind: 'git',
  given: `a/b#${path}`,
  repository: { slug: 'a/b' },
  ref: null,
  path,
});

async function located(name: string, source: SourceSpec, look?: () => Promise<never>) {
  const checkout = textsAsCheckout('a/b', texts);
  const files = { paths: Object.keys(texts), text: (path: string) => checkout.text(path) };
  const looked = { checkout, discovery: await discover(files) };
  const draft = newDraft(serverOf({ name, source, cases: [caseOf()] }));
  const repositories = Object.assign(new Repositories(options), { look: look ?? (() => Promise.resolve(looked)) });
  const goesOn = await locate(draft, { repositories, workspace: '/workspace', otherwise: 'skip' });
  return { goesOn, draft };
}

const options = {
  host: new TerminalHost('/workspace', { verbose: false }),
  env: {},
  signal: new AbortController().signal,
  folder: () => Promise.reject(new Error('nothing is fetched')),
};

describe('which server of several is meant', () => {
  test.each([
    ['two', folder, 'packages/two'],
    // A package that holds others is still that package.
    ['mine', folder, '.'],
    ['mine', git('packages/one'), 'packages/one'],
  ])('%s of %j is that of %s', async (name, source, expected) => {
    const { goesOn, draft } = await located(name, source);
    expect(goesOn).toBe(true);
    expect(draft.origin?.found?.folder).toBe(expected);
  });

  test('none of them is guessed', async () => {
    const { goesOn, draft } = await located('mine', git('packages'));
    expect(goesOn).toBe(false);
    expect(draft.result).toMatchObject({
      state: 'failed',
      startup: {
        outcome: 'not_mcp',
        advice: expect.stringMatching(/one \(packages\/one\), two .*`a\/b#packages\/one`/u),
      },
      cases: [{ state: 'skipped' }],
    });
  });
});

describe('a repository that cannot be had', () => {
  test('by its own doing is a failure', async () => {
    const { draft } = await located('x', git('.'), () => Promise.reject(new CheckoutRefused('It is too large.')));
    expect(draft.result).toMatchObject({ state: 'failed', startup: { outcome: 'install_failed' } });
  });
  test('for want of a network is no verdict', async () => {
    const { draft } = await located('x', git('.'), () => Promise.reject(new CheckoutUnavailable('No network.')));
    expect(draft.result).toMatchObject({ state: 'error', reason: 'No network.', startup: null });
  });
  test('for a mistake of ours is not hidden', async () => {
    await expect(located('x', git('.'), () => Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
  });
});

describe('a manifest of the workspace', () => {
  let home = '';
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'manifest-'));
    writeFileSync(join(home, 'large.json'), ' '.repeat(1024 * 1024 + 1));
  });
  afterAll(() => rmSync(home, { recursive: true }));

  test.each([
    ['large.json', /larger than 1 MiB/u],
    ['gone.json', /cannot be read/u],
  ])('%s is refused', async (name, words) => {
    const looking = new Repositories(options).look({
      kind: 'registry',
      given: `registry:${name}`,
      file: join(home, name),
    });
    await expect(looking).rejects.toThrow(CheckoutRefused);
    await expect(looking).rejects.toThrow(words);
  });
});
