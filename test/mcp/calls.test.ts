import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { callTool, fixture, openOk, textOf } from './servers.ts';

const limit = 20_000;

describe('calls to a healthy server', () => {
  test('gives results as they came', async () => {
    const session = await openOk(fixture('healthy.mjs'));
    expect(await callTool(session, 'add', { a: 2, b: 3 }, limit)).toEqual({
      kind: 'result',
      result: { content: [{ type: 'text', text: '5' }], structuredContent: { sum: 5 } },
      durationMs: expect.any(Number),
      heard: { progress: [], logs: [], requests: [] },
    });
    expect(await callTool(session, 'fail', {}, limit)).toMatchObject({ kind: 'result', result: { isError: true } });
    expect(session.findings()).toEqual([]);
  });

  test('gives a result of several megabytes', async () => {
    const session = await openOk(fixture('healthy.mjs'));
    const outcome = await callTool(session, 'big', { bytes: 9_000_000 }, limit);
    expect(outcome.kind === 'result' && JSON.stringify(outcome.result).length).toBeGreaterThan(9_000_000);
  });

  test('takes arguments of several megabytes', async () => {
    const session = await openOk(fixture('healthy.mjs'));
    const message = 'ä'.repeat(3_000_000);
    const outcome = await callTool(session, 'echo', { message }, limit);
    expect(outcome.kind === 'result' && outcome.result['content']).toEqual([{ type: 'text', text: message }]);
  });

  test('a slow call times out, and its late answer does not reach the next one', async () => {
    const session = await openOk(fixture('healthy.mjs'));
    expect(await callTool(session, 'slow', { ms: 600 }, 100)).toMatchObject({ kind: 'timeout' });
    expect(session.alive).toBe(true);
    expect(await callTool(session, 'slow', { ms: 900 }, limit)).toMatchObject({
      result: { content: [{ text: 'Waited 900 ms.' }] },
    });
    expect(session.findings()).toEqual([]);
  });

  test('calls made at the same time are sent one after another', async () => {
    const session = await openOk(fixture('healthy.mjs'));
    const order: string[] = [];
    await Promise.all([
      callTool(session, 'slow', { ms: 200 }, limit).then(() => order.push('slow')),
      callTool(session, 'echo', { message: 'x' }, limit).then(() => order.push('echo')),
    ]);
    expect(order).toEqual(['slow', 'echo']);
  });

  test('an abort ends the call, and no listener stays on the signal', async () => {
    const controller = new AbortController();
    const session = await openOk(fixture('healthy.mjs'), { signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const call = callTool(session, 'slow', { ms: 30_000 }, limit);
    await delay(100);
    controller.abort();
    expect(await call).toMatchObject({ kind: 'aborted' });
    expect(await callTool(session, 'echo', { message: 'x' }, limit)).toMatchObject({ kind: 'aborted' });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('close is idempotent, and a call after it says that the session was closed', async () => {
    const server = fixture('healthy.mjs');
    const session = await openOk(server);
    await Promise.all([session.close(), session.close()]);
    await session.close();
    expect(session.alive).toBe(false);
    expect(await callTool(session, 'echo', { message: 'x' }, limit)).toMatchObject({
      kind: 'closed',
      reason: 'The session was closed.',
    });
    expect(await server.leftovers()).toEqual([]);
  });

  test('leaves no listener of ours on the streams', async () => {
    const server = fixture('healthy.mjs');
    const started: ReturnType<typeof server.start>[] = [];
    const session = await openOk({ ...server, start: () => (started[0] = server.start()) });
    await session.close();
    expect(started[0]?.stdout.listenerCount('data')).toBe(0);
    expect(started[0]?.stderr.listenerCount('data')).toBe(0);
  });
});

describe('calls to servers that fail', () => {
  test('a server that exits during the call', async () => {
    const session = await openOk(fixture('exits-during-call.mjs'));
    expect(await callTool(session, 'leave', {}, limit)).toMatchObject({
      kind: 'closed',
      reason: 'The server exited with code 1 during tools/call; last line of stderr: Leaving in the middle of a call.',
    });
    expect(session.alive).toBe(false);
  });

  test('a server that is killed by a signal at its second call', async () => {
    const session = await openOk(fixture('crashes-on-second-call.mjs'));
    expect(await callTool(session, 'once', {}, limit)).toMatchObject({ kind: 'result' });
    expect(await callTool(session, 'once', {}, limit)).toMatchObject({
      kind: 'closed',
      reason: expect.stringContaining('was ended by SIGSEGV during tools/call'),
    });
    expect(await callTool(session, 'once', {}, limit)).toMatchObject({
      kind: 'closed',
      reason: expect.stringContaining('before tools/call'),
    });
  });

  test('a server that never answers a call', async () => {
    const session = await openOk(fixture('answers-initialize-only.mjs'), { startTimeoutMs: 1500 });
    expect(session.surface.tools).toEqual([]);
    expect(session.findings()).toMatchObject([{ check: 'list-answered', severity: 'high' }]);
    expect(await callTool(session, 'any', {}, 100)).toMatchObject({ kind: 'timeout' });
  });

  test.for([
    ['null', 0, /null as result/],
    ['number', 0, /a number as result/],
    ['array', 0, /an array as result/],
    ['text-error', 0, /a string as error/],
    ['text-code', 0, /lacks an integer code.*broken/],
    ['no-version', 0, /"jsonrpc": "2.0"/],
    ['nested', 0, /nested deeper than/],
    ['resource-error', -32002, /^Resource not found$/],
  ] as const)('an answer that is %s becomes a protocol error with code %i', async ([name, code, message]) => {
    const session = await openOk(fixture('answers-strangely.mjs'));
    expect(await callTool(session, name, {}, limit)).toMatchObject({
      kind: 'protocolError',
      code,
      message: expect.stringMatching(message),
    });
    expect(session.alive).toBe(true);
  });

  test('fields that the specification does not know or forbids are recorded as they came', async () => {
    const session = await openOk(fixture('answers-strangely.mjs'));
    expect(await callTool(session, 'odd-fields', {}, limit)).toMatchObject({
      kind: 'result',
      result: { _meta: 5, resultType: 'x', content: 'none', structuredContent: 7 },
    });
    expect(await callTool(session, 'resource-error', {}, limit)).toMatchObject({ data: { uri: 'fixture://none' } });
  });

  test('a result that violates its schema by a catastrophic pattern is recorded at once', async () => {
    const session = await openOk(fixture('catastrophic-pattern.mjs'));
    expect(await callTool(session, 'match', {}, limit)).toMatchObject({
      kind: 'result',
      result: { structuredContent: { value: expect.stringMatching(/!$/) } },
    });
  });

  test('requests of the server are refused, pings answered', async () => {
    const session = await openOk(fixture('asks-for-sampling.mjs'));
    const outcome = await callTool(session, 'ask', {}, limit);
    expect(JSON.parse(textOf(outcome))).toEqual({
      'of-roots/list': -32601,
      'of-sampling/createMessage': -32601,
      'of-elicitation/create': -32601,
      'of-made/up': -32601,
      'of-ping': 'result',
    });
    expect(outcome).toMatchObject({
      heard: {
        requests: ['roots/list', 'sampling/createMessage', 'elicitation/create', 'made/up'].map((method) => ({
          method,
          answered: false,
        })),
      },
    });
    expect(session.findings()).toMatchObject([{ check: 'client-capabilities' }]);
  });

  test('a server that ignores SIGTERM and the end of stdin is killed', async () => {
    const server = fixture('ignores-sigterm-and-stdin-close.mjs');
    const session = await openOk(server, { stopTimeoutMs: 300 });
    await session.close();
    expect(await server.leftovers()).toEqual([]);
  });

  test('a process left behind that holds the pipes does not hold close()', async () => {
    const server = fixture('leaves-children-behind.mjs');
    const session = await openOk(server, { stopTimeoutMs: 300 });
    const outcome = await callTool(session, 'leave', {}, limit);
    await session.close();
    // It is in a session of its own: only what holds the server (a container) can end it.
    expect(await server.leftovers()).toEqual([Number(textOf(outcome))]);
    process.kill(Number(textOf(outcome)), 'SIGKILL');
    await expect.poll(() => server.leftovers()).toEqual([]);
  });
});

describe('a server of the official SDK', () => {
  const sdkServer = () => fixture(new URL('fixtures/sdk-server.mjs', import.meta.url).href);

  test('is listed and called', async () => {
    const session = await openOk(sdkServer());
    expect(session.surface.protocol).toMatchObject({
      revision: '2025-11-25',
      era: 'legacy',
      serverInfo: { name: 'sdk-server', version: '0.0.1' },
      clientCapabilities: {},
      instructions: 'Add and greet.',
    });
    expect(session.surface.tools).toMatchObject([
      { name: 'add', title: 'Add', state: 'passed', outputSchema: { type: 'object' } },
      { name: 'slow', state: 'passed' },
    ]);
    expect(session.surface.prompts).toMatchObject([{ name: 'greet' }]);
    expect(session.surface.resources).toMatchObject([{ uri: 'fixture://one' }]);
    expect(await callTool(session, 'add', { a: 1, b: 2 }, limit)).toMatchObject({
      kind: 'result',
      result: { structuredContent: { sum: 3 } },
    });
    expect(await callTool(session, 'none', {}, limit)).toMatchObject({ kind: 'result', result: { isError: true } });
    expect(session.findings()).toEqual([]);
  });

  test('is told of a call that timed out', async () => {
    const session = await openOk(sdkServer());
    expect(await callTool(session, 'slow', { ms: 30_000 }, 200)).toMatchObject({ kind: 'timeout' });
    await expect.poll(() => session.stderrTail()).toBe('slow was cancelled');
    expect(await callTool(session, 'add', { a: 1, b: 2 }, limit)).toMatchObject({ kind: 'result' });
  });
});
