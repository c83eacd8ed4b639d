import { afterEach, describe, expect, test, vi } from 'vitest';
import { runCases } from '../../src/cases/run-cases.ts';
import type { SchemaValidator } from '../../src/cases/schema-validator.ts';
import type { Offer, ServerInstance } from '../../src/cases/environment.ts';
import { SnapshotStore } from '../../src/cases/snapshot-store.ts';
import type { CaseSpec } from '../../src/config/model.ts';
import type { CallOutcome } from '../../src/mcp/model.ts';
import type { CaseResult, ToolResult } from '../../src/result/model.ts';
import { caseOf, refusal, says, serverOf, toolOf } from './fixtures.ts';
import { type Script, scripted } from './scripted.ts';

afterEach(() => void vi.useRealTimers());

const timeout: CallOutcome = { kind: 'timeout', timeoutMs: 30_000, durationMs: 30_000 };
const lost: CallOutcome = { kind: 'lost', reason: 'the connection was dropped', durationMs: 4 };
const closed: CallOutcome = { kind: 'closed', reason: 'the server ended with exit code 1', durationMs: 4 };

/** None of these cases needs the worker; one that asks it sees that nothing could be checked. */
const nothing = { state: 'notChecked', reason: 'the checker was closed', blame: 'limit' } as const;
const validator: SchemaValidator = {
  validate: async () => nothing,
  search: async () => nothing,
  select: async () => nothing,
  mask: async () => nothing,
  close: async () => {},
};

type Offered = Offer<ServerInstance>;

interface Setting {
  readonly script?: Script;
  readonly tools?: readonly ToolResult[];
  readonly retries?: number;
  readonly open?: () => Promise<Offered>;
  readonly signal?: AbortSignal;
}

async function run(cases: readonly CaseSpec[], setting: Setting = {}) {
  const { instance, requests } = scripted(setting.script ?? [], setting.tools);
  const reported: CaseResult[] = [];
  const open = vi.fn<() => Promise<Offered>>(setting.open ?? (async () => instance));
  const results = await runCases(cases, {
    server: serverOf({ retries: setting.retries ?? 3 }),
    environment: { shared: open, own: open },
    validator,
    snapshots: SnapshotStore.open({ update: false, redact: (text) => text }),
    signal: setting.signal ?? new AbortController().signal,
    onCase: (result) => reported.push(result),
  });
  expect(reported).toEqual(results);
  return { results, requests, open };
}

const calling = (name: string) => ({ kind: 'tool', name, args: {} }) as const;
const idempotent = toolOf({ annotations: { idempotentHint: true } });
const readOnly = toolOf({ annotations: { readOnlyHint: true } });
const states = (results: readonly CaseResult[]) => results.map(({ state }) => state);

test('a case that passes has its answer, its attempt and its assertions', async () => {
  const request = { kind: 'tool', name: 'echo', args: { a: 1 } } as const;
  const { results, requests } = await run([caseOf({ contains: ['ok'] }, {}, { request })]);
  const params = { name: 'echo', arguments: { a: 1 } };
  expect(requests).toEqual([{ request: { method: 'tools/call', params }, timeoutMs: 30_000 }]);
  expect(results).toMatchObject([
    {
      id: 'one',
      tool: 'echo',
      state: 'passed',
      reason: null,
      location: { file: 'mcp-workflow.yml', line: 3, column: 5 },
      durationMs: 12,
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u),
      repeat: null,
      attempts: [{ durationMs: 12, outcome: 'answered', waitedMs: 0, step: 'steps[0]' }],
      assertions: [
        { kind: 'isError', state: 'passed', step: 'steps[0]' },
        { kind: 'contains', state: 'passed', step: 'steps[0]' },
      ],
    },
  ]);
});

test('cases run one after another, each with its own timeout', async () => {
  let running = 0;
  const slow = async () => {
    expect(++running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    return says('ok');
  };
  const cases = [caseOf({}, { id: 'a' }, { timeout: 5 }), caseOf({}, { id: 'b' })];
  const { results, requests } = await run(cases, { script: [slow, slow] });
  expect(results.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(requests.map(({ timeoutMs }) => timeoutMs)).toEqual([5, 30_000]);
});

test('the reason of a failed case is its first failed assertion; it is not tried again', async () => {
  const { results, requests } = await run([caseOf({ contains: ['x', 'y'] })], { tools: [readOnly] });
  expect(results[0]).toMatchObject({
    state: 'failed',
    reason: 'the text does not contain "x"; it is "ok" (and 1 more)',
  });
  expect(requests).toHaveLength(1);
});

test('what could not be checked is an error, unless something failed for certain', async () => {
  const { results } = await run([caseOf({ matches: ['o'] }), caseOf({ matches: ['o'], contains: ['x'] })]);
  expect(states(results)).toEqual(['error', 'failed']);
  expect(results[0]?.reason).toBe('"o" was not checked: the checker was closed');
});

describe('skip and only', () => {
  test('a skipped case says why and is never called', async () => {
    const { results, requests, open } = await run([caseOf({}, { skip: 'needs a key' })]);
    expect(results[0]).toMatchObject({ state: 'skipped', reason: 'needs a key', attempts: [], assertions: [] });
    expect(requests).toEqual([]);
    expect(open).not.toHaveBeenCalled();
  });

  test('one marked only leaves the others out', async () => {
    const { results } = await run([caseOf(), caseOf({}, { only: true }), caseOf({}, { skip: 'later' })]);
    expect(results.map(({ state, reason }) => [state, reason])).toEqual([
      ['skipped', 'another case is marked only'],
      ['passed', null],
      ['skipped', 'later'],
    ]);
  });
});

describe('a tool that is not listed', () => {
  const tools = ['echo', 'echo', 'get-sum', 'x'.repeat(1_000_000)].map((name) => toolOf({ name }));

  test.each([
    ['ecoh', tools, 'the server lists no tool `ecoh`; did you mean `echo`?'],
    ['Get_Sum', tools, 'the server lists no tool `Get_Sum`; did you mean `get-sum`?'],
    ['weather', [], 'the server lists no tool `weather`; it lists none at all'],
    ['weather', tools.slice(1, 3), 'the server lists no tool `weather`; it lists `echo`, `get-sum`'],
  ])('%s fails at once', async (tool, listed, reason) => {
    const { results, requests } = await run([caseOf({}, {}, { request: calling(tool) })], { tools: listed });
    expect(results[0]).toMatchObject({ state: 'failed', reason, attempts: [] });
    expect(requests).toEqual([]);
  });

  test('is called all the same where an error is expected', async () => {
    const cases = [
      caseOf({ isError: true }, {}, { request: calling('none') }),
      caseOf({ protocolError: { code: -32602 } }, {}, { request: calling('none') }),
    ];
    const { results } = await run(cases, { tools, script: [says('no such tool', { isError: true }), refusal] });
    expect(states(results)).toEqual(['passed', 'passed']);
  });

  test('a listed tool with a broken definition is called', async () => {
    const broken = toolOf({ state: 'failed', problems: ['inputSchema is missing'] });
    const { results, requests } = await run([caseOf()], { tools: [broken] });
    expect(states(results)).toEqual(['passed']);
    expect(requests).toHaveLength(1);
  });
});

describe('attempts', () => {
  async function withTime(pending: ReturnType<typeof run>) {
    await vi.runAllTimersAsync();
    return pending;
  }

  test.each([readOnly, idempotent])('a timeout is tried again where that does no harm: $annotations', async (tool) => {
    vi.useFakeTimers();
    const { results } = await withTime(run([caseOf()], { tools: [tool], script: [timeout, timeout, says('ok')] }));
    expect(results[0]).toMatchObject({
      state: 'passed',
      durationMs: 12,
      attempts: [
        { durationMs: 30_000, outcome: 'timeout', waitedMs: 0 },
        { durationMs: 30_000, outcome: 'timeout', waitedMs: 1000 },
        { durationMs: 12, outcome: 'answered', waitedMs: 2000 },
      ],
    });
  });

  test('a lost connection is tried again where that does no harm, and is an error otherwise', async () => {
    vi.useFakeTimers();
    const repeatable = await withTime(run([caseOf()], { tools: [readOnly], script: [lost, says('ok')] }));
    expect(repeatable.results[0]).toMatchObject({
      state: 'passed',
      attempts: [{ outcome: 'the connection was dropped' }, { outcome: 'answered', waitedMs: 1000 }],
    });
    const other = await withTime(run([caseOf()], { script: [lost] }));
    expect(other.results[0]).toMatchObject({
      state: 'error',
      reason: 'there was no answer: the connection was dropped',
    });
  });

  test('the waits double up to ten seconds, and the attempts end at the limit', async () => {
    vi.useFakeTimers();
    const script = Array.from({ length: 9 }, () => timeout);
    const { results, open } = await withTime(run([caseOf()], { tools: [readOnly], retries: 7, script }));
    expect(results[0]?.attempts.map(({ waitedMs }) => waitedMs)).toEqual([0, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(results[0]).toMatchObject({ state: 'failed', assertions: [{ kind: 'answer', state: 'failed' }] });
    expect(open).toHaveBeenCalledTimes(7);
  });

  test.each([
    ['a timeout of any other tool', timeout, toolOf({ annotations: { readOnlyHint: 'true', destructiveHint: false } })],
    ['a closed session', closed, readOnly],
    ['a protocol error', refusal, readOnly],
  ])('%s is not tried again', async (_name, outcome, tool) => {
    const { results, requests } = await run([caseOf()], { tools: [tool], script: [outcome] });
    expect(states(results)).toEqual(['failed']);
    expect(requests).toHaveLength(1);
  });

  test.each([1, 0])('retries: %d is one attempt', async (retries) => {
    const { requests } = await run([caseOf()], { tools: [readOnly], retries, script: [timeout] });
    expect(requests).toHaveLength(1);
  });
});

describe('the session', () => {
  test('a closed session is the failure of its case, and the next case asks for another', async () => {
    const { results, open } = await run([caseOf(), caseOf()], { script: [closed] });
    expect(states(results)).toEqual(['failed', 'passed']);
    expect(results[0]).toMatchObject({
      reason: 'there was no answer: the server ended with exit code 1',
      attempts: [{ outcome: 'the server ended with exit code 1' }],
    });
    expect(open).toHaveBeenCalledTimes(2);
  });

  test('where none can be had, the case fails, the remaining ones are skipped, and it is not asked again', async () => {
    const first = scripted([closed]).instance;
    const offers: Offered[] = [first, { failed: 'the server crashed when it was started again' }];
    const { results, open } = await run([caseOf(), caseOf(), caseOf({}, { skip: 'later' }), caseOf()], {
      open: async () => offers.shift() ?? first,
    });
    expect(states(results)).toEqual(['failed', 'failed', 'skipped', 'skipped']);
    expect(results[1]?.reason).toBe('the server crashed when it was started again');
    expect(results[2]?.reason).toBe('later');
    expect(results[3]?.reason).toBe(
      'circuit breaker: the server is gone: the server crashed when it was started again',
    );
    expect(open).toHaveBeenCalledTimes(2);
  });

  test('trouble of our own is an error, never a verdict', async () => {
    const { results, open } = await run([caseOf(), caseOf()], {
      open: async () => {
        throw new Error('podman is gone');
      },
    });
    expect(open).toHaveBeenCalledOnce();
    expect(states(results)).toEqual(['error', 'error']);
    expect(results[1]?.reason).toBe('there is no session with the server: podman is gone');
  });

  test('a call that throws is a broken session', async () => {
    const breaks = () => {
      throw new TypeError('x'.repeat(10_000));
    };
    const { results } = await run([caseOf()], { tools: [readOnly], script: [breaks] });
    expect(results[0]?.state).toBe('failed');
    expect(results[0]?.reason).toMatch(/^there was no answer: the call broke off: x+…$/u);
    expect(results[0]?.reason?.length).toBeLessThanOrEqual(500);
  });
});

describe('an interrupted run', () => {
  const reason = 'the run was interrupted';

  test('before it began: all are skipped', async () => {
    const { results, open } = await run([caseOf(), caseOf({}, { skip: 'later' })], { signal: AbortSignal.abort() });
    expect(results.map((each) => each.reason)).toEqual([reason, 'later']);
    expect(open).not.toHaveBeenCalled();
  });

  test('during a call: this and the remaining cases are skipped', async () => {
    const controller = new AbortController();
    const stop = (): CallOutcome => {
      controller.abort();
      return { kind: 'aborted', durationMs: 5 };
    };
    const { results } = await run([caseOf(), caseOf(), caseOf()], {
      script: [says('ok'), stop],
      signal: controller.signal,
    });
    expect(states(results)).toEqual(['passed', 'skipped', 'skipped']);
    expect(results[1]).toMatchObject({ reason, attempts: [{ outcome: reason, durationMs: 5 }] });
  });

  test('during a wait: no further attempt', async () => {
    const controller = new AbortController();
    const stopSoon = () => {
      setTimeout(() => controller.abort(), 20);
      return timeout;
    };
    const { results, requests } = await run([caseOf()], {
      tools: [readOnly],
      script: [stopSoon],
      signal: controller.signal,
    });
    expect(results[0]).toMatchObject({ state: 'skipped', reason });
    expect(requests).toHaveLength(1);
  });
});
