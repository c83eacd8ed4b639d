import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { CaseEnvironment, Offer, ServerInstance } from '../../src/cases/environment.ts';
import { runCases } from '../../src/cases/run-cases.ts';
import { createSchemaValidator } from '../../src/cases/schema-validator.ts';
import { SnapshotStore } from '../../src/cases/snapshot-store.ts';
import type { CaseSpec, StepRequest, StepSpec } from '../../src/config/model.ts';
import type { ClientAnswers } from '../../src/mcp/model.ts';
import { openSession } from '../../src/mcp/open-session.ts';
import { startPiped } from '../../src/process/run.ts';
import { caseOf, serverOf, stepOf, values } from './fixtures.ts';

const program = fileURLToPath(new URL('../servers/keeps-notes.mjs', import.meta.url));
const validator = createSchemaValidator();
const folder = mkdtempSync(join(tmpdir(), 'live-'));
const snapshotFile = join(folder, '__snapshots__', 'live.yml.snap.json');
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await validator.close();
});

async function start(client: ClientAnswers): Promise<Offer<ServerInstance>> {
  const signal = new AbortController().signal;
  const limits = { startTimeoutMs: 20_000, stopTimeoutMs: 3000, signal };
  const reach = { kind: 'stdio', start: () => startPiped(process.execPath, [program], { env: {} }) } as const;
  const opened = await openSession(reach, { ...limits, client });
  if (!opened.ok) return { failed: opened.startup.advice };
  const { session } = opened;
  return { session, files: async () => ({ failed: 'it has no work folder' }), close: () => session.close() };
}

async function run(cases: readonly CaseSpec[], update = false) {
  const started: ServerInstance[] = [];
  const open = async (client: ClientAnswers) => {
    const offer = await start(client);
    if ('session' in offer) started.push(offer);
    return offer;
  };
  const environment: CaseEnvironment = {
    shared: async () => started.find(({ session }) => session.alive) ?? open({}),
    own: open,
  };
  const snapshots = SnapshotStore.open({ update, redact: (text) => text });
  const signal = new AbortController().signal;
  const results = await runCases(cases, { server: serverOf(), environment, validator, snapshots, signal });
  for (const instance of started) await instance.close();
  await snapshots.finish(new Map([[snapshotFile, ['notes > chain > create']]]));
  return results.map(({ state, reason }) => [state, reason]);
}

const call = (name: string, args: Readonly<Record<string, unknown>> = {}): StepRequest => ({
  kind: 'tool',
  name,
  args,
});
const step = (name: string, request: StepRequest, more: Partial<StepSpec> = {}) =>
  stepOf(more.expect, { ...more, name, request });

const chain = caseOf(
  {},
  {
    snapshotFile,
    setup: [step('empty', call('count'), { expect: { equals: '0' } })],
    steps: [
      step('create', call('create', { title: 'Ada' }), {
        capture: { id: '$.id', title: '$.title' },
        expect: {
          progress: { min: 1 },
          logs: { level: 'info', contains: ['created'] },
          jsonPath: { '$.id': { kind: 'matchers', matchers: { type: 'integer', atLeast: 1000 } } },
          snapshot: { key: 'notes > chain > create', ignore: ['$.id'] },
        },
      }),
      step(
        'read',
        { kind: 'resource', uri: 'note://{{id}}' },
        {
          expect: { jsonPath: values({ '$.id': '{{id}}' }), contentTypes: ['application/json'] },
        },
      ),
      step(
        'complete',
        {
          kind: 'complete',
          ref: { resource: 'note://{id}' },
          argument: { name: 'id', value: 'A' },
          context: {},
        },
        { expect: { equals: ['{{title}}'] } },
      ),
      step(
        'praise',
        { kind: 'prompt', name: 'praise', args: { title: '{{title}}' } },
        { expect: { contains: ['Praise Ada.'] } },
      ),
      step(
        'templates',
        { kind: 'list', list: 'resourceTemplates' },
        { expect: { contains: ['note://{id}'], maxItems: 1 } },
      ),
      step('tools', { kind: 'list', list: 'tools' }, { expect: { minItems: 5 } }),
    ],
    teardown: [step('remove', call('remove', { id: '{{id}}' }), { expect: { equals: 'removed' } })],
  },
);

test('a chain over every kind of request, twice on one server, with its snapshot', async () => {
  const first = await run([chain]);
  expect(first).toEqual([['failed', expect.stringContaining('there is no snapshot "notes > chain > create" yet')]]);
  expect(await run([chain], true)).toEqual([['passed', null]]);
  expect(JSON.parse(readFileSync(snapshotFile, 'utf8'))).toEqual({
    version: 1,
    snapshots: { 'notes > chain > create': { id: '(ignored)', title: 'Ada' } },
  });
  const twice = await run([chain, { ...chain, repeat: { times: 3, passRate: 1 } }]);
  expect(twice).toEqual([
    ['passed', null],
    ['passed', null],
  ]);
});

test('client answers are declared and given for the cases that have them only', async () => {
  const answers = [{ action: 'accept', content: { choice: 'red' } } as const];
  const asking = caseOf(
    { jsonPath: values({ '$.content.choice': 'red' }) },
    { client: { elicitation: answers } },
    { request: call('ask') },
  );
  const refused = caseOf({ equals: -32601 }, {}, { request: call('ask') });
  expect(await run([asking, refused])).toEqual([
    ['passed', null],
    ['passed', null],
  ]);
});

test('a server that always ends costs three cases', async () => {
  const crash = caseOf({}, {}, { request: call('crash') });
  const results = await run([crash, crash, crash, crash, crash]);
  expect(results.map(([state]) => state)).toEqual(['failed', 'failed', 'failed', 'skipped', 'skipped']);
  expect(results[4]?.[1]).toMatch(/^circuit breaker: the server was lost in 3 cases one after another: .*3/u);
});
