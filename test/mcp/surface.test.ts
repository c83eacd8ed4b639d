import { describe, expect, test } from 'vitest';
import { callTool, fixture, openOk } from './servers.ts';

describe('what a server offers', () => {
  test('all of a healthy one, with its facts', async () => {
    const session = await openOk(fixture('healthy.mjs'));
    const { protocol, tools, prompts, resources } = session.surface;
    expect(protocol).toEqual({
      revision: '2025-11-25',
      era: 'legacy',
      serverInfo: { name: 'healthy', version: '1.2.3', title: 'Healthy' },
      capabilities: { tools: {}, prompts: {}, resources: {} },
      clientCapabilities: {},
      instructions: 'Use echo to hear yourself.',
    });
    expect(tools.map((tool) => tool.name)).toEqual(['echo', 'add', 'fail', 'slow', 'big', 'crash', 'env']);
    expect(tools[0]).toEqual({
      name: 'echo',
      title: 'Echo',
      description: 'The tool echo.',
      inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
      outputSchema: null,
      annotations: { readOnlyHint: true },
      state: 'passed',
      problems: [],
    });
    expect(prompts).toMatchObject([{ name: 'greet' }]);
    expect(resources).toMatchObject([{ uri: 'fixture://one' }]);
    expect(session.timings.startMs).toBeGreaterThan(0);
    expect(session.timings.listMs).toBeGreaterThan(0);
  });

  test('pages are followed to the last', async () => {
    const session = await openOk(fixture('pages.mjs'));
    expect(session.surface.tools.map((tool) => tool.name)).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(session.findings()).toEqual([]);
  });

  test('pages without end are left after 200', async () => {
    const session = await openOk(fixture('endless-pages.mjs'));
    expect(session.surface.tools).toHaveLength(200);
    expect(session.findings()).toMatchObject([{ check: 'list-ends', message: expect.stringContaining('200 pages') }]);
  });

  test('a repeated cursor ends the list', async () => {
    const session = await openOk(fixture('repeated-cursor.mjs'));
    expect(session.surface.tools.map((tool) => tool.state)).toEqual(['passed', 'failed']);
    expect(session.findings()).toMatchObject([
      { check: 'list-ends', message: expect.stringContaining('"more" came twice') },
      { check: 'tool-definition', subject: 'tool:again' },
    ]);
  });

  test('10,000 tools are read, the next is not', async () => {
    const all = await openOk(fixture('many-tools.mjs'));
    expect(all.surface.tools).toHaveLength(10_000);
    expect(all.findings()).toEqual([]);
    const more = await openOk(fixture('many-tools.mjs', ['10001']));
    expect(more.surface.tools).toHaveLength(10_000);
    expect(more.findings()).toMatchObject([{ check: 'list-ends' }]);
  });

  test('a broken definition costs that tool only', async () => {
    const session = await openOk(fixture('broken-tool-in-list.mjs'));
    const seen = session.surface.tools.map(({ name, state, problems }) => [name, state, problems.join('; ')]);
    expect(seen).toEqual([
      ['good', 'passed', ''],
      ['no-schema', 'failed', 'inputSchema is missing'],
      ['schema-is-text', 'failed', 'inputSchema is a string instead of an object'],
      ['schema-without-type', 'failed', 'inputSchema has no type at its root; "object" was expected'],
      ['schema-of-array', 'failed', 'inputSchema has the type "array" at its root; "object" was expected'],
      ['', 'failed', 'name is empty'],
      ['', 'failed', 'name is a number instead of a string'],
      ['', 'failed', 'name is nothing instead of a string'],
      ['', 'failed', 'it is null instead of an object'],
      ['', 'failed', 'it is a string instead of an object'],
      ['good', 'failed', 'an earlier tool has the same name'],
      ['bad-output', 'failed', 'outputSchema is a string instead of an object'],
      ['huge', 'failed', expect.stringMatching(/^it is 11\d{5} bytes long/)],
      ['described-by-number', 'failed', 'description is a number instead of a string'],
      ['also-good', 'passed', ''],
    ]);
    expect(session.surface.tools[12]).toMatchObject({ description: null, inputSchema: null });
    expect(session.findings().map((finding) => finding.check)).toEqual(Array(13).fill('tool-definition'));
    expect(await callTool(session, 'good', {}, 20_000)).toMatchObject({ kind: 'result' });
  });

  test('capabilities that are declared and not served are reported', async () => {
    const session = await openOk(fixture('declares-unserved-resources.mjs'));
    expect(session.surface.tools).toHaveLength(1);
    expect(session.findings()).toMatchObject([
      { check: 'capability-served', message: expect.stringContaining('prompts/list') },
      { check: 'capability-served', message: expect.stringContaining('resources/list') },
    ]);
  });

  test('a tools/list that fails leaves the session open', async () => {
    const session = await openOk(fixture('list-fails.mjs'));
    expect(session.surface.tools).toEqual([]);
    expect(session.alive).toBe(true);
    expect(session.findings()).toMatchObject([
      { check: 'list-answered', severity: 'high', message: expect.stringContaining('-32603 "fetch failed"') },
    ]);
  });

  test('tools are asked for also where they are not declared', async () => {
    const serving = await openOk(fixture('no-tools-capability.mjs', ['serves']));
    expect(serving.surface.tools).toHaveLength(1);
    expect(serving.findings()).toMatchObject([{ check: 'capability-declared' }]);
    const empty = await openOk(fixture('no-tools-capability.mjs'));
    expect(empty.surface.tools).toEqual([]);
    expect(empty.findings()).toMatchObject([{ check: 'offers-something' }]);
  });
});
