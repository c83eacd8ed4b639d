import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFile, type Edit, judge, repositoryWith, running } from './changing.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const server = (name: string, more: object = {}) =>
  json({ name, version: '1.0.0', mcpName: `io.example/${name.replace('@acme/', '')}`, bin: 'server.mjs', ...more });

/** A workspace of npm's: two servers, of which one needs a library, and a library that nobody needs. */
const workspace = {
  'package.json': json({ name: 'root', private: true, workspaces: ['packages/*'] }),
  'package-lock.json': json({ lockfileVersion: 3 }),
  'tsconfig.json': '{}\n',
  'README.md': 'A\n',
  'docs/use.md': 'A\n',
  'packages/weather/package.json': server('@acme/weather', { dependencies: { '@acme/shared': '*' } }),
  'packages/weather/server.mjs': "import '@acme/shared';\n",
  'packages/notes/package.json': server('@acme/notes'),
  'packages/notes/server.mjs': '// notes\n',
  'packages/shared/package.json': json({ name: '@acme/shared', version: '1.0.0', dependencies: { '@acme/deep': '*' } }),
  'packages/shared/index.mjs': "export * from '@acme/deep';\n",
  'packages/deep/package.json': json({ name: '@acme/deep', version: '1.0.0' }),
  'packages/deep/index.mjs': 'export const a = 1;\n',
  'packages/other/package.json': json({ name: '@acme/other', version: '1.0.0' }),
  'packages/other/index.mjs': 'export const b = 1;\n',
};
const all = repositoryWith({ repositories: ['.'] }, workspace);

describe('servers of a repository', () => {
  it.each<[string, Edit, string[]]>([
    ['nothing', {}, []],
    ['a file of one', { 'packages/notes/server.mjs': '// other\n' }, ['notes']],
    ['a new file of one', { 'packages/notes/data.json': '{}' }, ['notes']],
    ['a file less of one', { 'packages/notes/server.mjs': null, 'packages/notes/s.mjs': '' }, ['notes']],
    ['what one needs', { 'packages/shared/index.mjs': '' }, ['weather']],
    ['what that needs', { 'packages/deep/index.mjs': '' }, ['weather']],
    ['what nobody needs', { 'packages/other/index.mjs': '' }, []],
    ['the manifest of what nobody needs', { 'packages/other/package.json': json({ name: 'x' }) }, ['notes', 'weather']],
    ['the lock file', { 'package-lock.json': json({ lockfileVersion: 2 }) }, ['notes', 'weather']],
    ['the manifest of the root', { 'package.json': json({ workspaces: ['packages/*'] }) }, ['notes', 'weather']],
    ['a setting of the root', { 'tsconfig.json': '{ "files": [] }\n' }, ['notes', 'weather']],
    ['a new setting of the root', { '.npmrc': 'a=b\n' }, ['notes', 'weather']],
    ['a file of no package', { 'docs/use.md': 'B\n' }, ['notes', 'weather']],
    ['a file for readers', { 'README.md': 'B\n', LICENSE: 'x' }, []],
    ['a comment of the configuration', { [configFile]: `# A\n${all[configFile]}` }, []],
    [
      'a file that moves between two',
      { 'packages/notes/server.mjs': null, 'packages/weather/n.mjs': '// notes\n' },
      ['notes', 'weather'],
    ],
  ])('%s', async (_, edit, expected) => {
    const judged = await judge(all, edit);
    expect(judged.everything).toBeNull();
    expect(running(judged).toSorted()).toEqual(expected);
  });

  it('a server that is new runs, and no other', async () => {
    const judged = await judge(all, {
      'packages/fresh/pyproject.toml': '[project]\nname = "x"\n',
      'packages/fresh/server.json': json({ name: 'io.example/fresh' }),
      'servers/new/server.mjs': '',
      'servers/new/package.json': server('new'),
    });
    // A manifest of npm's may break the install of all.
    expect(judged.servers['new']).toBe('it is new');
  });

  it('a new folder of Python runs its server alone', async () => {
    const python = (name: string) => ({
      [`src/${name}/pyproject.toml`]: `[project]\nname = "mcp-server-${name}"\nversion = "1.0.0"\ndependencies = ["mcp"]\n[project.scripts]\nmcp-server-${name} = "mcp_server_${name}:main"\n`,
      [`src/${name}/src/mcp_server_${name}/__init__.py`]: `from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("${name}")\ndef main():\n    mcp.run()\n`,
    });
    const files = repositoryWith({ repositories: ['.'] }, { ...python('time'), ...python('git') });
    const judged = await judge(files, python('fetch'));
    expect(judged.servers).toEqual({
      'mcp-server-time': 'unchanged',
      'mcp-server-git': 'unchanged',
      'mcp-server-fetch': 'it is new',
    });
    expect(running(await judge(files, { 'src/git/uv.lock': 'x' }))).toEqual(['mcp-server-git']);
  });

  it('what the manifests say counts wherever it stands', async () => {
    const edit = { 'packages/other/server.json': json({ name: 'io.example/notes', packages: [] }) };
    expect(running(await judge(all, edit))).not.toContain('weather');
  });

  it.each<[string, Edit]>([
    ['a path', { 'packages/notes/server.mjs': "import '../other/index.mjs';\n" }],
    ['a name', { 'packages/notes/server.mjs': "import '@acme/other';\n" }],
    ['steps upwards', { 'packages/notes/server.mjs': "join(import.meta.dirname, '..', 'other');\n" }],
    [
      'an alias',
      {
        'tsconfig.json': '{ "compilerOptions": { "paths": { "~o/*": ["./packages/other/*"] } } }',
        'packages/notes/server.mjs': "import '~o/index.mjs';\n",
      },
    ],
  ])('what a server reaches by %s is needed', async (_, reach) => {
    const judged = await judge({ ...all, ...reach }, { 'packages/other/index.mjs': '// changed\n' });
    expect(running(judged)).toEqual(['notes']);
  });

  it('where the root builds all, each package counts for all', async () => {
    const root = json({ name: 'root', workspaces: ['packages/*'], scripts: { build: 'tsc -b' } });
    const judged = await judge({ ...all, 'package.json': root }, { 'packages/other/index.mjs': '// changed\n' });
    expect(running(judged)).toEqual(['notes', 'weather']);
  });

  it('a server in the root counts everything for its own', async () => {
    const files = repositoryWith(
      { repositories: ['.'] },
      { 'package.json': server('one'), 'server.mjs': '', 'README.md': 'A' },
    );
    expect(running(await judge(files, { 'README.md': 'B' }))).toEqual(['one']);
    expect(running(await judge(files, { [configFile]: `# A\n${files[configFile]}` }))).toEqual([]);
  });
});

describe('a change cannot hide itself', () => {
  it.each<[string, Edit]>([
    ['by a new link', { 'packages/other/link': { link: '../notes' } }],
    ['by a file that becomes a link', { 'packages/notes/server.mjs': { link: '../other/index.mjs' } }],
    ['by a step of its own', { '.github/workflows/ci.yml': 'on: push' }],
    ['by an action of its own', { 'tools/run/action.yml': 'name: x' }],
    ['by other defaults', { [configFile]: 'version: 1\nrepositories: [.]\ndefaults: { retries: 1 }\n' }],
    ['by an include that goes', { [configFile]: 'version: 1\nrepositories: [.]\ncases: []\n' }],
  ])('%s: everything runs', async (_, edit) => {
    const files =
      edit[configFile] === undefined
        ? all
        : { ...all, 'c/a.yml': '[]', [configFile]: 'version: 1\nrepositories: [.]\ncases: [{ include: c/*.yml }]\n' };
    const judged = await judge(files, { 'packages/notes/server.mjs': '// evil\n', ...edit });
    expect(judged.everything).not.toBeNull();
    expect(running(judged)).toEqual(['notes', 'weather']);
    expect(judged.said.join('\n')).toContain('everything runs, since');
  });

  it('by calling its file a case file', async () => {
    const edit = {
      'packages/notes/data.yml': '[]',
      [configFile]: 'version: 1\nrepositories: [.]\ncases: [{ include: packages/*/data.yml }]\n',
    };
    const judged = await judge({ ...all, 'packages/notes/data.yml': '- a\n' }, edit);
    expect(running(judged)).toEqual(['notes']);
  });

  it('by making a package of a folder that was none', async () => {
    const files = { ...all, 'lib/a.mjs': '1\n' };
    const judged = await judge(files, { 'lib/a.mjs': '2\n', 'lib/pyproject.toml': '[project]\nname = "lib"\n' });
    expect(running(judged)).toEqual(['notes', 'weather']);
  });

  it('by bringing modules along', async () => {
    const judged = await judge(all, { 'node_modules/dep/package.json': '{}', 'node_modules/dep/index.js': '' });
    expect(running(judged)).toEqual(['notes', 'weather']);
  });

  it.each<[string, Edit, string[]]>([
    ['in an unchanged link that leads to it', { 'packages/notes/lib': { link: '../other' } }, ['notes']],
    ["in a link that is nobody's", { lib: { link: 'packages/other' } }, ['notes', 'weather']],
    [
      'behind two links',
      { 'packages/notes/lib': { link: '../../lib/x' }, lib: { link: 'packages/other' } },
      ['notes', 'weather'],
    ],
    ['behind a link that leads out', { 'packages/notes/lib': { link: '/etc' } }, ['notes']],
  ])('%s', async (_, links, expected) => {
    const judged = await judge({ ...all, ...links }, { 'packages/other/index.mjs': '// changed\n' });
    expect(running(judged)).toEqual(expected);
  });

  it('in the workspace, after the commit', async () => {
    const prepare = (folder: string) => writeFileSync(join(folder, 'packages/notes/server.mjs'), '// edited\n');
    expect(running(await judge(all, {}, { prepare }))).toEqual(['notes']);
  });
});

describe('an approved list', () => {
  const list = ['npm:@example/one@1.0.0', 'oci:ghcr.io/example/two:1', 'https://three.example.com/mcp'];
  const listed = (more: readonly string[] = list, rest: object = {}) => repositoryWith({ repositories: more, ...rest });

  it('runs the line that is new, wherever it stands', async () => {
    const judged = await judge(listed(), listed(['npm:zero@1.0.0', ...list]));
    expect(judged.servers).toEqual({
      zero: 'npm:zero@1.0.0 is new in `repositories`',
      one: 'unchanged',
      two: 'unchanged',
      'three.example.com': 'unchanged',
    });
  });

  it('runs a line with another version', async () => {
    const judged = await judge(listed(), listed(['npm:@example/one@1.0.1', ...list.slice(1)]));
    // One that goes could have lent its name to another.
    expect(running(judged)).toContain('one');
  });

  it('whatever else the repository changes', async () => {
    expect(running(await judge(listed(), { 'src/a.ts': 'x', 'package.json': '{}' }))).toEqual([]);
  });

  it('of what the job itself may have made depends on every file', async () => {
    const here = { servers: { web: { source: 'http://localhost:3000/mcp', allowInsecure: true } } };
    const digest = `oci:ghcr.io/example/four@sha256:${'a'.repeat(64)}`;
    const files = listed([...list, digest], here);
    const images = ['ghcr.io/example/two:1', `ghcr.io/example/four@sha256:${'a'.repeat(64)}`];
    expect(running(await judge(files, {}, { images }))).toEqual([]);
    expect(running(await judge(files, { 'README.md': 'x' }, { images }))).toEqual([]);
    expect(running(await judge(files, { 'src/a.ts': 'x' }, { images }))).toEqual(['web', 'two']);
  });

  it('of the inputs depends on every file that no package holds', async () => {
    const inputs = { repositories: 'npm:@example/one@1.0.0' };
    const files = { 'list.txt': 'a', 'packages/a/package.json': '{}', 'packages/a/x.js': '' };
    expect(running(await judge(files, { 'packages/a/x.js': '1' }, { inputs }))).toEqual([]);
    expect(running(await judge(files, { 'list.txt': 'b' }, { inputs }))).toEqual(['one']);
  });

  it('a name that another could have had is no reason to believe it', async () => {
    const twice = ['npm:@a/x@1.0.0', 'npm:@b/x@1.0.0'];
    const judged = await judge(listed(twice), {});
    expect(judged.servers).toEqual({ x: 'unchanged', 'x-2': 'its name depends on which others there are' });
  });
});

describe('servers with entries and cases', () => {
  const servers = {
    one: { source: 'npm:one@1.0.0', args: ['a'], work: { from: 'fixtures/one', at: '/work' } },
    two: { source: 'npm:two@1.0.0', mounts: [{ from: 'fixtures/two.txt', at: '/two.txt' }] },
    local: { source: './local', command: ['node', 'server.mjs'] },
  };
  const cases = [
    { id: 'a', server: 'one', tool: 't', expect: { snapshot: true } },
    { id: 'b', server: 'two', tool: 't', expect: { schema: './schemas/answer.json' } },
    { include: 'mcp-cases/*.yml' },
  ];
  const files = repositoryWith(
    { servers, cases },
    {
      'fixtures/one/a.txt': 'a',
      'fixtures/two.txt': 'b',
      'schemas/answer.json': '{ "type": "object" }',
      'local/server.mjs': 'x',
      'mcp-cases/local.yml': 'server: local\ncases:\n  - { id: c, tool: t }\n',
      'mcp-cases/one.yml': '- { id: d, server: one, tool: t }\n',
      '.github/__snapshots__/mcp-workflow.yml.snap.json': '{}',
    },
  );
  const config = (changes: object) => repositoryWith({ servers: { ...servers, ...changes }, cases });

  it.each<[string, Edit, string[]]>([
    ['nothing', {}, []],
    ['an entry', config({ two: { ...servers.two, retries: 1 } }), ['two']],
    ['a new entry', config({ three: { source: 'npm:three@1.0.0' } }), ['three']],
    ['the order of keys', config({ one: { work: servers.one.work, args: ['a'], source: 'npm:one@1.0.0' } }), []],
    ['the order of arguments', config({ one: { ...servers.one, args: ['b', 'a'] } }), ['one']],
    ['a work folder', { 'fixtures/one/b.txt': '' }, ['one']],
    ['a mounted file', { 'fixtures/two.txt': 'c' }, ['two']],
    ['a schema', { 'schemas/answer.json': '{ "type": "array" }' }, ['two']],
    ['a snapshot', { '.github/__snapshots__/mcp-workflow.yml.snap.json': '{"a":1}' }, ['one']],
    ['a folder', { 'local/server.mjs': 'y' }, ['local']],
    ['a case file', { 'mcp-cases/local.yml': 'server: local\ncases:\n  - { id: c, tool: u }\n' }, ['local']],
    ['a case file that says the same', { 'mcp-cases/local.yml': '- { id: c, tool: t, server: local } # A\n' }, []],
    ['a new case file', { 'mcp-cases/two.yml': '- { id: e, server: two, tool: t }\n' }, ['two']],
    ['a case file that goes', { 'mcp-cases/one.yml': null }, ['one']],
    [
      'a case file that is renamed',
      { 'mcp-cases/one.yml': null, 'mcp-cases/uno.yml': files['mcp-cases/one.yml'] ?? '' },
      ['one'],
    ],
    ['anything else', { 'src/a.ts': '' }, []],
  ])('%s', async (_, edit, expected) => {
    const judged = await judge(files, edit);
    expect(judged.everything).toBeNull();
    expect(running(judged)).toEqual(expected);
  });

  it('what git does not track may be anything', async () => {
    const prepare = (folder: string) => {
      mkdirSync(join(folder, 'local', 'node_modules'), { recursive: true });
      writeFileSync(join(folder, 'local', 'node_modules', 'a.js'), '');
      mkdirSync(join(folder, 'local', 'dist'), { recursive: true });
      writeFileSync(join(folder, 'local', 'dist', 'a.js'), '');
    };
    const judged = await judge({ ...files, '.gitignore': 'dist\nnode_modules\n' }, {}, { prepare });
    expect(judged.servers['local']).toContain('git does not track dist/');
  });

  it.each<[string, Edit]>([
    ['that is new', { [configFile]: null, 'mcp.yml': files[configFile] ?? '' }],
    ['that cannot be read as it was', {}],
  ])('with a configuration %s everything runs', async (_, edit) => {
    const moved = Object.keys(edit).length > 0;
    const before = moved ? files : { ...files, [configFile]: 'version: [\n' };
    const options = moved ? { inputs: { config: 'mcp.yml' } } : {};
    const judged = await judge(before, moved ? edit : { [configFile]: files[configFile] ?? '' }, options);
    expect(judged.everything).toContain(moved ? 'mcp.yml is new' : 'could not be read as it was');
  });
});

describe('in a terminal', () => {
  const host = { kind: 'terminal' as const };

  it('new files count, and what an earlier run wrote does not', async () => {
    const prepare = (folder: string) => {
      mkdirSync(join(folder, 'mcp-workflow-results'));
      writeFileSync(join(folder, 'mcp-workflow-results', 'result.json'), '{}');
    };
    expect(running(await judge(all, {}, { host, prepare }))).toEqual([]);
    const more = (folder: string) => {
      prepare(folder);
      writeFileSync(join(folder, 'packages/notes/new.mjs'), '');
    };
    expect(running(await judge(all, {}, { host, prepare: more }))).toEqual(['notes']);
  });

  it('a workflow is nothing that the command is given by', async () => {
    const judged = await judge(all, { '.github/workflows/ci.yml': 'on: push' }, { host });
    expect(judged.everything).toBeNull();
  });
});

describe('where nothing can be compared, everything runs', () => {
  it('since the event has no base', async () => {
    const judged = await judge(all, {}, { base: () => ({ unknown: 'the event says nothing' }) });
    expect(judged).toMatchObject({ everything: 'the event says nothing' });
    expect(running(judged)).toEqual(['notes', 'weather']);
    expect(judged.said).toContain('`changed-only`: everything runs, since the event says nothing.');
  });

  it('since its commit is nowhere', async () => {
    const judged = await judge(all, {}, { base: () => ({ revision: '1'.repeat(40) }) });
    expect(judged.everything).toContain('is not in the workspace; give `actions/checkout` a `fetch-depth: 2`');
  });
});
