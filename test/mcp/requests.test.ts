import { describe, expect, test } from 'vitest';
import type { Session } from '../../src/mcp/model.ts';
import { callTool, fixture, openOk, textOf } from './servers.ts';

const limit = 20_000;
const talkative = () => fixture('sdk/v1-stdio.mjs');
const asked = async (session: Session, tool: string) => JSON.parse(textOf(await callTool(session, tool, {}, limit)));

describe('what a case may ask besides tools', () => {
  test('prompts, resources, completions', async () => {
    const session = await openOk(talkative());
    const prompt = { name: 'greet', arguments: { name: 'Ada' } };
    expect(await session.request({ method: 'prompts/get', params: prompt }, limit)).toMatchObject({
      result: { messages: [{ content: { text: 'Hello Ada' } }] },
    });
    expect(
      await session.request({ method: 'resources/read', params: { uri: 'fixture://any/7' } }, limit),
    ).toMatchObject({ result: { contents: [{ text: '7' }] } });
    const params = { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'name', value: 'A' } };
    expect(await session.request({ method: 'completion/complete', params }, limit)).toMatchObject({
      result: { completion: { values: ['Ada'] } },
    });
    expect(await session.request({ method: 'prompts/get', params: { name: 'none' } }, limit)).toMatchObject({
      kind: 'protocolError',
      code: -32602,
    });
  });

  test('lists, all pages as one result', async () => {
    const session = await openOk(fixture('pages.mjs'));
    const outcome = await session.request({ method: 'list', list: 'tools' }, limit);
    expect(outcome).toMatchObject({ kind: 'result', durationMs: expect.any(Number) });
    expect(outcome.kind === 'result' && outcome.result['tools']).toHaveLength(5);
    expect(await session.request({ method: 'list', list: 'resourceTemplates' }, limit)).toMatchObject({
      kind: 'protocolError',
      code: -32601,
    });
  });

  test('a list without end is bounded and noticed once', async () => {
    const session = await openOk(fixture('endless-pages.mjs'));
    const before = session.findings();
    const ask = () => session.request({ method: 'list', list: 'tools' }, limit);
    const outcome = await ask();
    await ask();
    expect(outcome.kind === 'result' && outcome.result['tools']).toHaveLength(200);
    expect(session.findings()).toHaveLength(before.length + 1);
  });

  test('resource templates stand in the surface', async () => {
    const session = await openOk(talkative());
    expect(session.surface.resourceTemplates).toMatchObject([{ uriTemplate: 'fixture://any/{id}' }]);
    expect(session.findings()).toEqual([]);
  });
});

describe('what is heard during a call', () => {
  test('its progress and the log, each in order', async () => {
    const session = await openOk(talkative());
    expect(await callTool(session, 'work', { steps: 3 }, limit)).toMatchObject({
      heard: {
        progress: [{ progress: 1 }, { progress: 2 }, { progress: 3 }],
        logs: [{ level: 'debug', data: 'step 1' }, { data: 'step 2' }, { data: 'step 3' }],
        requests: [],
      },
    });
    expect(await callTool(session, 'add', { a: 1, b: 1 }, limit)).toMatchObject({ heard: { progress: [], logs: [] } });
  });
});

describe('what the client answers', () => {
  test('is declared exactly by what is given', async () => {
    const none = await openOk(talkative());
    expect(none.surface.protocol.clientCapabilities).toEqual({});
    expect(await asked(none, 'elicit')).toContain('Method not found');
    expect(none.findings()).toMatchObject([{ check: 'client-capabilities', evidence: ['elicitation/create'] }]);
    const all = await openOk(talkative(), { client: { elicitation: [], sampling: [], roots: [] } });
    expect(all.surface.protocol.clientCapabilities).toEqual({ elicitation: {}, sampling: {}, roots: {} });
  });

  test('is given one after another, the last one again and again', async () => {
    const client = {
      elicitation: [{ action: 'accept', content: { name: 'Ada' } }, { action: 'cancel' }],
      sampling: [{ text: 'Hm.', model: 'none' }],
      roots: [{ uri: 'file:///work', name: 'work' }],
    } as const;
    const session = await openOk(talkative(), { client });
    expect(await asked(session, 'elicit')).toEqual({ action: 'accept', content: { name: 'Ada' } });
    expect(await asked(session, 'elicit')).toEqual({ action: 'cancel' });
    expect(await asked(session, 'elicit')).toEqual({ action: 'cancel' });
    expect(await asked(session, 'sample')).toMatchObject({ model: 'none', content: { type: 'text', text: 'Hm.' } });
    expect(await asked(session, 'roots')).toEqual({ roots: [{ uri: 'file:///work', name: 'work' }] });
    session.answerWith({ elicitation: [{ action: 'accept', content: { name: 'Bob' } }] });
    expect(await callTool(session, 'elicit', {}, limit)).toMatchObject({
      result: { content: [{ text: '{"action":"accept","content":{"name":"Bob"}}' }] },
      heard: { requests: [{ method: 'elicitation/create', answered: true }] },
    });
    expect(await asked(session, 'sample')).toContain('rejected');
    expect(session.findings()).toEqual([]);
  });

  test('empty lists decline, and a page to visit is never filled in', async () => {
    const session = await openOk(talkative(), { client: { elicitation: [], sampling: [] } });
    expect(await asked(session, 'elicit')).toEqual({ action: 'decline' });
    expect(await asked(session, 'sample')).toContain('User rejected sampling request');
    session.answerWith({ elicitation: [{ action: 'accept', content: { name: 'Ada' } }] });
    expect(await asked(session, 'visit')).toEqual({ action: 'decline' });
    session.answerWith({ elicitation: [{ action: 'accept' }] });
    expect(await asked(session, 'visit')).toEqual({ action: 'accept' });
  });
});
