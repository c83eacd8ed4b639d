import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { configFile, load, loadedOf, workspaceWith } from './workspace.ts';

const files = {
  [configFile]: `version: 1
servers:
  one: { source: npm:one }
  two: { source: npm:two }
cases:
  - include: cases/*.yml
  - { id: inline, server: one, tool: t, expect: { snapshot: true } }
`,
  'cases/a.yml': `server: one
cases:
  - { id: alone, tool: t, expect: { snapshot: { ignore: [$.id] } }, skip: later }
  - id: steps
    server: two
    setup: [{ tool: t, expect: { snapshot: true } }]
    steps: [{ tool: t }, { list: tools, name: the list, expect: { snapshot: true } }]
  - { id: 'a > b', tool: t, expect: { snapshot: true } }
  - { id: a, steps: [{ name: b, tool: t, expect: { snapshot: true } }] }
`,
  'cases/b.yml': '- { id: without, server: one, tool: t }\n',
};

test('snapshots lie beside the file of their case, each under a name of its own', async () => {
  const workspace = workspaceWith(files);
  const { config } = loadedOf(await load(workspace));
  expect(Object.fromEntries(config.snapshots)).toEqual({
    [path.join(workspace, '.github/__snapshots__/mcp-workflow.yml.snap.json')]: ['one > inline'],
    [path.join(workspace, 'cases/__snapshots__/a.yml.snap.json')]: [
      'one > alone',
      String.raw`one > a \> b`,
      'one > a > b',
      'two > steps > setup[0]',
      'two > steps > the list',
    ],
  });
  const alone = config.servers[0]?.cases.find(({ id }) => id === 'alone');
  expect(alone).toMatchObject({
    snapshotFile: path.join(workspace, 'cases/__snapshots__/a.yml.snap.json'),
    steps: [{ expect: { snapshot: { key: 'one > alone', ignore: ['$.id'] } } }],
  });
});

test('snapshots count as selected or not, and a file that nothing asks for any more is known', async () => {
  const workspace = workspaceWith({ ...files, 'cases/__snapshots__/b.yml.snap.json': '{}' });
  const { config } = loadedOf(await load(workspace, { servers: 'two' }));
  expect([...config.snapshots.values()].map(({ length }) => length)).toEqual([1, 5, 0]);
  expect(config.snapshots.get(path.join(workspace, 'cases/__snapshots__/b.yml.snap.json'))).toEqual([]);
});

test('snapshot files that are there count among the files that decide, links that lead nowhere too', async () => {
  const workspace = workspaceWith({ ...files, 'cases/__snapshots__/a.yml.snap.json': '{}' });
  mkdirSync(path.join(workspace, '.github/__snapshots__'));
  symlinkSync('/nowhere', path.join(workspace, '.github/__snapshots__/mcp-workflow.yml.snap.json'));
  const loaded = loadedOf(await load(workspace));
  expect(loaded.files.map((file) => path.relative(workspace, file)).toSorted()).toEqual([
    '.github/__snapshots__/mcp-workflow.yml.snap.json',
    '.github/mcp-workflow.yml',
    'cases/__snapshots__/a.yml.snap.json',
    'cases/a.yml',
    'cases/b.yml',
  ]);
});

test('a file that is read by a link has its snapshots where it really lies', async () => {
  const workspace = workspaceWith({ ...files, 'real/c.yml': files[configFile] });
  symlinkSync('real/c.yml', path.join(workspace, 'link.yml'));
  const { config } = loadedOf(await load(workspace, { config: 'link.yml' }));
  expect([...config.snapshots.keys()]).toContain(path.join(workspace, 'real/__snapshots__/c.yml.snap.json'));
});
