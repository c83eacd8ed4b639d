import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeImages } from '../podman/test-image.ts';
import { checkSeen } from './hostile/check.ts';
import { installServers as servers } from './hostile/install.ts';
import { type HostileRun, imageTag, runHostile, secondsAllowed, secondsInAll } from './hostile/run.ts';
import { leftovers } from './leftovers.ts';
import { type Registry, startRegistry } from './registry.ts';

const mostMemory = 300 * 1024 ** 2;

describe('hostile packages, folders, bundles and images, three at a time beside a healthy server, in one run', () => {
  let registry: Registry;
  let run: HostileRun;

  beforeAll(async () => {
    registry = await startRegistry(servers.flatMap(({ from }) => ('published' in from ? [from.published] : [])));
    run = await runHostile(servers, { pauses: 15, env: { npm_config_registry: registry.url } });
  });
  afterAll(async () => {
    run.job.remove();
    await registry.close();
    await removeImages(servers.map(imageTag));
  });

  it.each(servers)('one that $does is seen as it is said, within its limits of time', (row) => {
    const server = run.server(row.name);
    checkSeen(row, server, run.result.host.limits);
    expect(server.durationMs).toBeLessThan((secondsAllowed(row) + 20) * 1000);
  });

  it('the healthy server is untouched by all of them', () => {
    const { state, reason, cases, findings } = run.server('healthy');
    expect({ state, reason, findings }).toEqual({ state: 'passed', reason: null, findings: [] });
    expect(cases.filter((each) => each.state !== 'passed')).toEqual([]);
  });

  it('the run ends within the sum of the limits divided by how many run at a time, plus 20 s', () => {
    expect(run.main.durationMs).toBeLessThan(secondsInAll(servers) * 1000);
  });

  it("the action's own memory stays below 300 MB", () => {
    expect(run.peakBytes).toBeLessThan(mostMemory);
  });

  it('nothing is left, before post and after it', async () => {
    expect(leftovers([run.job])).toEqual([]);
    const post = await run.job.post();
    expect(post.exitCode).toBe(0);
    expect(leftovers([run.job])).toEqual([]);
  });
});
