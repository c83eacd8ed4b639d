import { describe, expect, test, vi } from 'vitest';
import { callTool, fixture, memoryGrowth, openOk, openRefused } from './servers.ts';

const limit = 30_000;
const memoryLimit = 200 * 1024 * 1024;

describe('stdout that carries more than messages', () => {
  test('a banner before the handshake is survived and reported', async () => {
    const session = await openOk(fixture('garbage-before-json.mjs'));
    expect(await callTool(session, 'echo', { message: 'x' }, limit)).toMatchObject({ kind: 'result' });
    expect(session.findings()).toMatchObject([
      {
        check: 'stdout-clean',
        evidence: ['> fixture@1.0.0 start', '  Welcome to the fixture!', '{"level":"info","msg":"started"}'],
        message: expect.stringContaining('4 lines'),
      },
    ]);
  });

  test('lines between answers are survived, CRLF and batches too', async () => {
    const session = await openOk(fixture('garbage-between-json.mjs'));
    expect(session.findings()).toEqual([]);
    expect(await callTool(session, 'noisy', {}, limit)).toMatchObject({ kind: 'result' });
    expect(session.findings()).toMatchObject([{ message: expect.stringContaining('5 lines') }]);
  });

  test('answers glued to other text end in stdout_polluted', async () => {
    const { startup, findings } = await openRefused(fixture('glued-garbage.mjs'), { startTimeoutMs: 1500 });
    expect(startup.outcome).toBe('stdout_polluted');
    expect(startup.advice).toContain('Handling request...');
    expect(findings).toMatchObject([{ check: 'stdout-clean' }]);
  });

  test('workflow commands stay data', async () => {
    const lines: string[] = [];
    const session = await openOk(fixture('prints-workflow-commands.mjs'), { onStderr: (line) => lines.push(line) });
    expect(session.surface.tools.map((tool) => tool.name)).toContain('::error::tool name\n##[error]second line');
    expect(session.findings()).toMatchObject([{ check: 'stdout-clean', evidence: { 0: '::error::from the server' } }]);
    expect(lines.every((line) => !/[\r\n]/.test(line))).toBe(true);
    expect(lines).toContain('::error::after a carriage return');
  });

  test('answers under other ids are ignored and counted', async () => {
    const session = await openOk(fixture('wrong-ids.mjs'));
    expect(session.surface.tools).toMatchObject([{ name: 'one' }]);
    expect(await callTool(session, 'one', {}, limit)).toMatchObject({ result: { content: [{ text: 'right' }] } });
    // The last of them may still be under way when the call has its answer.
    await vi.waitFor(() => {
      expect(session.findings()).toMatchObject([{ check: 'answer-ids', message: expect.stringMatching(/^9 answers/) }]);
    });
  });

  test('ids given back as strings are understood and reported', async () => {
    const session = await openOk(fixture('wrong-ids.mjs', ['strings']));
    expect(await callTool(session, 'one', {}, limit)).toMatchObject({ kind: 'result' });
    expect(session.findings()).toMatchObject([
      { check: 'answer-ids', message: expect.stringContaining('as a string') },
    ]);
  });

  test('answers under wrong ids only are no answers', async () => {
    const { startup, findings } = await openRefused(fixture('wrong-ids.mjs', ['none']), { startTimeoutMs: 1500 });
    expect(startup.outcome).toBe('init_timeout');
    expect(findings).toMatchObject([{ check: 'answer-ids' }]);
  });

  test('bytes that are no UTF-8 are survived and reported, characters in pieces are whole', async () => {
    const session = await openOk(fixture('invalid-utf8.mjs'));
    expect(await callTool(session, 'pieces', {}, limit)).toMatchObject({ result: { content: [{ text: 'grüße 🎉' }] } });
    expect(session.findings()).toEqual([]);
    expect(await callTool(session, 'invalid', {}, limit)).toMatchObject({ kind: 'result' });
    expect(session.findings()).toMatchObject([{ check: 'stdout-utf8' }]);
  });
});

describe('floods', () => {
  test.for([['lines'], ['no-newline']])(
    'stdout flooded at the start (%s) ends the session in flat memory',
    async (args) => {
      const growth = await memoryGrowth(async () => {
        const { startup } = await openRefused(fixture('floods-stdout.mjs', args));
        expect(startup).toMatchObject({
          outcome: 'stdout_polluted',
          advice: expect.stringMatching(/flooded stdout|16 MiB on stdout/),
        });
      });
      expect(growth).toBeLessThan(memoryLimit);
    },
  );

  test.for([
    ['call', 'lines'],
    ['call', 'no-newline'],
  ])('stdout flooded by a call (%s %s) breaks the call', async (args) => {
    const session = await openOk(fixture('floods-stdout.mjs', args));
    const growth = await memoryGrowth(async () => {
      const outcome = await callTool(session, 'flood', {}, limit);
      expect(JSON.stringify(outcome)).toMatch(/flooded stdout|longer than 16 MiB|more than 16 MiB/);
    });
    await expect.poll(() => session.alive).toBe(false);
    expect(growth).toBeLessThan(memoryLimit);
  });

  test('a line of 100 MB breaks what waits for it, in flat memory', async () => {
    const session = await openOk(fixture('one-huge-line.mjs', ['100']));
    const growth = await memoryGrowth(async () => {
      expect(await callTool(session, 'huge', {}, limit)).toMatchObject({
        kind: 'protocolError',
        code: 0,
        message: expect.stringContaining('more than 16 MiB'),
      });
      await expect.poll(() => session.alive).toBe(false);
    });
    expect(growth).toBeLessThan(memoryLimit);
    expect(await callTool(session, 'small', {}, limit)).toMatchObject({
      kind: 'closed',
      reason: expect.stringContaining('flooded stdout'),
    });
  });

  test('a line of 30 MB costs its call only', async () => {
    const session = await openOk(fixture('one-huge-line.mjs', ['30']));
    expect(await callTool(session, 'huge', {}, limit)).toMatchObject({ kind: 'protocolError', code: 0 });
    expect(await callTool(session, 'small', {}, limit)).toMatchObject({ kind: 'result' });
    expect(session.findings()).toMatchObject([{ check: 'stdout-clean' }, { check: 'stdout-line-length' }]);
  });

  test('many valid notifications are no flood', async () => {
    const session = await openOk(fixture('floods-stdout-with-messages.mjs'));
    const outcome = await callTool(session, 'chat', {}, limit);
    expect(outcome.kind === 'result' && outcome.heard.logs).toHaveLength(1000);
    expect(session.findings()).toMatchObject([{ check: 'notifications-bounded', severity: 'info' }]);
  });

  test.for([['lines'], ['no-newline']])(
    '1 GB on stderr (%s) disturbs no call and is forwarded in bounds',
    async (args) => {
      let lines = 0;
      let bytes = 0;
      const onStderr = (line: string) => {
        lines++;
        bytes += line.length;
      };
      const session = await openOk(fixture('floods-stderr.mjs', args), { onStderr, stopTimeoutMs: 200 });
      const growth = await memoryGrowth(async () => {
        for (let call = 0; call < 20; call++) {
          expect(await callTool(session, 'echo', { message: 'x' }, limit)).toMatchObject({ kind: 'result' });
        }
      });
      expect(growth).toBeLessThan(memoryLimit);
      expect(lines).toBeLessThanOrEqual(10_000);
      expect(bytes).toBeLessThan(5 * 1024 * 1024);
      expect(Buffer.byteLength(session.stderrTail())).toBeLessThanOrEqual(9 * 1024);
    },
  );

  test('a server that asks without end and reads no answer is ended', async () => {
    const session = await openOk(fixture('stops-reading-stdin.mjs'));
    const growth = await memoryGrowth(async () => {
      expect(await callTool(session, 'ask', {}, limit)).toMatchObject({
        kind: 'closed',
        reason: expect.stringContaining('does not read its stdin'),
      });
    });
    expect(growth).toBeLessThan(memoryLimit);
  });
});
