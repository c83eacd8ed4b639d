import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ServerResult, WorkflowResult } from '../../src/result/model.ts';
import { leftovers } from './leftovers.ts';
import { freePort, installPlainServers, type PlainServers } from './plain-servers.ts';
import { createJob, type Job, type Stage } from './runner.ts';

/** Servers that people use, over each transport and in each era that they speak. They come from the npm registry. */

const everything = '@modelcontextprotocol/server-everything@2026.8.31';
const context7 = '@upstash/context7-mcp@4.1.1';
const playwright = '@playwright/mcp@0.0.83';
const legacy = { era: 'legacy', revision: '2025-11-25' };
const modern = { era: 'modern', revision: '2026-07-28' };

type Case = Record<string, unknown>;
const sums: Case = { id: 'sums', tool: 'get-sum', args: { a: 2, b: 3 }, expect: { contains: 'is 5' } };
const lists = (count: number): Case => ({ id: 'lists', list: 'tools', expect: { minItems: count, maxItems: count } });
/** SDK 2 says by the protocol what SDK 1 says by a result. */
const unknownTool: Case = { id: 'unknown-tool', tool: 'no-such-tool', expect: { protocolError: { code: -32602 } } };
/** Debian has no Chrome, and the sandbox would not show the machine's own. */
const noBrowser: Case = {
  id: 'has-no-browser',
  tool: 'browser_navigate',
  args: { url: 'about:blank' },
  expect: { isError: true, contains: 'chrome' },
};

/** What server-everything has besides tools, and what it asks its client for. */
const everythingElse: readonly Case[] = [
  { id: 'prompts', prompt: 'args-prompt', args: { city: 'Oslo' }, expect: { contains: 'Oslo' } },
  { id: 'completes', complete: { prompt: 'completable-prompt', argument: 'department', value: 'E' } },
  {
    id: 'reads',
    steps: [
      { list: 'resources', expect: { minItems: 1 }, capture: { uri: '$[0].uri' } },
      { resource: '{{uri}}', expect: { notEmpty: true } },
    ],
  },
  {
    id: 'tells-progress',
    tool: 'trigger-long-running-operation',
    args: { duration: 1, steps: 2 },
    expect: { progress: { min: 2 } },
  },
  {
    id: 'elicits',
    tool: 'trigger-elicitation-request',
    client: { elicitation: { action: 'accept', content: { name: 'Ada Lovelace' } } },
    expect: { contains: 'Ada Lovelace' },
  },
  {
    id: 'samples',
    tool: 'trigger-sampling-request',
    args: { prompt: 'Say something.', maxTokens: 20 },
    client: { sampling: { text: 'said by nobody', model: 'none' } },
    expect: { contains: 'said by nobody' },
  },
];

function configuration(servers: Record<string, object>, cases: Record<string, readonly Case[]>): string {
  const all = Object.entries(cases).flatMap(([server, list]) =>
    list.map((each) => ({ ...each, id: `${server}-${String(each['id'])}`, server })),
  );
  return stringify({ version: 1, servers, cases: all }, { aliasDuplicateObjects: false });
}

const inSandbox = {
  everything: { source: `npm:${everything}` },
  'everything-http': {
    source: `npm:${everything}`,
    args: ['streamableHttp'],
    env: { PORT: '3001' },
    transport: { http: { port: 3001, path: '/mcp' } },
  },
  context7: { source: `npm:${context7}` },
  'context7-modern': { source: `npm:${context7}`, protocol: 'modern' },
  'context7-http': {
    source: `npm:${context7}`,
    args: ['--transport', 'http', '--port', '3002'],
    transport: { http: { port: 3002, path: '/mcp' } },
    protocol: 'modern',
  },
  playwright: { source: `npm:${playwright}` },
  'playwright-http': {
    source: `npm:${playwright}`,
    args: ['--headless', '--port', '3003'],
    transport: { http: { port: 3003, path: '/mcp' } },
  },
};

const expected: Record<string, { transport: string; protocol: object; tools: number }> = {
  everything: { transport: 'stdio', protocol: legacy, tools: 13 },
  'everything-http': { transport: 'http', protocol: legacy, tools: 13 },
  context7: { transport: 'stdio', protocol: legacy, tools: 2 },
  'context7-modern': { transport: 'stdio', protocol: modern, tools: 2 },
  'context7-http': { transport: 'http', protocol: modern, tools: 2 },
  playwright: { transport: 'stdio', protocol: legacy, tools: 25 },
  'playwright-http': { transport: 'http', protocol: legacy, tools: 25 },
  'everything-remote': { transport: 'remote', protocol: legacy, tools: 13 },
  'context7-remote': { transport: 'remote', protocol: legacy, tools: 2 },
  'context7-remote-modern': { transport: 'remote', protocol: modern, tools: 2 },
  'playwright-remote': { transport: 'remote', protocol: legacy, tools: 25 },
};

/** All of a server's cases that are not as they should be, with the reason, so that a failure tells what it is. */
const troubles = ({ cases }: ServerResult) =>
  cases.filter(({ state }) => state !== 'passed').map(({ id, state, reason }) => `${id} ${state}: ${reason}`);

function itShowsWhatTheyAre(names: readonly string[], result: () => WorkflowResult): void {
  it.each(names)('%s passes', (name) => {
    const server = result().servers.find((each) => each.name === name);
    if (server === undefined) throw new Error(`${name} is not in the result`);
    const { transport, protocol, tools } = expected[name] ?? {};
    expect(troubles(server)).toEqual([]);
    expect(server).toMatchObject({ state: 'passed', reason: null, startup: { outcome: 'ok' }, transport, protocol });
    expect(server.tools).toHaveLength(tools ?? 0);
    expect(server.cases.length).toBeGreaterThan(0);
  });
}

describe('real servers in the sandbox', () => {
  let job: Job;
  let main: Stage;
  let result: WorkflowResult;

  beforeAll(async () => {
    const config = configuration(inSandbox, {
      everything: [lists(13), sums, ...everythingElse],
      'everything-http': [lists(13), sums, ...everythingElse],
      context7: [lists(2), unknownTool],
      'context7-modern': [lists(2), unknownTool],
      'context7-http': [lists(2), unknownTool],
      playwright: [lists(25), noBrowser],
      'playwright-http': [lists(25), noBrowser],
    });
    job = createJob({ files: { '.github/mcp-workflow.yml': config }, inputs: { concurrency: '2' } });
    main = await job.main();
    result = WorkflowResult.parse(job.readResult());
  });
  afterAll(() => job.remove());

  itShowsWhatTheyAre(Object.keys(inSandbox), () => result);

  it('the run passes, and leaves nothing', () => {
    expect(main.outputs).toMatchObject({ conclusion: 'passed', failed: '0', errors: '0', skipped: '0' });
    expect(main.exitCode).toBe(0);
    expect(main.strayCommands).toEqual([]);
    expect(leftovers([job])).toEqual([]);
  });
});

describe('real servers by their address', () => {
  const names = Object.keys(expected).filter((name) => name.includes('remote'));
  let plain: PlainServers;
  let job: Job;
  let result: WorkflowResult;
  let address: Record<'everything' | 'context7' | 'playwright' | 'nobody', string>;
  const remote = (url: string, more: object = {}) => ({ source: url, allowInsecure: true, ...more });

  beforeAll(async () => {
    plain = installPlainServers([everything, context7, playwright]);
    const at = (port: number, host = '127.0.0.1') => `http://${host}:${port}`;
    address = {
      everything: at(
        await plain.start(
          'mcp-server-everything',
          () => ['streamableHttp'],
          (port) => ({ PORT: String(port) }),
        ),
      ),
      context7: at(await plain.start('context7-mcp', (port) => ['--transport', 'http', '--port', String(port)])),
      // It answers to the name that it listens under, and to no other.
      playwright: at(
        await plain.start('playwright-mcp', (port) => ['--headless', '--port', String(port)]),
        'localhost',
      ),
      nobody: at(await freePort()),
    };
    const servers = {
      'everything-remote': remote(`${address.everything}/mcp`),
      'context7-remote': remote(`${address.context7}/mcp`),
      'context7-remote-modern': remote(`${address.context7}/mcp`, { protocol: 'modern' }),
      'playwright-remote': remote(`${address.playwright}/mcp`),
      'wrong-path': remote(`${address.everything}/elsewhere`),
      nobody: remote(`${address.nobody}/mcp`, { timeouts: { start: '3s' } }),
    };
    const config = configuration(servers, {
      'everything-remote': [lists(13), sums, ...everythingElse],
      'context7-remote': [lists(2), unknownTool],
      'context7-remote-modern': [lists(2), unknownTool],
      'playwright-remote': [lists(25)],
    });
    job = createJob({ files: { '.github/mcp-workflow.yml': config } });
    await job.main();
    result = WorkflowResult.parse(job.readResult());
  });
  afterAll(async () => {
    job.remove();
    await plain.close();
  });
  const server = (name: string) => result.servers.find((each) => each.name === name);

  itShowsWhatTheyAre(names, () => result);

  it('a path at which none is served fails as not_mcp, with the address', () => {
    expect(server('wrong-path')).toMatchObject({
      state: 'failed',
      startup: { outcome: 'not_mcp', advice: expect.stringContaining(`${address.everything}/elsewhere`) },
    });
  });

  it('an address at which nobody listens is unreachable, and no verdict on the server', () => {
    expect(server('nobody')).toMatchObject({
      state: 'error',
      startup: { outcome: 'unreachable', advice: expect.stringContaining('ECONNREFUSED') },
    });
  });

  it('leaves nothing', () => {
    expect(leftovers([job])).toEqual([]);
  });
});
