import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { caseFileJsonSchema, configJsonSchema } from '../../src/config/json-schema.ts';
import { load, configFile, workspaceWith } from './workspace.ts';

const example = `version: 1
defaults: { protocol: legacy, image: host, resources: { cpus: 0.5, memory: 512Mi, pids: 256, disk: 2Gi }, timeouts: { install: 180s, start: 30s, call: 30s, stop: 5s }, retries: 3 }
repositories: [npm:other@^1]
servers:
  everything:
    source: npm:@modelcontextprotocol/server-everything@2026.8.31
    bin: mcp-server-everything
    args: [stdio]
    env:
      LOG_LEVEL: debug
      API_KEY: { secret: EXAMPLE_API_KEY, otherwise: skip }
    image: node:24-slim
    network: none
    installScripts: sandboxed
    work: { from: fixtures/everything, at: /work, reset: case }
    mounts: [{ from: fixtures/data, at: /data }]
    resources: { memory: 1073741824 }
    transport: { http: { port: 3000, path: /mcp } }
    protocol: modern
    services:
      db:
        image: postgres:17
        args: [-c, fsync=off]
        env: { POSTGRES_PASSWORD: x }
        ready: { tcp: 5432 }
        startTimeout: 2m
        resources: { memory: 1Gi }
      mail: { command: [mailer], ready: { http: { port: 8025 } } }
      queue: { image: host, command: [queue], ready: { log: listening } }
  image: { source: "oci:ghcr.io/acme/server:1.2.0", command: [serve], transport: stdio }
  search:
    source: https://mcp.example.com/mcp
    auth: { bearer: { secret: SEARCH_TOKEN } }
    headers: { X-Tenant: acme, X-Api-Key: { secret: SEARCH_KEY } }
    health: { path: /health, interval: 30s, timeout: 5s }
  inside:
    source: http://127.0.0.1:3000/mcp
    allowInsecure: true
    auth: { clientCredentials: { clientId: ci, clientSecret: { secret: CI_SECRET }, tokenUrl: "http://127.0.0.1/token", scope: tools.read } }
cases:
  - include: mcp-cases/*.yml
  - include: [more/a.yml]
  - id: sum
    server: everything
    tool: get-sum
    args: { a: 2, b: 3 }
    expect:
      isError: false
      contains: "5"
      notContains: [error]
      matches: '^\\d+$'
      jsonPath:
        '$.a[0]': { b: null }
        $.b: { exists: true, type: array, minItems: 1, maxItems: 3, notEmpty: true, contains: x, schema: { type: array } }
        $.c: { atLeast: 0, atMost: 1.5 }
        $.d: { equals: { type: x }, notContains: y, matches: z }
      schema: { type: object }
      matchesOutputSchema: false
      equals: null
      notEmpty: true
      minItems: 1
      maxItems: 3
      contentTypes: [text, image/png]
      maxBytes: 64Ki
      maxLatency: 2s
      snapshot: { ignore: [$.id] }
      files: { a/b.txt: { exists: true, contains: x, unchanged: false } }
      progress: { min: 1 }
      logs: { min: 2, level: warning, contains: [x] }
    capture: { id: $.id }
    repeat: { times: 5, passRate: 0.8 }
    fresh: true
    client:
      elicitation: [{ action: accept, content: { name: Ada } }, { action: decline }]
      sampling: { text: hello, model: m }
      roots: { uri: file:///work, name: work }
    timeout: 10s
    tags: [smoke]
    skip: later
    only: false
    mutates: true
  - id: steps
    server: everything
    setup: [{ tool: t, capture: { id: $.id } }]
    steps:
      - { name: first, prompt: p, args: { a: '{{id}}' }, expect: { snapshot: true, contentTypes: text } }
      - { resource: 'a://{{id}}', timeout: 2s }
      - { complete: { prompt: p, argument: a, value: x, context: { b: c } } }
      - { complete: { resource: 'a://{x}', argument: x } }
      - { list: tools, expect: { minItems: 1 } }
    teardown: [{ tool: t, expect: { protocolError: { code: -32602, message: x }, maxLatency: 2s } }]
    repeat: 3
gate: { onIncomplete: fail }
`;

const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(configJsonSchema());
const validateCases = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(caseFileJsonSchema());

test('the schema and the loader accept the same example', async () => {
  validate(parse(example));
  expect(validate.errors).toBeNull();
  const workspace = workspaceWith({
    [configFile]: example,
    'fixtures/everything/': '',
    'fixtures/data/': '',
    'mcp-cases/a.yml': 'server: everything\ncases: [{ id: a, tool: t }]',
    'more/a.yml': '[]',
  });
  expect(await load(workspace)).toMatchObject({ ok: true, config: { servers: [{}, {}, {}, {}, {}] } });
});

describe('the schema refuses', () => {
  test.each([
    'servers: {}',
    'version: 2',
    'version: 1\nbanana: 1',
    'version: 1\ndefaults: { timeouts: { call: 30 } }',
    'version: 1\ndefaults: { retries: 0 }',
    'version: 1\nservers: { one: { source: npm:x, banana: 1 } }',
    'version: 1\nservers: { one: { source: npm:x, transport: {} } }',
    'version: 1\nservers: { one: { source: npm:x, protocol: old } }',
    'version: 1\nservers: { one: { source: npm:x, services: { a_b: { image: "x:1" } } } }',
    'version: 1\nservers: { one: { source: npm:x, services: { a: { image: "x:1", ready: { tcp: 1, log: x } } } } }',
    'version: 1\nservers: { one: { source: "https://x.example", auth: { bearer: token } } }',
    'version: 1\nservers: { one: { source: "https://x.example", auth: {} } }',
    'version: 1\ncases: [{ id: a }]',
    'version: 1\ncases: [{ id: a, tool: t, prompt: p }]',
    'version: 1\ncases: [{ id: a, tool: t, steps: [{ tool: t }] }]',
    'version: 1\ncases: [{ id: a, steps: [{}] }]',
    'version: 1\ncases: [{ id: a, complete: { argument: x } }]',
    'version: 1\ncases: [{ id: a, tool: t, client: {} }]',
    'version: 1\ncases: [{ id: a, tool: t, contains: x }]',
    'version: 1\nservers: { one: { source: npm:x, network: open } }',
    'version: 1\nservers: { "a b": { source: npm:x } }',
    'version: 1\ncases: [{ id: a, tool: t, banana: 1 }]',
    'version: 1\ncases: [{ id: a, tool: t, expect: { snapshot: false } }]',
  ])('%j', (text) => {
    expect(validate(parse(text))).toBe(false);
  });
});

test('every key that can be written has a description for the editor', () => {
  const bare: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, child] of Object.entries(schema)) {
      if (key !== 'properties') {
        walk(child, path);
        continue;
      }
      for (const [name, property] of Object.entries(child as Record<string, { description?: string }>)) {
        if (property.description === undefined) bare.push(`${path}.${name}`);
        walk(property, `${path}.${name}`);
      }
    }
  };
  walk(configJsonSchema(), '');
  expect(bare).toEqual([]);
  expect(configJsonSchema()).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: expect.any(String),
    required: ['version'],
    additionalProperties: false,
  });
});

test('case files have a schema of their own', () => {
  expect(validateCases(parse('server: one\ncases: [{ id: a, tool: t }]'))).toBe(true);
  expect(validateCases(parse('- { id: a, tool: t, server: one }'))).toBe(true);
  expect(validateCases(parse('- { id: a, tol: t }'))).toBe(false);
  expect(validateCases(parse('cases: [], banana: 1'.replace(', ', '\n')))).toBe(false);
});
