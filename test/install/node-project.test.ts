import { describe, expect, it } from 'vitest';
import { matchesGlobs } from '../../src/install/node-globs.ts';
import { type NodeProject, readNodeProject } from '../../src/install/node-project.ts';
import { plainCheckout } from './plain-checkout.ts';

const json = (value: unknown) => JSON.stringify(value);
const packageOf = (name: string, more: Record<string, unknown> = {}) => json({ name, version: '1.0.0', ...more });

async function read(files: Readonly<Record<string, string>>, folder: string): Promise<NodeProject> {
  const project = await readNodeProject(plainCheckout(files), folder);
  if (project === null) throw new Error('no project');
  return project;
}
const rootOf = async (files: Readonly<Record<string, string>>, folder: string) =>
  (await read(files, folder)).workspace.root.folder;
const managerOf = async (files: Readonly<Record<string, string>>, folder = '.') => (await read(files, folder)).manager;
const buildsOf = async (files: Readonly<Record<string, string>>, folder: string) =>
  (await read(files, folder)).builds.map((build) => `${build.folder} ${build.script}`);

describe('globs of workspaces', () => {
  it.each([
    ['src/a', ['src/*'], true],
    ['src/a/b', ['src/*'], false],
    ['src/a/b', ['src/**'], true],
    ['src', ['src/**'], true],
    ['packages/mcp', ['./packages/mcp/'], true],
    ['packages/mcp', ['packages/{cli,mcp}'], true],
    ['packages/sdk', ['packages/{cli,mcp}'], false],
    ['packages/mcp', ['packages/*', '!packages/mcp'], false],
    ['packages/mcp', ['!packages/mcp', 'packages/*'], false],
    ['packages/mcp-x', ['packages/mcp-?'], true],
    ['a/b/c/d', ['a/**/d'], true],
    ['a/d', ['a/**/d'], true],
    ['.', ['.'], true],
    ['x', ['.'], false],
    ['x', [], false],
    ['x', ['!y'], false],
    ['a+b(c)', ['a+b(c)'], true],
  ])('%s in %j: %s', (folder, patterns, expected) => {
    expect(matchesGlobs(folder, patterns)).toBe(expected);
  });

  it('that are made to take long do not', () => {
    const text = 'a'.repeat(200);
    expect(matchesGlobs(text, [`${'*a'.repeat(80)}b`])).toBe(false);
    expect(matchesGlobs(`${'a/'.repeat(200)}a`, [`${'**/'.repeat(100)}b`])).toBe(false);
    expect(matchesGlobs('x', ['{a,b}'.repeat(40)])).toBe(false);
  });
});

describe('the root that a server is installed from', () => {
  it('is the nearest folder above whose workspace it is part of', async () => {
    const files = {
      'package.json': packageOf('root', { workspaces: ['src/*'] }),
      'src/a/package.json': packageOf('a'),
      'src/deep/er/package.json': packageOf('deeper'),
      'other/package.json': packageOf('other', { workspaces: { packages: ['nested/*'] } }),
      'other/nested/b/package.json': packageOf('b'),
    };
    expect(await rootOf(files, 'src/a')).toBe('.');
    expect(await rootOf(files, 'src/deep/er')).toBe('src/deep/er');
    expect(await rootOf(files, 'other/nested/b')).toBe('other');
    expect(await rootOf(files, '.')).toBe('.');
    const { workspace } = await read(files, 'src/a');
    expect(workspace.packages.map(({ folder }) => folder)).toEqual(['.', 'src/a']);
  });

  it('is that of pnpm-workspace.yaml, also without a package.json of its own', async () => {
    const files = {
      'pnpm-workspace.yaml': 'packages:\n  - "packages/*"\n  - "!packages/old"\n',
      'packages/mcp/package.json': packageOf('mcp'),
      'packages/old/package.json': packageOf('old'),
    };
    expect(await rootOf(files, 'packages/mcp')).toBe('.');
    expect(await rootOf(files, 'packages/old')).toBe('packages/old');
  });

  it.each([
    ['a workspaces key that is none', { 'package.json': json({ name: 'root', workspaces: 'src/*' }) }],
    ['a package.json that is no JSON', { 'package.json': '{' }],
    ['a package.json that is a list', { 'package.json': '[]' }],
    ['a pnpm-workspace.yaml that only has settings', { 'pnpm-workspace.yaml': 'nodeLinker: hoisted\n' }],
    ['a pnpm-workspace.yaml that is no YAML', { 'pnpm-workspace.yaml': 'packages: [\n' }],
    ['a pnpm-workspace.yaml of aliases', { 'pnpm-workspace.yaml': 'a: &a [x, x]\npackages: {b: *a}\n' }],
  ])('is the folder itself below %s', async (_, files) => {
    expect(await rootOf({ ...files, 'src/a/package.json': packageOf('a') }, 'src/a')).toBe('src/a');
  });

  it('is nothing where the folder has no package.json, or only a link of that name', async () => {
    expect(await readNodeProject(plainCheckout({ 'a/x': '' }), 'a')).toBeNull();
    expect(await readNodeProject(plainCheckout({ 'package.json': '->/etc/passwd' }), '.')).toBeNull();
  });
});

describe('the package manager', () => {
  const berry = '__metadata:\n  version: 8\n  cacheKey: 10c0\n';
  it.each([
    ['npm without anything', {}, {}, { name: 'npm', lock: null }],
    ['package-lock.json', {}, { 'package-lock.json': '{}' }, { name: 'npm', lock: 'package-lock.json' }],
    ['npm-shrinkwrap.json', {}, { 'npm-shrinkwrap.json': '{}' }, { name: 'npm', lock: 'npm-shrinkwrap.json' }],
    ['pnpm-lock.yaml', {}, { 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" }, { name: 'pnpm', generation: '6.0' }],
    ['an old pnpm-lock.yaml', {}, { 'pnpm-lock.yaml': 'lockfileVersion: 5.4\n' }, { name: 'pnpm', generation: '5.4' }],
    ['yarn.lock of 1', {}, { 'yarn.lock': '# yarn lockfile v1\n' }, { name: 'yarn', version: null }],
    ['yarn.lock of 4', {}, { 'yarn.lock': berry }, { name: 'berry', generation: '8' }],
    ['packageManager alone', { packageManager: 'pnpm@9.1.0' }, {}, { name: 'pnpm', version: '9.1.0', lock: null }],
    ['a hash after it', { packageManager: 'yarn@4.5.0+sha512.abc' }, {}, { name: 'berry', version: '4.5.0' }],
    ['Yarn 1 by name', { packageManager: 'yarn@1.22.19' }, {}, { name: 'yarn', version: '1.22.19' }],
    ['devEngines', { devEngines: { packageManager: { name: 'pnpm', version: '^10' } } }, {}, { name: 'pnpm' }],
    [
      '.yarnrc.yml alone',
      { devEngines: { packageManager: { name: 'yarn' } } },
      { '.yarnrc.yml': '' },
      { name: 'berry' },
    ],
    [
      'another one named than locked',
      { packageManager: 'pnpm@9.1.0' },
      { 'package-lock.json': '{}' },
      { name: 'npm', version: null },
    ],
    [
      'two locks, one named',
      { packageManager: 'npm@10.0.0' },
      { 'package-lock.json': '{}', 'pnpm-lock.yaml': '' },
      { name: 'npm' },
    ],
    [
      'Yarn 4 named over a lock of 1',
      { packageManager: 'yarn@4.5.0' },
      { 'yarn.lock': '# yarn lockfile v1\n' },
      { name: 'yarn', version: null },
    ],
    [
      'a committed Yarn',
      {},
      { 'yarn.lock': berry, '.yarn/releases/yarn-4.3.1.cjs': 'x' },
      { name: 'berry', version: '4.3.1' },
    ],
    [
      'a version that is an address',
      { packageManager: 'pnpm@https://evil.invalid/x.tgz' },
      {},
      { name: 'npm', version: null },
    ],
    ['a version that leads elsewhere', { packageManager: 'pnpm@1.0.0-../../x' }, {}, { name: 'npm', version: null }],
    ['a manager that is none of these', { packageManager: 'bun@1.0.0' }, {}, { name: 'npm', version: null }],
  ])('by %s', async (_, manifest, files, expected) => {
    expect(await managerOf({ 'package.json': packageOf('x', manifest), ...files })).toMatchObject(expected);
  });

  it('is that of the root, not that of the server', async () => {
    const files = {
      'package.json': packageOf('root', { workspaces: ['a'], packageManager: 'pnpm@9.1.0' }),
      'a/package.json': packageOf('a'),
      'a/package-lock.json': '{}',
    };
    expect(await managerOf(files, 'a')).toMatchObject({ name: 'pnpm', version: '9.1.0' });
  });
});

describe('what is built', () => {
  const scripts = { build: 'tsc' };
  const workspace = (members: Record<string, string>) => ({
    'package.json': packageOf('root', {
      workspaces: ['p/*'],
      scripts: { build: 'turbo' },
      dependencies: { a: '*', b: '*' },
    }),
    ...Object.fromEntries(Object.entries(members).map(([name, text]) => [`p/${name}/package.json`, text])),
  });

  it('is what the server needs of its workspace, first, and the server last; nothing else', async () => {
    const files = workspace({
      a: packageOf('a', { scripts, dependencies: { b: 'workspace:^', express: '^4' }, devDependencies: { c: '*' } }),
      b: packageOf('b', { scripts: { prepare: 'tsc' }, dependencies: { c: 'file:../c' } }),
      c: packageOf('c', { scripts, dependencies: { a: 'workspace:*' } }),
      unused: packageOf('unused', { scripts }),
    });
    expect(await buildsOf(files, 'p/a')).toEqual(['p/c build', 'p/b prepare', 'p/a build']);
  });

  it.each([
    ['a range that it fits', '^1.0.0', ['p/b build', 'p/a build']],
    ['a range that it does not fit', '^2.0.0', ['p/a build']],
    ['an alias', 'workspace:b@*', ['p/b build', 'p/a build']],
    ['a link', 'link:../b', ['p/b build', 'p/a build']],
    ['a link out of the repository', 'link:../../../b', ['p/a build']],
    ['no range at all', '\u0000', ['p/a build']],
  ])('a package named with %s', async (_, spec, expected) => {
    const name = spec.includes('b@') ? 'other' : 'b';
    const files = workspace({
      a: packageOf('a', { scripts, dependencies: { [name]: spec } }),
      b: packageOf('b', { scripts }),
    });
    expect(await buildsOf(files, 'p/a')).toEqual(expected);
  });

  it('is the whole workspace by its root where the server has no script of its own', async () => {
    const files = workspace({ a: packageOf('a', { dependencies: { b: '*' } }), b: packageOf('b', { scripts }) });
    expect(await buildsOf(files, 'p/a')).toEqual(['p/b build', '. build']);
  });

  it.each(['husky', 'husky install', 'lefthook install', 'npx simple-git-hooks'])('is not `%s`', async (prepare) => {
    expect(await buildsOf({ 'package.json': packageOf('a', { scripts: { prepare } }) }, '.')).toEqual([]);
  });

  it('takes scripts for absent that are no texts', async () => {
    expect(await buildsOf({ 'package.json': packageOf('a', { scripts: { build: 7 } }) }, '.')).toEqual([]);
    expect(await buildsOf({ 'package.json': packageOf('a', { scripts: [] }) }, '.')).toEqual([]);
  });
});
