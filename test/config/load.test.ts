import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { configFile, load, loadedOf, problemLines, workspaceWith } from './workspace.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const everything = `version: 1
defaults: { image: host, resources: { cpus: 1 }, timeouts: { install: 2m }, retries: 2 }
servers:
  everything:
    source: npm:@modelcontextprotocol/server-everything@2026.8.31
    bin: mcp-server-everything
    args: [stdio]
    env:
      LOG_LEVEL: debug
      API_KEY: { secret: EXAMPLE_API_KEY, otherwise: placeholder }
    image: node:24-slim@${digest}
    network: none
    installScripts: never
    work: { from: fixtures/everything, at: /work, reset: server }
    mounts: [{ from: fixtures/data.json, at: /data/data.json }]
    resources: { memory: 1Gi }
    timeouts: { call: 500ms }
  plain:
    source: ./server
cases:
  - include: cases/*.yml
  - id: sum
    server: everything
    tool: get-sum
    args: { a: 2, b: 3 }
    expect: { isError: false, contains: "5", maxLatency: 2s, equals: null }
    timeout: 3s
    tags: [smoke]
gate: { onIncomplete: neutral }
`;

const files = {
  [configFile]: everything,
  'fixtures/everything/a.txt': 'a',
  'fixtures/data.json': '{}',
  'schemas/answer.json': '{ "type": "object" }',
  'server/': '',
  'cases/one.yml': `server: plain
cases:
  - id: sum
    tool: add
    expect: { schema: schemas/answer.json, matches: ['^a', 'b'], notContains: x }
  - { id: other, tool: add, server: everything, skip: true, tags: [slow] }
`,
  'cases/two.yml': '[{ "id": "third", "server": "plain", "tool": "t", "skip": "later", "only": true }]',
};

describe('a whole configuration', () => {
  test('is read with defaults, durations in milliseconds and sizes in bytes', async () => {
    const workspace = workspaceWith(files);
    const loaded = loadedOf(await load(workspace, { secrets: 'EXAMPLE_API_KEY' }, { EXAMPLE_API_KEY: 'secret-value' }));
    const [first, second, ...none] = loaded.config.servers;
    expect(none).toEqual([]);
    expect(loaded.config.gate).toEqual({ onIncomplete: 'neutral' });
    expect(Object.fromEntries(loaded.grantedSecrets)).toEqual({ EXAMPLE_API_KEY: 'secret-value' });
    expect({ ...first, cases: [] }).toEqual({
      name: 'everything',
      source: {
        kind: 'npm',
        given: 'npm:@modelcontextprotocol/server-everything@2026.8.31',
        name: '@modelcontextprotocol/server-everything',
        range: '2026.8.31',
      },
      transport: { kind: 'stdio' },
      protocol: 'auto',
      services: [],
      location: { file: configFile, line: 5, column: 13 },
      bin: 'mcp-server-everything',
      command: null,
      args: ['stdio'],
      env: [
        { kind: 'plain', name: 'LOG_LEVEL', value: 'debug' },
        {
          kind: 'secret',
          name: 'API_KEY',
          secret: 'EXAMPLE_API_KEY',
          value: 'secret-value',
          otherwise: 'placeholder',
        },
      ],
      image: `node:24-slim@${digest}`,
      build: null,
      installScripts: 'never',
      work: { from: path.join(workspace, 'fixtures/everything'), at: '/work', reset: 'server' },
      mounts: [{ from: path.join(workspace, 'fixtures/data.json'), at: '/data/data.json' }],
      resources: { cpus: 1, memory: 1024 ** 3, pids: 256, disk: 2 * 1024 ** 3 },
      timeouts: { install: 120_000, start: 30_000, call: 500, stop: 5000 },
      retries: 2,
      cases: [],
    });
    expect(second).toMatchObject({
      name: 'plain',
      source: { kind: 'path', path: path.join(workspace, 'server') },
      image: 'host',
      installScripts: 'sandboxed',
      work: null,
      env: [],
      resources: { cpus: 1, memory: 512 * 1024 ** 2 },
    });
    expect(first?.cases).toEqual([
      {
        id: 'sum',
        location: { file: configFile, line: 22, column: 5 },
        setup: [],
        steps: [
          {
            name: 'steps[0]',
            request: { kind: 'tool', name: 'get-sum', args: { a: 2, b: 3 } },
            expect: { isError: false, contains: ['5'], maxLatency: 2000, equals: null },
            capture: {},
            timeout: 3000,
            location: { file: configFile, line: 22, column: 5 },
          },
        ],
        teardown: [],
        repeat: null,
        fresh: false,
        client: {},
        tags: ['smoke'],
        skip: null,
        only: false,
        snapshotFile: path.join(workspace, '.github/__snapshots__/mcp-workflow.yml.snap.json'),
      },
      expect.objectContaining({ id: 'other', skip: expect.stringContaining('skip: true'), tags: ['slow'] }),
    ]);
    expect(second?.cases).toEqual([
      expect.objectContaining({
        id: 'sum',
        steps: [
          expect.objectContaining({
            expect: { schema: { type: 'object' }, matches: ['^a', 'b'], notContains: ['x'] },
          }),
        ],
        snapshotFile: path.join(workspace, 'cases/__snapshots__/one.yml.snap.json'),
        location: { file: 'cases/one.yml', line: 3, column: 5 },
      }),
      expect.objectContaining({
        id: 'third',
        skip: 'later',
        only: true,
        location: expect.objectContaining({ file: 'cases/two.yml' }),
      }),
    ]);
  });

  test('keeps a server whose secret was not granted, without a value', async () => {
    const loaded = loadedOf(await load(workspaceWith(files), {}, { EXAMPLE_API_KEY: 'not granted' }));
    expect(loaded).toMatchObject({ ok: true, notes: [] });
    expect(loaded.config.servers[0]?.env[1]).toMatchObject({ value: null, otherwise: 'placeholder' });
    expect(loaded.grantedSecrets.size).toBe(0);
  });

  test('notes a granted secret without a value, and counts it as not granted', async () => {
    const loaded = loadedOf(await load(workspaceWith(files), { secrets: 'EXAMPLE_API_KEY' }, { EXAMPLE_API_KEY: '' }));
    expect(loaded).toMatchObject({
      ok: true,
      notes: [expect.stringContaining('EXAMPLE_API_KEY is granted but has no value')],
    });
    expect(loaded.config.servers[0]?.env[1]).toMatchObject({ value: null });
  });

  test('may have no servers at all', async () => {
    for (const text of ['version: 1\n', 'version: 1\nservers:\n', 'version: 1\nservers: {}\ncases: []\n']) {
      expect(await load(workspaceWith({ [configFile]: text }))).toMatchObject({
        ok: true,
        config: { servers: [], gate: { onIncomplete: 'fail' } },
      });
    }
  });
});

describe('where the file is', () => {
  test('`.yaml` is found too, and `.yml` comes first', async () => {
    const text = 'version: 1\nrepositories: [npm:first]\n';
    const other = '.github/mcp-workflow.yaml';
    expect(await load(workspaceWith({ [other]: text }))).toMatchObject({
      ok: true,
      config: { servers: [{ name: 'first' }] },
    });
    const both = await load(workspaceWith({ [configFile]: text, [other]: 'version: 1' }));
    expect(both).toMatchObject({
      ok: true,
      config: { servers: [{ name: 'first' }] },
      notes: [expect.stringContaining(other)],
    });
  });

  test('the input `config` names another, also with a byte order mark and Windows line ends', async () => {
    const workspace = workspaceWith({ 'ci/mcp.yml': '\uFEFFversion: 1\r\nservers:\r\n  a:\r\n    source: npm:a\r\n' });
    expect(await load(workspace, { config: 'ci/mcp.yml' })).toMatchObject({
      ok: true,
      config: { servers: [{ name: 'a', location: { file: 'ci/mcp.yml', line: 4, column: 13 } }] },
    });
  });

  test.each([
    [{}, 'create .github/mcp-workflow.yml'],
    [{ config: 'gone.yml' }, 'does not exist'],
    [{ config: '../outside.yml' }, 'out of the workspace'],
    [{ config: '.git/config' }, '.git'],
    [{ config: 'folder' }, 'not a file'],
    [{ config: 'large.yml' }, 'larger than 1 MiB'],
    [{ config: 'link.yml' }, 'symbolic link'],
  ])('%j: one sentence without a place', async (raw, words) => {
    const workspace = workspaceWith({ 'folder/': '', '.git/config': '', 'large.yml': ' '.repeat(1024 * 1024 + 1) });
    symlinkSync('/etc/passwd', path.join(workspace, 'link.yml'));
    expect(problemLines(await load(workspace, raw))).toEqual([expect.stringMatching(/^- /)]);
    expect(problemLines(await load(workspace, raw))[0]).toContain(words);
  });
});

describe('repositories', () => {
  test('become servers named as their package, image or host, or places to look for some', async () => {
    const workspace = workspaceWith({ 'src/tool/': '', 'lib/tool/': '' });
    const sources = ['npm:@a/tool@^1', 'npm:@b/tool', './src/tool', 'lib/tool', '.'];
    const others = ['oci:ghcr.io/acme/my_server:1.2', 'oci:localhost:5000/tool:1', 'https://mcp.example.com:8443/mcp'];
    const loaded = loadedOf(await load(workspace, { repositories: [...sources, ...others].join('\n') }));
    const names = loaded.config.servers.map(({ name }) => name);
    expect(names).toEqual(['tool', 'tool-2', 'my_server', 'tool-3', 'mcp.example.com']);
    // What a folder holds, its discovery says.
    const searched = loaded.config.repositories.map(({ source }) => source.given);
    expect(searched).toEqual(['./src/tool', 'lib/tool', '.']);
    expect(loaded.config.servers[0]).toMatchObject({ location: null, command: null, image: 'host', cases: [] });
  });

  test('of the file have a place, take its defaults, and may have cases', async () => {
    const text = `version: 1
defaults: { retries: 1 }
repositories:
  - npm:@a/tool
cases:
  - { id: a, server: tool, tool: t }
`;
    expect(await load(workspaceWith({ [configFile]: text }))).toMatchObject({
      ok: true,
      config: {
        servers: [
          {
            name: 'tool',
            retries: 1,
            location: { line: 4, column: 5 },
            cases: [{ id: 'a', steps: [{ request: { args: {} }, expect: {} }] }],
          },
        ],
      },
    });
  });

  test('are not run twice', async () => {
    const text = 'version: 1\nservers:\n  mine: { source: . }\n  far: { source: https://a.example/mcp }\n';
    const repositories = './\nnpm:a\nnpm:a@latest\nHTTPS://A.example:443/mcp\noci:x:1';
    const loaded = loadedOf(await load(workspaceWith({ [configFile]: text }), { repositories }));
    expect(loaded.config.servers.map(({ name }) => name)).toEqual(['mine', 'far', 'a', 'x']);
    expect(loaded.notes).toHaveLength(3);
  });

  test('of the input have no place: the message names it', async () => {
    const lines = problemLines(await load(workspaceWith({}), { repositories: 'owner/repo@..\n-x\npypi:x>1' }));
    expect(lines).toEqual([
      expect.stringMatching(/^- input `repositories`: "\.\." .*not a branch/),
      expect.stringMatching(/^- input `repositories`: "-x" .*option/),
      expect.stringMatching(/^- input `repositories`: "x>1" .*Python package/),
    ]);
  });
});

describe('selection', () => {
  test('of servers and tags leaves the rest out, and says so', async () => {
    const loaded = loadedOf(await load(workspaceWith(files), { servers: 'everything', tags: 'smoke' }));
    expect(loaded.config.servers.map(({ name, cases }) => [name, cases.map(({ id }) => id)])).toEqual([
      ['everything', ['sum']],
    ]);
    expect(loaded.notes).toEqual([
      expect.stringContaining('`servers` selects 1 of 2 servers'),
      expect.stringContaining('`tags` selects 1 of 2 cases'),
    ]);
  });

  test('of what does not exist is a mistake', async () => {
    expect(problemLines(await load(workspaceWith(files), { servers: 'everythin', tags: 'smoek' }))).toEqual([
      expect.stringMatching(/^- input `servers`: .*"everythin".*did you mean `everything`/),
      expect.stringMatching(/^- input `tags`: .*"smoek".*did you mean `smoke`/),
    ]);
  });
});

describe('the values of secrets', () => {
  const secrets = { TOKEN: 'p4ss"word-value', LONG: 'z'.repeat(300), OTHER: 'tok' };
  test('never stand in a message', async () => {
    const text = `version: 1
servers:
  a: { source: 'p4ss"word-value', image: '${secrets.LONG}', args: ['--key=p4ss"word-value', $LONG, '\${TOKEN}'] }
  b: { source: npm:b, timeouts: { call: '${secrets.LONG}' } }
  'p4ss"word-value': 3
`;
    const lines = problemLines(await load(workspaceWith({ [configFile]: text }), { secrets: 'TOKEN,LONG' }, secrets));
    expect(lines.length).toBeGreaterThanOrEqual(7);
    for (const line of lines) expect(line).not.toMatch(/p4ss|word-value|zzzz/);
  });

  test('a short one is noted: it cannot be masked', async () => {
    const loaded = loadedOf(await load(workspaceWith({ [configFile]: 'version: 1' }), { secrets: 'OTHER' }, secrets));
    expect(loaded).toMatchObject({ ok: true, notes: [expect.stringContaining('OTHER is too short')] });
  });
});
