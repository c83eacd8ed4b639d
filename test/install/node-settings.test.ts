import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { installCommand } from '../../src/install/node-commands.ts';
import type { Manager, ManagerName } from '../../src/install/node-manager.ts';
import { isLeftOut, settingsOf, yarnSettingsFile } from '../../src/install/node-settings.ts';
import { repositoryOf } from './node-fixtures.ts';
import { plainCheckout } from './plain-checkout.ts';

const manager = (name: ManagerName): Manager => ({ name, version: null, lock: null, generation: null });
const settings = (name: ManagerName, files: Readonly<Record<string, string>>) =>
  settingsOf(plainCheckout(files), '.', manager(name));

describe('settings of a repository', () => {
  it.each(['npm', 'pnpm', 'yarn', 'berry'] as const)('for %s redirect nothing and name no program', async (name) => {
    const kept = await settings(name, repositoryOf(name));
    const command = installCommand({ ...manager(name), lock: 'x' }, true, kept);
    expect(JSON.stringify([kept, command])).not.toMatch(
      /127\.0\.0\.1:9|evil|attacker|plugins|script-?shell|store-dir=\/opt/iu,
    );
  });

  it('keep what decides where packages lie', async () => {
    const npmrc =
      'shamefully-hoist=true\nnode-linker = "hoisted"\npublic-hoist-pattern[]=*eslint*\nlegacy-peer-deps=true\n';
    expect((await settings('pnpm', { '.npmrc': npmrc })).arguments).toEqual([
      '--config.shamefully-hoist=true',
      '--config.node-linker=hoisted',
      '--config.public-hoist-pattern=*eslint*',
    ]);
    expect((await settings('npm', { '.npmrc': npmrc })).arguments).toEqual(['--legacy-peer-deps=true']);
  });

  it('keep of pnpm-workspace.yaml what the lock file was made with', async () => {
    const text =
      'packages: [a]\ncatalog: {zod: ^4}\noverrides: {qs: ">=6"}\nregistries: {default: "http://x"}\nhooks: y\n';
    const { files } = await settings('pnpm', { 'pnpm-workspace.yaml': text });
    expect(parse(files['pnpm-workspace.yaml'] ?? '')).toEqual({
      packages: ['a'],
      catalog: { zod: '^4' },
      overrides: { qs: '>=6' },
      minimumReleaseAge: 0,
    });
  });

  it.each(['[', '- a', 'a: &x [*x]', '', '!!js/function "x"', '"text"'])(
    'that are no record are none: %j',
    async (text) => {
      const { files } = await settings('berry', { '.yarnrc.yml': text });
      expect(parse(files[yarnSettingsFile] ?? '')).toEqual({});
    },
  );

  it.each(['--evil=1', 'hoist=true --evil', 'node-linker=$(x)', 'hoist=`x`', 'git=/x', 'node-linker=a b'])(
    'that are no plain words are no arguments: %j',
    async (line) => expect((await settings('pnpm', { '.npmrc': line })).arguments).toEqual([]),
  );

  it('never come along themselves', () => {
    for (const name of [
      '.git',
      '.npmrc',
      '.yarnrc',
      '.yarnrc.yml',
      '.pnpmfile.cjs',
      '.pnp.cjs',
      'pnpm-workspace.yaml',
      'node_modules',
    ]) {
      expect(isLeftOut(name)).toBe(true);
    }
    expect(isLeftOut('package.json')).toBe(false);
  });
});
