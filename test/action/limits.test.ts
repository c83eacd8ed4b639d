import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkflowResult } from '../../src/result/model.ts';
import { type FixtureServer, jobWith } from './fixtures.ts';
import { leftovers } from './leftovers.ts';
import type { Job } from './runner.ts';

const patient = { timeouts: { start: '120s', call: '120s' } };
const hog = (when: string): FixtureServer => ({
  program: 'exceeds-memory',
  args: ['320', when],
  resources: { memory: '160Mi', pids: 64 },
  ...patient,
});
const servers: Record<string, FixtureServer> = {
  healthy: { program: 'healthy', ...patient },
  'at-start': hog('at-start'),
  'in-call': hog('in-call'),
  'in-child': hog('in-child'),
  processes: { program: 'wants-many-processes', args: ['100'], resources: { pids: 64 }, ...patient },
};
const cases = [
  { id: 'adds', server: 'healthy', tool: 'add', args: { a: 2, b: 3 }, expect: { contains: '5' } },
  ...['at-start', 'in-call', 'in-child'].map((server) => ({ id: 'takes', server, tool: 'take' })),
  { id: 'is-well', server: 'in-child', tool: 'echo', args: { message: 'still here' }, expect: { contains: 'still' } },
  { id: 'starts', server: 'processes', tool: 'start', expect: { contains: 'of 100 started' } },
];

/** What holds depends on the machine: where no controller is delegated, the result says so, and nobody is blamed. */
describe('servers that want more than they were given', () => {
  let job: Job;
  let result: WorkflowResult;
  beforeAll(async () => {
    job = jobWith(servers, cases, { inputs: { concurrency: '2' } });
    await job.main();
    result = WorkflowResult.parse(job.readResult());
  });
  afterAll(() => job.remove());

  const server = (name: string) => {
    const found = result.servers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`${name} is not in the result`);
    return found;
  };
  const holds = (limit: 'memory' | 'pids') => result.host?.limits[limit] === 'enforced';
  const findings = (name: string) => server(name).findings.map(({ check }) => check);

  it('memory at the start: the sentence names the limit', () => {
    const sentence = /^crashed: The server exceeded 160 MiB of memory and was ended .*raise `resources\.memory`/u;
    const enforced = { state: 'failed', reason: expect.stringMatching(sentence) };
    expect(server('at-start')).toMatchObject(holds('memory') ? enforced : { state: 'passed', reason: null });
  });

  it('memory in a call: the case says so', () => {
    const [taken] = server('in-call').cases;
    expect(taken?.state).toBe(holds('memory') ? 'failed' : 'passed');
    const sentence = 'The server exceeded 160 MiB of memory and was ended during tools/call';
    expect(JSON.stringify(taken).includes(sentence)).toBe(holds('memory'));
  });

  it('memory of a child: the server goes on, and the finding tells why its child did not', () => {
    expect(server('in-child').cases.at(-1)).toMatchObject({ id: 'is-well', state: 'passed' });
    expect(findings('in-child').includes('memory-limit')).toBe(holds('memory'));
  });

  it.each(['in-call', 'in-child'])('the most that %s held is in the result where memory is counted', (name) => {
    const { peakMemory } = server(name);
    expect(peakMemory === null).toBe(!holds('memory'));
    const least = holds('memory') ? 100 * 1024 ** 2 : 0;
    expect(peakMemory ?? 0).toBeGreaterThanOrEqual(least);
    expect(peakMemory ?? 0).toBeLessThanOrEqual(160 * 1024 ** 2);
  });

  it('processes: no more than it may have are started, whoever counts them', () => {
    const [, started] = /(\d+) of 100 started/u.exec(JSON.stringify(server('processes').cases[0])) ?? [];
    expect(Number(started)).toBeGreaterThan(10);
    expect(Number(started)).toBeLessThan(64);
    expect(findings('processes').includes('process-limit')).toBe(holds('pids'));
  });

  it('a healthy server beside them is untouched, and nothing is left', async () => {
    expect(server('healthy')).toMatchObject({ state: 'passed', reason: null });
    await job.post();
    expect(leftovers([job])).toEqual([]);
  });
});
