import { afterAll, describe, expect, it } from 'vitest';
import { WorkflowResult } from '../../src/result/model.ts';
import { type FixtureCase, jobWith } from './fixtures.ts';
import { leftovers } from './leftovers.ts';
import type { Job } from './runner.ts';
import { ofTheMoment, withoutTheMoment } from './same-result.ts';

const times = 10;

const servers = {
  healthy: { program: 'healthy' },
  'exits-during-call': { program: 'exits-during-call', timeouts: { stop: '1s' } },
  // Nothing listens at the registry: infrastructure, and no verdict on the server.
  'not-to-be-had': { program: '', source: 'npm:not-to-be-had@1.0.0', command: ['not-to-be-had'], retries: 1 },
};
const on = (server: keyof typeof servers, id: string, tool: string, more: Partial<FixtureCase> = {}): FixtureCase => ({
  id,
  server,
  tool,
  ...more,
});
/** None about time: what was measured stands in its messages. */
const cases: readonly FixtureCase[] = [
  on('healthy', 'adds', 'add', { args: { a: 2, b: 3 }, expect: { contains: '5', jsonPath: { '$.sum': 5 } } }),
  on('healthy', 'adds-wrongly', 'add', { args: { a: 2, b: 3 }, expect: { contains: '6', equals: { sum: 6 } } }),
  on('healthy', 'fails-as-it-should', 'fail', { expect: { isError: true, matches: 'did not work' } }),
  on('healthy', 'unknown', 'ad', { expect: { isError: false } }),
  on('healthy', 'not-today', 'echo', { skip: 'waits for a decision' }),
  on('healthy', 'crashes', 'crash'),
  on('healthy', 'after-the-crash', 'echo', { args: { message: 'x' }, expect: { equals: 'x' } }),
  on('exits-during-call', 'leaves', 'leave'),
];

describe(`the same run, ${times} times`, () => {
  const jobs: Job[] = [];
  afterAll(() => jobs.forEach((job) => job.remove()));

  it('comes to the same verdict, and timings and ids aside to the same result', async () => {
    const found: { exitCode: number | null; result: WorkflowResult }[] = [];
    for (let n = 0; n < times; n++) {
      const job = jobWith(servers, cases, {
        inputs: { concurrency: '3' },
        env: { npm_config_registry: 'http://127.0.0.1:9/' },
      });
      jobs.push(job);
      const { exitCode } = await job.main();
      found.push({ exitCode, result: WorkflowResult.parse(job.readResult()) });
    }
    const [first, ...others] = found.map(({ exitCode, result }) => ({ exitCode, result: withoutTheMoment(result) }));
    for (const other of others) expect(other).toEqual(first);

    // The run is of the kind that was meant: every state is there.
    const [{ exitCode, result } = { exitCode: null, result: null }] = found;
    expect(exitCode).toBe(1);
    expect(result?.servers.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'healthy failed',
      'exits-during-call failed',
      'not-to-be-had error',
    ]);
    expect(result?.servers.flatMap((server) => server.cases.map(({ id, state }) => `${id} ${state}`))).toEqual([
      'adds passed',
      'adds-wrongly failed',
      'fails-as-it-should passed',
      'unknown failed',
      'not-today skipped',
      'crashes failed',
      'after-the-crash passed',
      'leaves failed',
    ]);
    expect(leftovers(jobs)).toEqual([]);
  });

  it('the fields that are left out are the ones of the moment, and there are such', () => {
    const result = jobs[0]?.readResult();
    const keys = new Set<string>();
    JSON.stringify(result, (key, value: unknown) => {
      keys.add(key);
      return value;
    });
    expect(ofTheMoment.filter((key) => !keys.has(key))).toEqual([]);
  });
});
