import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configFile, load, loadedOf, workspaceWith } from './workspace.ts';
import { takeShard } from '../../src/config/shard.ts';
import type { ServerConfig } from '../../src/config/model.ts';

const text = `version: 1
servers:
  first: { source: npm:a }
  second: { source: npm:b }
  none: { source: npm:c }
cases:
  - { id: a, server: first, tool: t, tags: [x] }
  - { id: b, server: first, tool: t }
  - { id: c, server: first, tool: t }
  - { id: d, server: second, tool: t, tags: [x], expect: { snapshot: true } }
  - { id: e, server: second, tool: t }
`;

async function shard(raw: Record<string, string>) {
  const loaded = loadedOf(await load(workspaceWith({ [configFile]: text }), raw));
  const shown = loaded.config.servers.map(({ name, cases }) => `${name}: ${cases.map(({ id }) => id).join('')}`);
  return { shown, loaded };
}

describe('shards', () => {
  test.each([
    ['1/1', ['first: abc', 'second: de', 'none: ']],
    ['1/2', ['first: abc', 'none: ']],
    ['2/2', ['second: de']],
    ['1/3', ['first: ab', 'none: ']],
    ['2/3', ['first: c', 'second: d']],
    ['3/3', ['second: e']],
    ['5/5', ['second: e']],
    ['7/7', []],
  ])('%s', async (part, expected) => {
    expect((await shard({ shard: part })).shown).toEqual(expected);
  });

  test('are of what servers and tags select, and a note says what is left', async () => {
    const { shown, loaded } = await shard({ shard: '2/2', tags: 'x' });
    expect(shown).toEqual(['second: d']);
    expect(loaded.notes.at(-1)).toBe('The shard 2/2 has 1 of 2 cases and 1 of 3 servers.');
  });

  test('know all snapshots, also those of cases in other shards', async () => {
    const { loaded } = await shard({ shard: '1/2' });
    expect([...loaded.config.snapshots.values()]).toEqual([['second > d']]);
  });

  test('together have every case and every server, none twice, and are even', () => {
    const servers = fc.array(fc.nat(12), { maxLength: 8 }).map((counts) => counts.map(serverWith));
    fc.assert(
      fc.property(servers, fc.integer({ min: 1, max: 15 }), (all, count) => {
        const shards = Array.from({ length: count }, (_, index) => takeShard(all, { index: index + 1, count }));
        const cases = shards.map((part) => part.flatMap(({ cases: own }) => own));
        expect(cases.flat()).toEqual(all.flatMap(({ cases: own }) => own));
        const sizes = cases.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(new Set(shards.flat().map(({ name }) => name))).toEqual(new Set(all.map(({ name }) => name)));
      }),
    );
  });

  test('do not divide a server whose marked cases alone run', () => {
    const server = serverWith(6, 0);
    const marked = { ...server, cases: server.cases.map((spec, index) => ({ ...spec, only: index === 5 })) };
    expect([1, 2, 3].map((index) => takeShard([marked], { index, count: 3 }))).toEqual([[marked], [], []]);
  });
});

function serverWith(count: number, position: number): ServerConfig {
  const location = { file: 'x.yml', line: 1, column: 1 };
  return {
    name: `server-${position}`,
    source: { kind: 'npm', given: 'npm:x', name: 'x', range: 'latest' },
    transport: { kind: 'stdio' },
    protocol: 'auto',
    services: [],
    location,
    bin: null,
    command: null,
    args: [],
    env: [],
    image: 'host',
    build: null,
    installScripts: 'sandboxed',
    work: null,
    mounts: [],
    resources: { cpus: 1, memory: 1, pids: 1, disk: 1 },
    timeouts: { install: 1, start: 1, call: 1, stop: 1 },
    retries: 1,
    cases: Array.from({ length: count }, (_, index) => ({
      id: `${position}.${index}`,
      location,
      setup: [],
      steps: [],
      teardown: [],
      repeat: null,
      fresh: false,
      client: {},
      tags: [],
      skip: null,
      only: false,
      snapshotFile: '/x',
    })),
  };
}
