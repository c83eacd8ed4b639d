import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectPodman } from '../../src/sandbox/preflight.ts';
import { checkSeen } from './hostile/check.ts';
import { endlessServers as servers } from './hostile/endless.ts';
import { type HostileRun, runAlone, runHostile } from './hostile/run.ts';
import { leftovers } from './leftovers.ts';
import { withoutTheMoment } from './same-result.ts';

const { controllers } = await inspectPodman();
const held = ['memory', 'pids'].every((controller) => controllers.has(controller));
const options = { pauses: 25 };

/** Elsewhere they would take the machine. */
describe.skipIf(!held)('servers without end, where memory and processes are limited', () => {
  let run: HostileRun;
  let after: HostileRun;

  beforeAll(async () => {
    run = await runHostile(servers, options);
    after = await runAlone(options);
  });
  afterAll(() => {
    run.job.remove();
    after.job.remove();
  });

  it.each(servers)('$name is seen as it is said', (row) => {
    expect(run.result.host.limits).toMatchObject({ memory: 'enforced', pids: 'enforced' });
    checkSeen(row, run.server(row.name), run.result.host.limits);
  });

  it('the results of a healthy server beside them are what they are in a run of its own afterwards', () => {
    const untouched = withoutTheMoment(run.server('healthy'));
    expect(untouched).toEqual(withoutTheMoment(after.server('healthy')));
    expect(untouched).toMatchObject({ state: 'passed', startup: { outcome: 'ok' } });
  });

  it('nothing is left, before post and after it', async () => {
    const jobs = [run.job, after.job];
    expect(leftovers(jobs)).toEqual([]);
    const post = await run.job.post();
    expect(post.exitCode).toBe(0);
    expect(leftovers(jobs)).toEqual([]);
  });
});
