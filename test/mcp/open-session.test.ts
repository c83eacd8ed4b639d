import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { clientInfo } from '../../src/mcp/client-info.ts';
import { openSession } from '../../src/mcp/open-session.ts';
import { startPiped } from '../../src/process/run.ts';
import { fixture, openOk, openRefused, options } from './servers.ts';

const short = { startTimeoutMs: 1500 };

describe('starts that end in no session', () => {
  test.for([
    ['needs-env.mjs', 'needs_env', /EXAMPLE_API_KEY and EXAMPLE_TEAM_ID.*`env`/, 1],
    ['needs-args.mjs', 'needs_args', /provide a database URL.*`args`/, 1],
    ['needs-service.mjs', 'needs_service', /ECONNREFUSED.*sandbox has no network/, 1],
    ['exits-at-once.mjs', 'crashed', /exited with code 0.*without a word.*`args`/, 0],
    ['exits-with-message.mjs', 'crashed', /exited with code 1.*The moon is in the wrong phase/, 1],
    ['exits-after-initialize.mjs', 'crashed', /exited with code 4.*That was all/, 4],
  ] as const)('%s: %s', async ([file, outcome, advice, exitCode]) => {
    const { startup } = await openRefused(fixture(file));
    expect(startup).toMatchObject({ outcome, advice: expect.stringMatching(advice), exitCode, signal: null });
    expect(startup.attempts).toEqual([{ durationMs: expect.any(Number), error: startup.advice }]);
  });

  test('one that never answers is quoted and ended', async () => {
    const { startup } = await openRefused(fixture('never-answers.mjs'), short);
    expect(startup).toMatchObject({
      outcome: 'init_timeout',
      advice: expect.stringMatching(/within 1.5 s.*Waiting for something that never comes.*`timeouts.start`/),
      stderrTail: 'Waiting for something that never comes',
      exitCode: null,
    });
  });

  test('one that serves HTTP instead', async () => {
    const { startup } = await openRefused(fixture('serves-http-only.mjs'), { ...short, stopTimeoutMs: 200 });
    expect(startup).toMatchObject({ outcome: 'init_timeout', advice: expect.stringMatching(/HTTP server.*--stdio/) });
    const session = await openOk(fixture('serves-http-only.mjs', ['--stdio']));
    expect(session.surface.tools).toHaveLength(1);
  });

  test('what it wants makes it start', async () => {
    const env = { EXAMPLE_API_KEY: 'k', EXAMPLE_TEAM_ID: 't' };
    expect((await openOk(fixture('needs-env.mjs', [], env))).surface.tools).toHaveLength(1);
    expect((await openOk(fixture('needs-args.mjs', ['x']))).surface.tools).toHaveLength(1);
  });

  test('a program that does not exist, and a start that throws, are no verdict on the server', async () => {
    const absent = await openSession(
      { kind: 'stdio', start: () => startPiped('/nonexistent/program', [], {}) },
      options(),
    );
    expect(absent).toMatchObject({
      ok: false,
      startup: { outcome: 'unreachable', advice: expect.stringContaining('ENOENT') },
    });
    const start = () => {
      throw new Error('no room');
    };
    const thrown = await openSession({ kind: 'stdio', start }, options());
    expect(thrown).toMatchObject({
      ok: false,
      startup: { outcome: 'unreachable', advice: expect.stringContaining('no room') },
    });
  });

  test('an abort ends the start and is no verdict on the server', async () => {
    const controller = new AbortController();
    const opening = openRefused(fixture('never-answers.mjs'), { signal: controller.signal });
    await delay(200);
    controller.abort();
    expect((await opening).startup.outcome).toBe('unreachable');
    const late = await openRefused(fixture('healthy.mjs'), { signal: controller.signal });
    expect(late.startup.outcome).toBe('unreachable');
  });
});

const info = { name: 'x', version: '1' };
const revision = '2025-11-25';

describe('strange answers to initialize', () => {
  test.for([
    [{ error: { code: -32600, message: 'Nope' } }, 'not_mcp', /error -32600 "Nope"/],
    [{ error: { code: -32022, message: 'Unsupported', data: { supported: [] } } }, 'not_mcp', /2026-07-28/],
    [{ error: { code: -32000, message: 'Unauthorized: please log in' } }, 'auth_required', /please log in/],
    [{ error: 'no' }, 'not_mcp', /a string as error/],
    [{ id: null, error: { code: -32700, message: 'Parse error' } }, 'not_mcp', /Parse error/],
    [{ result: null }, 'not_mcp', /null as result/],
    [{ result: 'hello' }, 'not_mcp', /a string as result/],
    [{ result: {} }, 'not_mcp', /nothing as `protocolVersion`/],
    [{ result: { protocolVersion: '2099-01-01', capabilities: {}, serverInfo: info } }, 'not_mcp', /"2099-01-01"/],
    [{ result: { protocolVersion: '2026-07-28', capabilities: {}, serverInfo: info } }, 'not_mcp', /"2026-07-28"/],
    [{ result: { protocolVersion: revision, serverInfo: info } }, 'not_mcp', /nothing as `capabilities`/],
    [{ result: { protocolVersion: revision, capabilities: {} } }, 'not_mcp', /nothing as `serverInfo`/],
    [
      { result: { protocolVersion: revision, capabilities: {}, serverInfo: { name: 'x' } } },
      'not_mcp',
      /serverInfo.version/,
    ],
    [
      { result: { protocolVersion: revision, capabilities: { tools: true }, serverInfo: info } },
      'not_mcp',
      /capabilities.tools/,
    ],
    [
      { result: { protocolVersion: revision, capabilities: { tools: { listChanged: 'yes' } }, serverInfo: info } },
      'not_mcp',
      /listChanged/,
    ],
    [{ jsonrpc: '1.0', result: {} }, 'not_mcp', /"jsonrpc": "2.0"/],
  ] as const)('%j: %s', async ([answer, outcome, advice]) => {
    const { startup } = await openRefused(fixture('initializes-strangely.mjs', [JSON.stringify(answer)]), short);
    expect(startup).toMatchObject({ outcome, advice: expect.stringMatching(advice) });
  });

  test('an odd _meta, unknown capabilities and an older revision are no reason to refuse', async () => {
    const result = {
      protocolVersion: '2024-11-05',
      capabilities: { tools: {}, unheardOf: {} },
      serverInfo: { ...info, extra: 1 },
      _meta: 5,
    };
    const session = await openOk(fixture('initializes-strangely.mjs', [JSON.stringify({ result })]));
    expect(session.surface.protocol).toMatchObject({
      revision: '2024-11-05',
      capabilities: { unheardOf: {} },
      serverInfo: { extra: 1 },
    });
  });

  test('facts larger than 64 KiB are cut', async () => {
    const result = {
      protocolVersion: revision,
      capabilities: { tools: {} },
      serverInfo: { ...info, extra: 'x'.repeat(70_000) },
    };
    const session = await openOk(fixture('initializes-strangely.mjs', [JSON.stringify({ result })]));
    expect(session.surface.protocol.serverInfo).toBeNull();
    expect(session.findings()).toMatchObject([{ check: 'initialize-size' }]);
  });
});

test('the client names itself by the version of the package', async () => {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(manifest).toMatchObject({ version: clientInfo.version });
});
