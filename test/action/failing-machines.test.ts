import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkflowResult } from '../../src/result/model.ts';
import { stateDirectories } from '../../src/sandbox/state.ts';
import { jobWith } from './fixtures.ts';
import { leftovers } from './leftovers.ts';
import { createJob, type Job, type Stage } from './runner.ts';

const one = { one: { program: 'healthy', timeouts: { stop: '1s' } } };
const waits = (ms: number) => [{ id: 'waits', server: 'one', tool: 'slow', args: { ms } }];

/** No stack trace and no mistake of ours, whatever the machine does. */
function expectSentences({ log }: Stage): void {
  expect(log).not.toMatch(/^\s+at .*:\d+/mu);
  expect(log).not.toContain('Internal error');
}

describe('a Podman that does not do what it should', () => {
  let bin: string;
  let job: Job;
  afterEach(() => {
    job.remove();
    rmSync(bin, { recursive: true });
  });

  /** @param script in sh, which gets podman's arguments; where it does not exit, the real one goes on */
  const jobWhere = (script: string, configured = one, cases = waits(100)): Job => {
    bin = mkdtempSync(join(tmpdir(), 'mcp-workflow-bin-'));
    writeFileSync(
      join(bin, 'podman'),
      `#!/bin/sh\n[ -e ${bin}/mended ] || {\n${script}\n}\nexec /usr/bin/podman "$@"\n`,
    );
    chmodSync(join(bin, 'podman'), 0o755);
    return jobWith(configured, cases, { env: { PATH: `${bin}:${process.env['PATH']}` } });
  };
  const mend = () => writeFileSync(join(bin, 'mended'), '');

  it('slow: the run passes all the same', async () => {
    job = jobWhere('sleep 1');
    const main = await job.main();
    expect(main.outputs).toMatchObject({ conclusion: 'passed' });
    // What was installed went when the server had ended.
    expect(main.log).toMatch(/^volumes: 0$/mu);
    expect((await job.post()).exitCode).toBe(0);
    expect(leftovers([job])).toEqual([]);
  });

  it('without room for volumes: infrastructure, in its own words, and no verdict on the server', async () => {
    job = jobWhere(
      'case "$1 $2" in "volume create") echo "Error: mkdir x: no space left on device" >&2; exit 125;; esac',
    );
    const main = await job.main();
    expect(main.exitCode).toBe(3);
    expectSentences(main);
    expect(main.log).toContain('no space left on device');
    expect(WorkflowResult.parse(job.readResult()).servers[0]).toMatchObject({ state: 'error' });
    await job.post();
    expect(leftovers([job])).toEqual([]);
  });

  it('that removes nothing during main: the verdict stays, it is said, and post removes it', async () => {
    job = jobWhere('case "$*" in rm*|"volume rm"*|"image rm"*) echo "Error: busy" >&2; exit 125;; esac');
    const main = await job.main();
    expect(main.outputs).toMatchObject({ conclusion: 'passed' });
    expectSentences(main);
    expect(main.log).toMatch(/^volumes: \d+ of \d+ could not be removed: Error: busy/mu);
    expect(leftovers([job])).not.toEqual([]);
    mend();
    await job.post();
    expect(leftovers([job])).toEqual([]);
  });

  it('that removes nothing at all: post warns and stays green, and the next run removes it', async () => {
    job = jobWhere('case "$*" in "volume rm"*) echo "Error: busy" >&2; exit 125;; esac');
    await job.main();
    const post = await job.post();
    expect(post.exitCode).toBe(0);
    expectSentences(post);
    expect(post.annotations).toContainEqual(
      expect.objectContaining({ level: 'warning', message: expect.stringContaining('Cleaning up volumes failed') }),
    );
    expect(leftovers([job])).not.toEqual([]);
    mend();
    const next = jobWith(one, [], { stepId: 'next' });
    expect((await next.main()).outputs).toMatchObject({ conclusion: 'passed' });
    expect(leftovers([job, next])).toEqual([]);
    next.remove();
  });

  it('that hangs when a server is started: a cancel ends it, and post leaves nothing', async () => {
    job = jobWhere('case "$*" in run*--name=mcpw-??????????-??????-run-*) sleep 600;; esac');
    const running = job.start();
    await running.logged('installed in');
    await sleep(1000);
    const main = await running.cancel();
    expect(main.signal).toBeNull();
    expectSentences(main);
    expect(WorkflowResult.parse(job.readResult())).toMatchObject({ conclusion: 'incomplete', interruptedBy: 'SIGINT' });
    await job.post();
    expect(leftovers([job])).toEqual([]);
  });

  it('that hangs when the sandbox is tried: said, and nothing is left', async () => {
    job = jobWhere('case "$*" in run*-selftest-*) sleep 600;; esac');
    const main = await job.main();
    expect(main.exitCode).toBe(3);
    expect(main.log).toContain('podman did not come back within 40 s');
    await job.post();
    expect(leftovers([job])).toEqual([]);
  });

  it('that hangs whatever it is asked: post gives up in time, and stays green', async () => {
    job = jobWhere('exit 1');
    mend();
    await job.main();
    rmSync(join(bin, 'mended'));
    writeFileSync(join(bin, 'podman'), '#!/bin/sh\nexec sleep 600\n');
    const post = await job.post();
    expect(post.exitCode).toBe(0);
    // What one call waits where nobody knows what Podman takes here would be more than this.
    expect(post.durationMs).toBeLessThan(25_000);
  });
});

const smallDisk = process.env['MCP_WORKFLOW_SMALL_DISK'];

describe.skipIf(smallDisk === undefined)(
  'a full disk for results (skipped where script/rootless may not mount one)',
  () => {
    const disk = smallDisk ?? '';
    const results = join(disk, 'results');
    let job: Job;
    afterEach(() => {
      job.remove();
      for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
    });

    /** @returns when nothing more fits in there */
    const fill = () => {
      expect(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(1024 ** 2))).toThrow('ENOSPC');
    };
    const expectSaid = (main: Stage) => {
      expectSentences(main);
      expect(main.log).toContain('conclusion: passed');
      expect(main.annotations).toContainEqual(
        expect.objectContaining({ message: expect.stringMatching(/The results could not be written to .*ENOSPC/u) }),
      );
    };
    const cleanAfterPost = async () => {
      const post = await job.post();
      expect(post.exitCode).toBe(0);
      expectSentences(post);
      expect(leftovers([job])).toEqual([]);
      // Half a file says nothing.
      expect(readdirSync(results).filter((name) => name.includes('unfinished'))).toEqual([]);
    };

    it('that is full from the beginning: said, and the verdict stands', async () => {
      mkdirSync(results);
      fill();
      job = jobWith(one, waits(100), { inputs: { 'results-directory': results } });
      const main = await job.main();
      expectSaid(main);
      expect(main.outputs).toMatchObject({ conclusion: 'passed' });
      await cleanAfterPost();
    });

    it('that fills up during the run, by what a server writes to its log as well', async () => {
      const floods = { one: { ...one.one, program: 'floods-stderr', args: ['long'] } };
      const calls = [{ id: 'adds', server: 'one', tool: 'echo', args: { message: 'x' } }];
      job = jobWith(floods, calls, { inputs: { 'results-directory': results } });
      const main = await job.main();
      expectSaid(main);
      expect(main.log).toMatch(/^logs: they could not be packed, and are in logs\.unpacked \(ENOSPC/mu);
      await cleanAfterPost();
      expect(readdirSync(join(results, 'logs.unpacked'))).toEqual(['one.stderr.log']);
    });
  },
);

describe('files that vanish under a run', () => {
  let job: Job;
  afterEach(() => job.remove());

  const during = async (work: (job: Job) => void): Promise<Stage> => {
    job = jobWith(one, waits(3000));
    const running = job.start();
    await running.logged('w04 discover one');
    work(job);
    return running.done;
  };
  const cleanAfterPost = async () => {
    const post = await job.post();
    expect(post.exitCode).toBe(0);
    expectSentences(post);
    expect(leftovers([job])).toEqual([]);
  };

  it('the results folder cannot be written any more: said, and the verdict stands', async () => {
    const main = await during(({ results }) => chmodSync(results, 0o555));
    expectSentences(main);
    expect(main.annotations).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('The results could not be written to') }),
    );
    expect(main.outputs).toMatchObject({ conclusion: 'passed', 'result-path': '' });
    chmodSync(job.results, 0o755);
    await cleanAfterPost();
  });

  it('the results folder is gone', async () => {
    const main = await during(({ results }) => rmSync(results, { recursive: true }));
    expectSentences(main);
    expect(main.outputs).toMatchObject({ conclusion: 'passed' });
    await cleanAfterPost();
  });

  it("the runner's temporary folder is gone, with the files that outputs and summary go to: said, and the verdict stands", async () => {
    const main = await during(({ temp }) => rmSync(temp, { recursive: true }));
    expectSentences(main);
    expect(main.exitCode).toBe(0);
    expect(main.log).toContain('conclusion: passed');
    expect(main.annotations).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringContaining('The outputs could not be written'),
      }),
    );
    await cleanAfterPost();
  });

  it('the state of the run is gone: nothing that it made is lost', async () => {
    const main = await during((each) => {
      const runs = stateDirectories(process.env)?.runs ?? '';
      for (const name of readdirSync(runs).filter((run) => run.includes(each.stepKey))) {
        rmSync(join(runs, name), { recursive: true });
      }
    });
    expectSentences(main);
    expect(main.outputs).toMatchObject({ conclusion: 'passed' });
    await cleanAfterPost();
  });

  it('its runtime folder is gone', async () => {
    const main = await during((each) => {
      const runtime = stateDirectories(process.env)?.runtime ?? '';
      for (const name of readdirSync(runtime).filter((run) => run.includes(each.stepKey))) {
        rmSync(join(runtime, name), { recursive: true });
      }
    });
    expectSentences(main);
    expect(main.outputs).toMatchObject({ conclusion: 'passed' });
    await cleanAfterPost();
  });
});

describe('a git server that never answers', () => {
  it('takes no process along that outlives the run', async () => {
    const asked: string[] = [];
    const server = createServer((request) => void asked.push(request.url ?? ''));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const job = createJob({ inputs: { repositories: 'acme/hangs' }, platform: { GITHUB_SERVER_URL: origin } });
    mkdirSync(job.workspace, { recursive: true });
    const running = job.start();
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    running.kill('SIGKILL');
    await running.done;
    expect(leftovers([job]).join('\n')).toContain('process');
    await job.post();
    expect(leftovers([job])).toEqual([]);
    server.closeAllConnections();
    server.close();
    job.remove();
  });
});
