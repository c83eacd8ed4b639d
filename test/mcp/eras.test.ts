import { describe, expect, test } from 'vitest';
import { callTool, fixture, open, openOk, openRefused, textOf } from './servers.ts';

const limit = 20_000;
const byHand = (mode: string) => fixture('modern-by-hand.mjs', [mode]);
const told = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('a server of the modern era only', () => {
  test('is found by a second process, of the official SDK', async () => {
    const server = fixture('sdk/v2-stdio.mjs', ['reject']);
    let starts = 0;
    const start = () => {
      starts++;
      return server.start();
    };
    const session = await openOk({ ...server, start });
    expect(starts).toBe(2);
    expect(session.surface.protocol).toMatchObject({
      revision: '2026-07-28',
      era: 'modern',
      serverInfo: { name: 'modern', version: '2.0.0' },
      capabilities: { tools: {} },
      clientCapabilities: {},
      instructions: 'Be modern.',
    });
    expect(session.surface.tools.map(({ name, state }) => [name, state])).toEqual([
      ['add', 'passed'],
      ['work', 'passed'],
      ['slow', 'passed'],
      ['elicit', 'passed'],
    ]);
    expect(session.surface.prompts).toMatchObject([{ name: 'greet' }]);
    expect(session.surface.resourceTemplates).toMatchObject([{ uriTemplate: 'fixture://any/{id}' }]);
    expect(await callTool(session, 'add', { a: 1, b: 2 }, limit)).toMatchObject({
      result: { structuredContent: { sum: 3 } },
    });
    expect(session.findings()).toEqual([]);
  });

  test('is found where it does not know initialize at all', async () => {
    const session = await openOk(byHand('plain'));
    expect(session.surface.protocol).toMatchObject({ era: 'modern', serverInfo: { name: 'by-hand' } });
    expect(session.surface.tools).toMatchObject([{ name: 'tell' }]);
    expect(session.findings()).toEqual([]);
  });

  test('both tries are told', async () => {
    const server = byHand('plain');
    const opened = await open(server);
    expect(opened).toMatchObject({
      ok: true,
      attempts: [{ error: expect.stringMatching(/`initialize`.*-32601/) }, { error: null }],
    });
  });

  test('sends no progress and no log unasked, and both where a case asks', async () => {
    const session = await openOk(fixture('sdk/v2-stdio.mjs'), { protocol: 'modern' });
    expect(await callTool(session, 'work', { steps: 2 }, limit)).toMatchObject({
      heard: {
        progress: [{ progress: 1 }, { progress: 2 }],
        logs: [
          { level: 'debug', data: 'step 1' },
          { level: 'debug', data: 'step 2' },
        ],
      },
    });
  });

  test('is told of a call that timed out', async () => {
    const session = await openOk(fixture('sdk/v2-stdio.mjs'), { protocol: 'modern' });
    expect(await callTool(session, 'slow', { ms: 30_000 }, 300)).toMatchObject({ kind: 'timeout' });
    await expect.poll(() => session.stderrTail()).toBe('slow was cancelled');
  });

  test('a server of both eras is spoken to in the one that is asked for', async () => {
    const both = () => fixture('sdk/v2-stdio.mjs');
    expect((await openOk(both())).surface.protocol).toMatchObject({ era: 'legacy', revision: '2025-11-25' });
    expect((await openOk(both(), { protocol: 'modern' })).surface.protocol).toMatchObject({ era: 'modern' });
  });
});

describe('eras that do not fit', () => {
  test('legacy only, and the server refuses', async () => {
    const { startup } = await openRefused(fixture('sdk/v2-stdio.mjs', ['reject']), { protocol: 'legacy' });
    expect(startup).toMatchObject({ outcome: 'not_mcp', advice: expect.stringMatching(/-32022.*`auto` or `modern`/) });
    expect(startup.attempts).toHaveLength(1);
  });

  test('modern only, and the server is of the years before', async () => {
    const { startup } = await openRefused(fixture(new URL('fixtures/sdk-server.mjs', import.meta.url).href), {
      protocol: 'modern',
    });
    expect(startup).toMatchObject({
      outcome: 'not_mcp',
      advice: expect.stringMatching(/`server\/discover`.*-32601.*`auto` or `legacy`/),
    });
  });

  test('a revision that nobody knows yet says more than a refused initialize', async () => {
    const { startup } = await openRefused(byHand('other-version'));
    expect(startup.advice).toMatch(/`server\/discover` with the protocol revisions "2027-01-01"/);
    expect(startup.attempts).toHaveLength(2);
  });

  test('a server that refuses everything is judged by its answer to initialize', async () => {
    const server = fixture('initializes-strangely.mjs', [JSON.stringify({ error: { code: -32601, message: 'No' } })]);
    const { startup } = await openRefused(server);
    expect(startup.advice).toMatch(/answered `initialize` with error -32601 "No"/);
    expect(startup.attempts).toMatchObject([
      { error: startup.advice },
      { error: expect.stringContaining('server/discover') },
    ]);
  });
});

describe('multi-round requests', () => {
  const client = { elicitation: [{ action: 'accept', content: { name: 'Ada' } }] } as const;

  test('are answered by what the case gives', async () => {
    const session = await openOk(byHand('asks'), { client });
    expect(session.surface.protocol.clientCapabilities).toEqual({ elicitation: {} });
    const outcome = await callTool(session, 'tell', {}, limit);
    expect(told(textOf(outcome))).toMatchObject({
      inputResponses: { who: { action: 'accept', content: { name: 'Ada' } } },
      requestState: 's',
    });
    expect(outcome).toMatchObject({ heard: { requests: [{ method: 'elicitation/create', answered: true }] } });
    expect(session.findings()).toEqual([]);
  });

  test('as the official SDK asks them', async () => {
    const session = await openOk(fixture('sdk/v2-stdio.mjs'), { protocol: 'modern', client });
    expect(textOf(await callTool(session, 'elicit', {}, limit))).toBe('{"name":"Ada"}');
    session.answerWith({ elicitation: [] });
    expect(textOf(await callTool(session, 'elicit', {}, limit))).toBe('"declined"');
  });

  test('that want nothing are asked again with their state', async () => {
    const session = await openOk(byHand('asks-again'));
    expect(told(textOf(await callTool(session, 'tell', {}, limit)))).toMatchObject({ requestState: 'state 2' });
  });

  test('end where no capability was declared, with a finding', async () => {
    const session = await openOk(byHand('asks-undeclared'), { client });
    expect(await callTool(session, 'tell', {}, limit)).toMatchObject({
      kind: 'protocolError',
      code: 0,
      message: expect.stringMatching(/sampling\/createMessage.*no capability/),
      heard: { requests: [{ method: 'sampling/createMessage', answered: false }] },
    });
    expect(session.findings()).toMatchObject([{ check: 'client-capabilities', severity: 'high' }]);
  });

  test('end after ten rounds', async () => {
    const session = await openOk(byHand('asks-forever'), { client });
    expect(await callTool(session, 'tell', {}, limit)).toMatchObject({
      kind: 'protocolError',
      message: expect.stringContaining('10 rounds'),
    });
  });
});

describe('what the modern era forbids or changes', () => {
  test('a request of the server is not answered, and noticed', async () => {
    const session = await openOk(byHand('sends-requests'), { client: { roots: [] } });
    expect(await callTool(session, 'tell', {}, limit)).toMatchObject({
      kind: 'result',
      heard: { requests: [{ method: 'roots/list', answered: false }] },
    });
    expect(session.findings()).toMatchObject([{ check: 'client-capabilities', evidence: ['roots/list'] }]);
  });

  test('results without a type are taken and noticed', async () => {
    const session = await openOk(byHand('untyped'));
    expect(await callTool(session, 'tell', {}, limit)).toMatchObject({ kind: 'result' });
    expect(session.findings()).toMatchObject([{ check: 'result-type' }]);
  });

  test('an empty cursor is followed', async () => {
    const session = await openOk(byHand('empty-cursor'));
    expect(session.surface.tools.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  test('every request carries who asks', async () => {
    const session = await openOk(byHand('plain'), { client: { roots: [] } });
    const { meta } = told(textOf(await callTool(session, 'tell', {}, limit)));
    expect(meta).toMatchObject({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'mcp-workflow-action' },
      'io.modelcontextprotocol/clientCapabilities': { roots: {} },
      progressToken: expect.any(Number),
    });
  });
});
