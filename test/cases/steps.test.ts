import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { FileStates, Offer, ServerInstance } from '../../src/cases/environment.ts';
import { runCases } from '../../src/cases/run-cases.ts';
import { createSchemaValidator } from '../../src/cases/schema-validator.ts';
import { SnapshotStore } from '../../src/cases/snapshot-store.ts';
import type { CaseSpec, ServerConfig, StepRequest, StepSpec } from '../../src/config/model.ts';
import type { CallOutcome, ClientAnswers } from '../../src/mcp/model.ts';
import type { CaseResult } from '../../src/result/model.ts';
import { caseOf, refusal, says, serverOf, stepOf, structured, toolOf, values } from './fixtures.ts';
import { type Script, type Scripted, scripted } from './scripted.ts';

const validator = createSchemaValidator();
afterAll(() => validator.close());
afterEach(() => void vi.useRealTimers());

const timeout: CallOutcome = { kind: 'timeout', timeoutMs: 30_000, durationMs: 30_000 };
const closed: CallOutcome = { kind: 'closed', reason: 'the server ended with exit code 1', durationMs: 4 };
const anyTool = ['create', 'read', 'remove', 'echo'].map((name) => toolOf({ name }));

const call = (name: string, args: Readonly<Record<string, unknown>> = {}): StepRequest => ({
  kind: 'tool',
  name,
  args,
});
const step = (name: string, more: Partial<StepSpec> = {}) =>
  stepOf(more.expect, { request: call(name), name, ...more });

interface World {
  /** Of the shared server, then of those that are started after it or beside it, in this order. */
  readonly servers?: readonly Scripted[];
  readonly own?: (client: ClientAnswers) => Offer<ServerInstance>;
  readonly server?: Partial<ServerConfig>;
  readonly signal?: AbortSignal;
}

async function run(cases: readonly CaseSpec[], { servers = [], own, server = {}, signal }: World = {}) {
  const left = [...servers];
  const started: Scripted[] = [];
  const start = () => {
    const next = left.shift() ?? scripted([], anyTool);
    started.push(next);
    return next.instance;
  };
  let current: ServerInstance | null = null;
  const environment = {
    shared: vi.fn<() => Promise<Offer<ServerInstance>>>(async () => {
      if (current?.session.alive !== true) current = start();
      return current;
    }),
    own: vi.fn<(client: ClientAnswers) => Promise<Offer<ServerInstance>>>(async (client) => own?.(client) ?? start()),
  };
  const results = await runCases(cases, {
    server: serverOf(server),
    environment,
    validator,
    snapshots: SnapshotStore.open({ update: false, redact: (text) => text }),
    signal: signal ?? new AbortController().signal,
  });
  const [result] = results;
  if (result === undefined) throw new Error('no result');
  const asked = started.map(({ requests }) =>
    requests.map(({ request }) => (request.method === 'list' ? request.list : request.params['name'])),
  );
  return { result, results, started, asked, environment };
}

const withScript = (script: Script, files?: () => FileStates) => ({ servers: [scripted(script, anyTool, files)] });
const stepsOf = (result: CaseResult) => result.assertions.map((line) => `${line.step} ${line.kind} ${line.state}`);

describe('setup, steps and teardown', () => {
  const whole = caseOf(
    {},
    {
      setup: [step('create')],
      steps: [step('read'), step('echo')],
      teardown: [step('remove')],
    },
  );

  test('run in this order, on one server', async () => {
    const { result, asked, environment } = await run([whole]);
    expect(asked).toEqual([['create', 'read', 'echo', 'remove']]);
    expect(result).toMatchObject({ state: 'passed', reason: null, tool: 'read', durationMs: 48 });
    expect(result.attempts.map((each) => each.step)).toEqual(['create', 'read', 'echo', 'remove']);
    expect(stepsOf(result)).toContain('remove isError passed');
    expect(environment.own).not.toHaveBeenCalled();
  });

  test('a failing setup is the reason, and the steps do not run', async () => {
    const { result, asked } = await run([whole], withScript([says('no room', { isError: true })]));
    expect(asked).toEqual([['create', 'remove']]);
    expect(result.state).toBe('failed');
    expect(result.reason).toBe('setup: expected isError: false, got isError: true with the text "no room"');
  });

  test('a failing step ends the steps, not the teardown', async () => {
    const { result, asked } = await run([whole], withScript([says('ok'), refusal]));
    expect(asked).toEqual([['create', 'read', 'remove']]);
    expect(result.reason).toMatch(/^read: expected a result with isError: false, got the protocol error -32602/u);
  });

  test('a failing teardown fails the case, and each of its steps runs', async () => {
    const spec = caseOf({}, { teardown: [step('remove'), step('remove', { name: 'again' })] });
    const { result, asked } = await run([spec], withScript([says('ok'), refusal, says('bad', { isError: true })]));
    expect(asked).toEqual([['echo', 'remove', 'remove']]);
    expect(result.state).toBe('failed');
    expect(result.reason).toMatch(/^teardown: remove: expected a result.*; teardown: again: expected isError/u);
  });

  test('the teardown runs on a new server where the steps ended the old one', async () => {
    const { result, asked } = await run([whole], withScript([says('ok'), closed]));
    expect(asked).toEqual([['create', 'read'], ['remove']]);
    expect(result).toMatchObject({
      state: 'failed',
      reason: 'read: there was no answer: the server ended with exit code 1',
    });
  });

  test('a server that ends between two steps does not go on as another', async () => {
    const ends = scripted([says('ok')], anyTool);
    const { instance } = ends;
    const dying = {
      ...ends,
      instance: {
        ...instance,
        session: {
          ...instance.session,
          get alive() {
            return ends.requests.length === 0;
          },
        },
      },
    };
    const { result, asked } = await run([whole], { servers: [dying] });
    expect(asked).toEqual([['create'], ['remove']]);
    expect(result).toMatchObject({
      state: 'failed',
      reason: 'read: the server ended after the step before, and what it knew of this case is gone',
    });
  });

  test('where no server could be had, there is nothing to undo', async () => {
    const spec = { ...whole, fresh: true };
    const { result, environment } = await run([spec], { own: () => ({ failed: 'it ended at once' }) });
    expect(environment.own).toHaveBeenCalledOnce();
    expect(result).toMatchObject({ state: 'failed', reason: 'setup: it ended at once', attempts: [] });
  });

  test('an interrupted case is not torn down', async () => {
    const controller = new AbortController();
    const stop = (): CallOutcome => {
      controller.abort();
      return { kind: 'aborted', durationMs: 5 };
    };
    const { result, asked } = await run([whole], { ...withScript([says('ok'), stop]), signal: controller.signal });
    expect(asked).toEqual([['create', 'read']]);
    expect(result).toMatchObject({ state: 'skipped', reason: 'the run was interrupted' });
  });
});

describe('captures', () => {
  const made = structured({ id: 7, name: 'Ada', tags: ['a', 'b'] });
  const creating = (capture: Readonly<Record<string, string>>) => step('create', { capture });

  test('go into later requests and expectations, with their type', async () => {
    const spec = caseOf(
      {},
      {
        setup: [creating({ id: '$.id', name: '$.name', tags: '$.tags[*]' })],
        steps: [
          step('read', {
            request: call('read', { id: '{{id}}', path: '/{{name}}/{{id}}', tags: '{{tags}}' }),
            expect: { contains: ['{{name}}'], jsonPath: values({ '$.id': '{{id}}' }) },
          }),
        ],
      },
    );
    const { result, started } = await run([spec], withScript([made, structured({ id: 7, n: 'Ada' })]));
    expect(started[0]?.requests[1]?.request).toMatchObject({
      params: { arguments: { id: 7, path: '/Ada/7', tags: ['a', 'b'] } },
    });
    expect(result.state).toBe('passed');
  });

  test('a path that selects nothing fails the step', async () => {
    const spec = caseOf({}, { steps: [creating({ key: '$.key' }), step('read')] });
    const { result, asked } = await run([spec], withScript([made]));
    expect(asked).toEqual([['create']]);
    expect(result.reason).toMatch(
      /^create: key could not be captured: "\$\.key" selects nothing in structuredContent; there is \{"id":7/u,
    );
    expect(stepsOf(result)).toEqual(['create isError passed', 'create capture failed']);
  });

  test.each([
    ['too much', structured({ key: 'x'.repeat(300_000) }), '"$.key" selects more than 256 KiB'],
    ['from a protocol error', refusal, 'the server answered with the protocol error -32602'],
  ])('%s is not taken', async (_name, outcome, why) => {
    const expectations = outcome === refusal ? { protocolError: {} } : {};
    const spec = caseOf({}, { steps: [step('create', { capture: { key: '$.key' }, expect: expectations })] });
    const { result } = await run([spec], withScript([outcome]));
    expect(result.reason).toContain(`key could not be captured: ${why}`);
    expect(result.state).toBe('failed');
  });

  test('a teardown step whose value was never captured is not run, the others are', async () => {
    const undo = step('remove', { request: call('remove', { id: '{{id}}' }), name: 'by id' });
    const spec = caseOf({}, { steps: [creating({ id: '$.id' })], teardown: [undo, step('remove')] });
    const { result, asked } = await run([spec], withScript([refusal]));
    expect(asked).toEqual([['create', 'remove']]);
    expect(result.state).toBe('failed');
    expect(result.reason).not.toContain('by id');
    expect(result.assertions).toContainEqual(
      expect.objectContaining({ step: 'by id', kind: 'capture', state: 'notChecked' }),
    );
  });

  test('a step that is wrong otherwise still gives the teardown what it needs', async () => {
    const wrong = step('create', { capture: { id: '$.id', key: '$.key' }, expect: { contains: ['no'] } });
    const undo = step('remove', { request: call('remove', { id: '{{id}}' }) });
    const { result, started } = await run([caseOf({}, { steps: [wrong], teardown: [undo] })], withScript([made]));
    expect(started[0]?.requests[1]?.request).toMatchObject({ params: { arguments: { id: 7 } } });
    expect(result.reason).toMatch(/^the text does not contain "no"; it is [^;]*$/u);
  });

  test('nothing of one repetition or case reaches another', async () => {
    const using = step('read', { request: call('read', { id: '{{id}}' }) });
    const spec = caseOf({}, { steps: [creating({ id: '$.id' }), using], repeat: { times: 2, passRate: 1 } });
    const script = [structured({ id: 1 }), says('ok'), structured({ other: 1 })];
    const { result, started } = await run([spec], withScript(script));
    expect(started[0]?.requests).toHaveLength(3);
    expect(result.reason).toContain('1 of 2 passed, 2 needed: create: id could not be captured');
  });
});

describe('the instance', () => {
  test.each<readonly [string, Partial<CaseSpec>, Partial<ServerConfig>]>([
    ['fresh', { fresh: true }, {}],
    ['client answers', { client: { roots: [] } }, {}],
    ['work.reset: case', {}, { work: { from: null, at: '/work', reset: 'case' } }],
  ])('a case with %s has its own, which is closed', async (_name, overrides, server) => {
    const { environment, started } = await run([caseOf({}, overrides)], { server });
    expect(environment.shared).not.toHaveBeenCalled();
    expect(environment.own).toHaveBeenCalledExactlyOnceWith(overrides.client ?? {});
    expect(started.map((each) => each.closed())).toEqual([1]);
  });

  test('each repetition has one of its own', async () => {
    const { started, results } = await run([caseOf({}, { fresh: true, repeat: { times: 3, passRate: 1 } })]);
    expect(started.map((each) => each.closed())).toEqual([1, 1, 1]);
    expect(results).toHaveLength(1);
  });

  test('one that cannot be started says nothing about the shared one', async () => {
    const cases = [caseOf({}, { client: { sampling: [] } }), caseOf()];
    const { results } = await run(cases, { own: () => ({ failed: 'it does not like sampling' }) });
    expect(results.map(({ state, reason }) => [state, reason])).toEqual([
      ['failed', 'it does not like sampling'],
      ['passed', null],
    ]);
  });

  test('files are read before a step only where that is asked for', async () => {
    const sizes = [1, 2];
    const files = vi.fn<() => FileStates>(
      () => new Map([['a', { kind: 'file', size: sizes.shift() ?? 2, sha256: 's', text: 'x' }]]),
    );
    const watched = caseOf({ files: { a: { unchanged: true } } });
    const { results } = await run(
      [watched, caseOf({ files: { a: { exists: true } } }), caseOf()],
      withScript([], files),
    );
    expect(results.map(({ state }) => state)).toEqual(['failed', 'passed', 'passed']);
    expect(results[0]?.reason).toContain('should be unchanged: it was a file of 1 bytes');
    expect(files).toHaveBeenCalledTimes(3);
  });

  test('the state before a step is that before its first attempt', async () => {
    vi.useFakeTimers();
    // What the first attempt writes, the second finds.
    const server = scripted([timeout, refusal], anyTool, () => {
      const size = Math.min(server.requests.length, 1);
      return new Map([['a', { kind: 'file', size, sha256: `${size}`, text: null }]]);
    });
    const wish = { protocolError: {}, files: { a: { unchanged: true } } };
    const pending = run([caseOf(wish, {}, { request: { kind: 'resource', uri: 'a:b' } })], { servers: [server] });
    await vi.runAllTimersAsync();
    const { result } = await pending;
    expect(result.attempts).toHaveLength(2);
    expect(result.reason).toContain('should be unchanged: it was a file of 0 bytes');
  });
});

test.each<StepRequest>([
  { kind: 'prompt', name: 'p', args: {} },
  { kind: 'resource', uri: 'a:b' },
  { kind: 'complete', ref: { prompt: 'p' }, argument: { name: 'a', value: '' }, context: {} },
  { kind: 'list', list: 'prompts' },
])('a timeout of what only reads is tried again: $kind', async (request) => {
  vi.useFakeTimers();
  const pending = run([caseOf({ protocolError: {} }, {}, { request })], withScript([timeout, refusal]));
  await vi.runAllTimersAsync();
  const { result } = await pending;
  expect(result.attempts.map(({ outcome, waitedMs }) => [outcome, waitedMs])).toEqual([
    ['timeout', 0],
    ['answered', 1000],
  ]);
  expect(result.state).toBe('passed');
});

test.each<readonly [string, StepRequest]>([
  ['sum', call('sum')],
  ['prompt p', { kind: 'prompt', name: 'p', args: {} }],
  ['resource a:b', { kind: 'resource', uri: 'a:b' }],
  [
    'completion of x of prompt p',
    { kind: 'complete', ref: { prompt: 'p' }, argument: { name: 'x', value: '' }, context: {} },
  ],
  [
    'completion of x of resource a://{x}',
    { kind: 'complete', ref: { resource: 'a://{x}' }, argument: { name: 'x', value: '' }, context: {} },
  ],
  ['list resourceTemplates', { kind: 'list', list: 'resourceTemplates' }],
])('a case is named after what it asks: %s', async (name, request) => {
  expect((await run([caseOf({}, { skip: 'no' }, { request })])).result.tool).toBe(name);
  const after = caseOf(
    {},
    { skip: 'no', steps: [stepOf({}, { request: { kind: 'list', list: 'tools' } }), stepOf({}, { request })] },
  );
  expect((await run([after])).result.tool).toBe(request.kind === 'tool' ? name : 'list tools');
});

describe('repeat', () => {
  const bad = says('bad', { isError: true });
  const repeating = (times: number, passRate: number) => caseOf({}, { repeat: { times, passRate } });

  test('passes with enough, and shows the last that did', async () => {
    const { result, asked } = await run([repeating(4, 0.5)], withScript([bad, says('one'), says('two'), bad]));
    expect(asked[0]).toHaveLength(4);
    expect(result).toMatchObject({ state: 'passed', reason: null, repeat: { times: 4, passed: 2, required: 2 } });
    expect(result.attempts).toHaveLength(1);
    expect(stepsOf(result)).toEqual(['steps[0] isError passed']);
  });

  test('fails with too few, and shows the last that did', async () => {
    const { result } = await run([repeating(3, 1)], withScript([bad, says('ok'), says('ok')]));
    expect(result).toMatchObject({ state: 'failed', repeat: { times: 3, passed: 2, required: 3 } });
    expect(result.reason).toBe(
      '2 of 3 passed, 3 needed: expected isError: false, got isError: true with the text "bad"',
    );
    expect(stepsOf(result)).toEqual(['steps[0] isError failed']);
  });

  test.each([
    [100, 0.07, 7],
    [100, 0.29, 29],
    [10, 0.85, 9],
    [3, 0.01, 1],
  ])('%d times at %d need %d', async (times, passRate, required) => {
    const { result } = await run([repeating(times, passRate)]);
    expect(result.repeat).toEqual({ times, passed: times, required });
  });

  test('where it could have been enough, had all been checked, it is an error', async () => {
    const spec = caseOf({ matches: ['('] }, { repeat: { times: 2, passRate: 0.5 } });
    const { result } = await run([spec], withScript([bad]));
    expect(result).toMatchObject({ state: 'error', repeat: { times: 2, passed: 0, required: 1 } });
    expect(result.reason).toContain('the pattern cannot be used');
  });

  test('a server that cannot be had is not asked for again', async () => {
    const spec = { ...repeating(50, 0.5), fresh: true };
    const offers = [scripted([]).instance, { failed: 'it is broken' }];
    const { result, environment } = await run([spec], { own: () => offers.shift() ?? { failed: 'once more' } });
    expect(environment.own).toHaveBeenCalledTimes(2);
    expect(result).toMatchObject({ state: 'failed', reason: '1 of 2 passed, 25 needed: it is broken' });
  });
});

describe('the circuit breaker', () => {
  const ending = () => scripted([closed], anyTool);

  test('after three cases that lost the server the rest is skipped, with the reason', async () => {
    const cases = [caseOf(), caseOf(), caseOf(), caseOf(), caseOf({}, { skip: 'later' }), caseOf({}, { fresh: true })];
    const { results, started } = await run(cases, { servers: [ending(), ending(), ending()] });
    const reason =
      'circuit breaker: the server was lost in 3 cases one after another: the server ended with exit code 1';
    expect(results.map((each) => [each.state, each.reason])).toEqual([
      ...Array.from({ length: 3 }, () => ['failed', 'there was no answer: the server ended with exit code 1']),
      ['skipped', reason],
      ['skipped', 'later'],
      ['skipped', reason],
    ]);
    expect(results[3]?.startedAt).toBeNull();
    expect(started).toHaveLength(3);
  });

  test('a case that went well in between begins the count anew', async () => {
    const servers = [ending(), ending(), scripted([says('ok'), closed], anyTool), ending()];
    const { results } = await run([caseOf(), caseOf(), caseOf(), caseOf(), caseOf(), caseOf()], { servers });
    expect(results.map(({ state }) => state)).toEqual(['failed', 'failed', 'passed', 'failed', 'failed', 'passed']);
  });

  test('a timeout or a wrong answer loses no server', async () => {
    const script = [timeout, timeout, timeout, refusal, refusal, refusal];
    const { results } = await run(
      Array.from({ length: 7 }, () => caseOf()),
      withScript(script),
    );
    expect(results.at(-1)?.state).toBe('passed');
  });

  test('cases that cannot get a server of their own count, whoever is to blame', async () => {
    const cases = Array.from({ length: 5 }, () => caseOf({}, { fresh: true }));
    const { results, environment } = await run(cases, { own: () => ({ error: 'podman is gone' }) });
    expect(results.map(({ state }) => state)).toEqual(['error', 'error', 'error', 'skipped', 'skipped']);
    expect(results[4]?.reason).toMatch(/^circuit breaker: .*podman is gone$/u);
    expect(environment.own).toHaveBeenCalledTimes(3);
  });

  test('cases marked only are the only ones, also for the breaker', async () => {
    const cases = [caseOf(), caseOf({}, { only: true }), caseOf({}, { only: true })];
    const { results } = await run(cases);
    expect(results.map(({ reason }) => reason)).toEqual(['another case is marked only', null, null]);
  });
});

describe('much', () => {
  test('of many assertions what failed is kept, and the rest is counted', async () => {
    const many = Array.from({ length: 500 }, (_, index) => (index === 400 ? 'missing' : 'ok'));
    const { result } = await run([caseOf({ contains: many })]);
    expect(result.assertions).toHaveLength(200);
    expect(result.assertions.filter(({ state }) => state === 'failed')).toHaveLength(2);
    expect(result.assertions.at(-1)).toMatchObject({
      kind: 'more',
      message: '302 more assertions are left out here, 302 of them passed',
    });
  });

  test('a fault of ours ends its case only', async () => {
    const broken = caseOf(
      {},
      {},
      {
        expect: {
          get contains(): string[] {
            throw new Error('what a pity');
          },
        },
      },
    );
    const { results } = await run([broken, caseOf()]);
    expect(results.map(({ state, reason }) => [state, reason])).toEqual([
      ['error', 'the case could not be run: what a pity'],
      ['passed', null],
    ]);
  });
});
