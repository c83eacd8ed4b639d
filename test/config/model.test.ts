import { describe, expect, test } from 'vitest';
import { configFile, load, loadedOf, workspaceWith } from './workspace.ts';

/** The servers of a configuration with these lines below `version`. */
async function serversOf(lines: string, secrets: Readonly<Record<string, string>> = {}) {
  const workspace = workspaceWith({ [configFile]: `version: 1\n${lines}` });
  const names = Object.keys(secrets).join(',');
  return loadedOf(await load(workspace, { secrets: names }, secrets)).config.servers;
}

describe('a server', () => {
  test('by image, over HTTP, with services', async () => {
    const [server] = await serversOf(`
defaults: { protocol: legacy, image: "node:24", resources: { cpus: 2 } }
servers:
  orders:
    source: oci:ghcr.io/acme/orders:1.2.0
    transport: { http: { port: 3000 } }
    work: { at: /work, reset: case }
    services:
      db:
        image: docker.io/library/postgres:17
        env: { POSTGRES_PASSWORD: { secret: PASSWORD } }
        ready: { tcp: 5432 }
        resources: { memory: 1Gi }
      mail: { command: [mailer, --quiet], ready: { http: { port: 8025 } }, startTimeout: 10s }
      queue: { image: "queue:1", args: [-v], ready: { log: listening } }
`);
    expect(server).toMatchObject({
      source: { kind: 'oci', reference: 'ghcr.io/acme/orders:1.2.0' },
      transport: { kind: 'http', port: 3000, path: '/mcp' },
      protocol: 'legacy',
      image: 'ghcr.io/acme/orders:1.2.0',
      work: { from: null, at: '/work', reset: 'case' },
    });
    expect(server?.services).toEqual([
      {
        name: 'db',
        image: 'docker.io/library/postgres:17',
        command: null,
        args: [],
        env: [{ kind: 'secret', name: 'POSTGRES_PASSWORD', secret: 'PASSWORD', value: null, otherwise: 'skip' }],
        ready: { kind: 'tcp', port: 5432 },
        startTimeout: 60_000,
        resources: { cpus: 0.5, memory: 1024 ** 3, pids: 256, disk: 2 * 1024 ** 3 },
        location: { file: configFile, line: 10, column: 7 },
      },
      expect.objectContaining({
        name: 'mail',
        image: 'host',
        command: ['mailer', '--quiet'],
        ready: { kind: 'http', port: 8025, path: '/' },
        startTimeout: 10_000,
      }),
      expect.objectContaining({ name: 'queue', args: ['-v'], ready: { kind: 'log', contains: 'listening' } }),
    ]);
  });

  test('elsewhere, with and without its secrets', async () => {
    const lines = `
defaults: { image: "node:24" }
servers:
  search:
    source: https://mcp.example.com/mcp
    protocol: modern
    auth: { bearer: { secret: TOKEN } }
    headers: { X-Tenant: acme, X-Api-Key: { secret: KEY } }
    health: { path: /health }
  inside:
    source: http://127.0.0.1:3000/mcp
    allowInsecure: true
    auth: { clientCredentials: { clientId: ci, clientSecret: { secret: KEY }, scope: a b } }
    health: { interval: 2s }
  plain: { source: https://plain.example }
`;
    const [search, inside, plain] = await serversOf(lines, { TOKEN: 'token-value' });
    expect(search).toMatchObject({ protocol: 'modern', image: 'host', services: [] });
    expect(search?.transport).toEqual({
      kind: 'remote',
      url: 'https://mcp.example.com/mcp',
      auth: { kind: 'bearer', token: { secret: 'TOKEN', value: 'token-value' } },
      headers: [
        { kind: 'plain', name: 'X-Tenant', value: 'acme' },
        { kind: 'secret', name: 'X-Api-Key', secret: 'KEY', value: null, otherwise: 'skip' },
      ],
      health: { path: '/health', interval: 30_000, timeout: 5000 },
    });
    expect(inside?.transport).toEqual({
      kind: 'remote',
      url: 'http://127.0.0.1:3000/mcp',
      auth: {
        kind: 'clientCredentials',
        tokenUrl: null,
        clientId: 'ci',
        clientSecret: { secret: 'KEY', value: null },
        scope: 'a b',
      },
      headers: [],
      health: { path: null, interval: 2000, timeout: 2000 },
    });
    expect(plain?.transport).toEqual({
      kind: 'remote',
      url: 'https://plain.example/',
      auth: null,
      headers: [],
      health: null,
    });
  });
});

describe('a case', () => {
  const casesOf = async (entries: string) => {
    const [server] = await serversOf(`servers: { one: { source: npm:one, work: { at: /work } } }\ncases:\n${entries}`);
    return server?.cases ?? [];
  };

  test('asks one of five things', async () => {
    const cases = await casesOf(`
  - { id: a, server: one, prompt: p, args: { x: y } }
  - { id: b, server: one, resource: 'a://b' }
  - { id: c, server: one, list: resourceTemplates }
  - { id: d, server: one, complete: { prompt: p, argument: a } }
  - { id: e, server: one, complete: { resource: 'a://{x}', argument: x, value: v, context: { y: z } } }
`);
    expect(cases.map(({ steps }) => steps.map(({ request }) => request))).toEqual([
      [{ kind: 'prompt', name: 'p', args: { x: 'y' } }],
      [{ kind: 'resource', uri: 'a://b' }],
      [{ kind: 'list', list: 'resourceTemplates' }],
      [{ kind: 'complete', ref: { prompt: 'p' }, argument: { name: 'a', value: '' }, context: {} }],
      [{ kind: 'complete', ref: { resource: 'a://{x}' }, argument: { name: 'x', value: 'v' }, context: { y: 'z' } }],
    ]);
  });

  test('has steps with names and places, and says how it is run', async () => {
    const [first, second] = await casesOf(`
  - id: a
    server: one
    setup: [{ tool: t, capture: { id: $.id } }]
    steps:
      - { tool: u, timeout: 2s }
      - { name: reads, resource: 'a://{{id}}' }
    teardown: [{ tool: v }]
    repeat: { times: 10, passRate: 0.9 }
    fresh: true
    client:
      elicitation: [{ action: accept, content: { n: 1 } }, { action: cancel }]
      sampling: { text: hi }
      roots: []
  - { id: b, server: one, tool: t, repeat: 3, client: { roots: { uri: 'file:///work' } } }
`);
    expect(first).toMatchObject({
      setup: [{ name: 'setup[0]', capture: { id: '$.id' }, location: { line: 7, column: 13 } }],
      steps: [
        { name: 'steps[0]', timeout: 2000, location: { line: 9, column: 9 } },
        { name: 'reads', timeout: null, location: { line: 10, column: 9 } },
      ],
      teardown: [{ name: 'teardown[0]' }],
      repeat: { times: 10, passRate: 0.9 },
      fresh: true,
      client: {
        elicitation: [{ action: 'accept', content: { n: 1 } }, { action: 'cancel' }],
        sampling: [{ text: 'hi', model: 'mcp-workflow' }],
        roots: [],
      },
    });
    expect(second).toMatchObject({ repeat: { times: 3, passRate: 1 }, fresh: false });
    expect(second?.client).toEqual({ roots: [{ uri: 'file:///work' }] });
  });

  test('expects values and matchers', async () => {
    const [spec] = await casesOf(`
  - id: a
    server: one
    tool: t
    expect:
      jsonPath:
        $.a: 1
        $.b: {}
        $.c: { x: 1 }
        $.d: { contains: x, atLeast: 1 }
        $.e: { equals: { type: x } }
        $.f: null
        $.g: { exists: false }
      contentTypes: text
      maxBytes: 64Ki
      snapshot: true
      files: { a/b.txt: { contains: x, unchanged: true } }
      logs: { contains: x }
      notEmpty: true
      minItems: 0
`);
    expect(spec?.steps[0]?.expect).toEqual({
      jsonPath: {
        '$.a': { kind: 'value', value: 1 },
        '$.b': { kind: 'value', value: {} },
        '$.c': { kind: 'value', value: { x: 1 } },
        '$.d': { kind: 'matchers', matchers: { contains: ['x'], atLeast: 1 } },
        '$.e': { kind: 'matchers', matchers: { equals: { type: 'x' } } },
        '$.f': { kind: 'value', value: null },
        '$.g': { kind: 'matchers', matchers: { exists: false } },
      },
      contentTypes: ['text'],
      maxBytes: 65_536,
      snapshot: { key: 'one > a', ignore: [] },
      files: { 'a/b.txt': { contains: ['x'], unchanged: true } },
      logs: { contains: ['x'] },
      notEmpty: true,
      minItems: 0,
    });
  });
});
