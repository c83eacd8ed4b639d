import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkflowResult } from '../../src/result/model.ts';
import { type FixtureServer, jobWith } from './fixtures.ts';
import { leftovers } from './leftovers.ts';
import { startRegistry } from './registry.ts';
import type { Job } from './runner.ts';

const names = ['one', 'two', 'three', 'four'];
const busy: Record<string, FixtureServer> = Object.fromEntries(names.map((name) => [name, { program: 'healthy' }]));
const slowCases = names.flatMap((name) =>
  [1, 2, 3].map((n) => ({ id: `slow-${n}`, server: name, tool: 'slow', args: { ms: 3000 } })),
);

describe('a run that is cut short', () => {
  let job: Job;
  afterEach(() => job.remove());

  // From before the first podman call to the middle of the cases.
  it.each([0.1, 0.4, 0.7, 1, 1.4, 1.8, 2.3, 3, 4, 5.5])(
    'leaves nothing after post when main is killed after %d s',
    async (seconds) => {
      job = jobWith(busy, slowCases);
      const running = job.start();
      await sleep(seconds * 1000);
      running.kill('SIGKILL');
      await running.done;
      const post = await job.post();
      expect(post.exitCode).toBe(0);
      expect(leftovers([job])).toEqual([]);
      const cleanup = JSON.parse(readFileSync(join(job.results, 'cleanup.json'), 'utf8'));
      expect(cleanup.operations.every((each: { success: boolean }) => each.success)).toBe(true);
    },
  );

  it('writes what is known within the time that a cancel gives, and leaves nothing after post', async () => {
    job = jobWith(busy, slowCases, { inputs: { concurrency: '4' } });
    const running = job.start();
    await running.logged('w04 discover');
    await sleep(1500);
    const started = performance.now();
    const main = await running.cancel();
    expect(performance.now() - started).toBeLessThan(7500);
    expect(main.signal).toBeNull();
    const result = WorkflowResult.parse(job.readResult());
    expect(result).toMatchObject({ complete: false, interruptedBy: 'SIGINT', conclusion: 'incomplete' });
    expect(result.servers.map((server) => server.state)).toEqual(names.map(() => 'skipped'));
    expect(result.servers.some((server) => server.tools.length > 0)).toBe(true);
    expect(main.summary).toContain('SIGINT');
    expect(main.outputs['conclusion']).toBe('incomplete');
    await job.post();
    expect(leftovers([job])).toEqual([]);
  });

  it('with eight servers at work at a time is written within the time that a cancel gives, too', async () => {
    const eight = Array.from({ length: 8 }, (_, n) => `server-${n}`);
    job = jobWith(
      Object.fromEntries(eight.map((name) => [name, { program: 'healthy' }])),
      eight.map((server) => ({ id: 'slow', server, tool: 'slow', args: { ms: 60_000 } })),
      { inputs: { concurrency: '8' } },
    );
    const running = job.start();
    for (const name of eight) await running.logged(`w04 discover ${name}`);
    const started = performance.now();
    const main = await running.cancel();
    expect(performance.now() - started).toBeLessThan(7500);
    expect(main.signal).toBeNull();
    const result = WorkflowResult.parse(job.readResult());
    expect(result.servers.map(({ state, tools }) => [state, tools.length > 0])).toEqual(
      eight.map(() => ['skipped', true]),
    );
    expect(main.summary).toContain('SIGINT');
    const post = await job.post();
    expect(post.durationMs).toBeLessThan(10_000);
    expect(leftovers([job])).toEqual([]);
  });

  it('is cut short while it installs, and leaves nothing', async () => {
    const registry = await startRegistry([
      {
        manifest: { name: 'waits', version: '1.0.0', bin: 'x.js', scripts: { postinstall: 'sleep 600' } },
        files: { 'x.js': '' },
      },
    ]);
    job = jobWith({ waits: { source: 'npm:waits@1.0.0' } }, [], { env: { npm_config_registry: registry.url } });
    const running = job.start();
    await running.logged('w02 install');
    await expect.poll(() => leftovers([job]).join('\n')).toContain('-scripts-');
    const main = await running.cancel();
    expect(main.signal).toBeNull();
    const [waits] = WorkflowResult.parse(job.readResult()).servers;
    expect(waits).toMatchObject({ state: 'skipped', reason: 'cut off by SIGINT during w02 install' });
    await job.post();
    expect(leftovers([job])).toEqual([]);
    await registry.close();
  });

  it('names what its own timeout cut off', async () => {
    job = jobWith(busy, slowCases, { inputs: { timeout: '6s' } });
    const main = await job.main();
    expect(main.exitCode).toBe(1);
    const result = WorkflowResult.parse(job.readResult());
    expect(result).toMatchObject({ complete: false, conclusion: 'incomplete' });
    expect(result.interruptedBy).toContain('timeout');
    expect(result.servers.find((server) => server.state === 'skipped')?.reason).toContain('timeout of 6 s');
    expect(leftovers([job])).toEqual([]);
  });

  it('keeps what was known in result.json when main is killed', async () => {
    job = jobWith({ quick: { program: 'healthy' }, ...busy }, slowCases, { inputs: { concurrency: '1' } });
    const running = job.start();
    // The second server is at work, so the first is known.
    await running.logged('w04 discover one');
    running.kill('SIGKILL');
    await running.done;
    const result = WorkflowResult.parse(job.readResult());
    expect(result.complete).toBe(false);
    expect(result.servers[0]).toMatchObject({ name: 'quick', state: 'passed' });
    await job.post();
  });
});

describe('machines that persist', () => {
  it('a later run removes what a dead one left, and leaves a run beside it alone', async () => {
    const dead = jobWith({ dead: { program: 'healthy' } }, [
      { id: 'slow', server: 'dead', tool: 'slow', args: { ms: 60_000 } },
    ]);
    const beside = jobWith(
      { beside: { program: 'healthy' } },
      [{ id: 'slow', server: 'beside', tool: 'slow', args: { ms: 9000 }, expect: { contains: '9000' } }],
      { stepId: 'beside' },
    );
    const killed = dead.start();
    await killed.logged('w04 discover');
    killed.kill('SIGKILL');
    await killed.done;
    expect(leftovers([dead])).not.toEqual([]);

    const running = beside.start();
    await running.logged('w04 discover');
    const late = jobWith({ late: { program: 'healthy' } }, [], { stepId: 'late' });
    const later = await late.main();
    expect(later.exitCode).toBe(0);

    const runOf = (job: Job) => WorkflowResult.parse(job.readResult()).workflowId;
    const left = leftovers([dead, late, beside]).join('\n');
    expect(left).not.toContain(runOf(dead));
    expect(left).not.toContain(runOf(late));
    expect(left).toContain(runOf(beside));

    const finished = await running.done;
    expect(finished.exitCode).toBe(0);
    expect(finished.outputs).toMatchObject({ conclusion: 'passed', passed: '1' });
    expect(leftovers([dead, beside, late])).toEqual([]);
    for (const job of [dead, beside, late]) job.remove();
  });

  it('post finds its run without any state, and no other', async () => {
    const mine = jobWith({ mine: { program: 'healthy' } }, [
      { id: 'slow', server: 'mine', tool: 'slow', args: { ms: 60_000 } },
    ]);
    const other = jobWith({ other: { program: 'healthy' } }, [
      { id: 'slow', server: 'other', tool: 'slow', args: { ms: 60_000 } },
    ]);
    const running = [mine.start(), other.start()];
    for (const each of running) await each.logged('w04 discover');
    for (const each of running) each.kill('SIGKILL');
    await Promise.all(running.map((each) => each.done));
    const otherRun = WorkflowResult.parse(other.readResult()).workflowId;
    await mine.post();
    expect(leftovers([mine])).toEqual([]);
    expect(leftovers([other]).join('\n')).toContain(otherRun);
    expect(existsSync(join(mine.results, 'cleanup.json'))).toBe(true);
    await other.post();
    expect(leftovers([other])).toEqual([]);
    mine.remove();
    other.remove();
  });
});
