import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WorkflowResult } from '../../src/result/model.ts';
import { type FixtureCase, type FixtureServer, jobWith } from './fixtures.ts';
import { leftovers } from './leftovers.ts';
import { type Published, startRegistry } from './registry.ts';
import type { Job, RunningStage } from './runner.ts';

const program = (name: string) => readFileSync(fileURLToPath(new URL(`../servers/${name}`, import.meta.url)), 'utf8');
const published: Published = {
  manifest: { name: 'installed', version: '1.0.0', bin: 'server.mjs', scripts: { postinstall: 'sleep 1' } },
  files: { 'server.mjs': `#!/usr/bin/env node\n${program('healthy.mjs')}`, 'lib.mjs': program('lib.mjs') },
};
const listens = `require('node:net').createServer().listen(4000, '127.0.0.1')`;

/** One of each kind, so that a run cut short anywhere is cut short in everything that a run makes. */
const servers: Record<string, FixtureServer> = {
  installed: { source: 'npm:installed@1.0.0' },
  plain: { program: 'healthy', work: { from: 'servers', at: '/work' } },
  accompanied: {
    program: 'healthy',
    services: { beside: { command: ['node', '--eval', listens], ready: { tcp: 4000 } } },
  },
};
const cases: FixtureCase[] = Object.keys(servers).map((server) => {
  return { id: 'waits', server, tool: 'slow', args: { ms: 1500 }, expect: { contains: '1500' } };
});

/**
 * `kill`: SIGKILL, then post. `cancel`: the runner's sequence of signals, then post. `abandon`: SIGKILL, and nothing more:
 * the machine's next run has to clean up.
 */
export type Cut = 'kill' | 'cancel' | 'abandon';

export interface Trial {
  readonly cut: Cut;
  readonly afterMs: number;
  /** The last phase that the log tells of. */
  readonly phase: string;
  /** null where there was no post. */
  readonly postMs: number | null;
  /** From the first signal of a cancel to the end of main; null for other cuts, and where main had ended before. */
  readonly cancelMs: number | null;
  /** Everything that is not as promised, as sentences: none is ever expected. */
  readonly problems: readonly string[];
}

export interface Soak {
  /** Milliseconds that the run takes when nobody cuts it short. */
  readonly durationMs: number;
  /** Starts a run, cuts it short after so long, and looks at what is there afterwards. May go on several times at once. */
  trial(cut: Cut, afterMs: number): Promise<Trial>;
  close(): Promise<void>;
}

/** @throws where an undisturbed run does not pass */
export async function openSoak(): Promise<Soak> {
  const registry = await startRegistry([published]);
  let serial = 0;
  const jobOf = (configured: typeof servers, each: readonly FixtureCase[]): Job =>
    jobWith(configured, each, {
      inputs: { concurrency: '2' },
      env: { npm_config_registry: registry.url },
      stepId: `soak-${serial++}`,
    });
  const whole = jobOf(servers, cases);
  const main = await whole.main();
  if (main.exitCode !== 0) throw new Error(`an undisturbed run failed:\n${main.log}`);
  await whole.post();
  whole.remove();
  const trial = async (cut: Cut, afterMs: number): Promise<Trial> => {
    const job = jobOf(servers, cases);
    try {
      return cut === 'abandon'
        ? await abandon(job, jobOf({ next: { program: 'healthy' } }, []), afterMs)
        : await cutAndPost(job, cut, afterMs);
    } finally {
      job.remove();
    }
  };
  return { durationMs: main.durationMs, trial, close: () => registry.close() };
}

async function cutAndPost(job: Job, cut: 'kill' | 'cancel', afterMs: number): Promise<Trial> {
  const problems: string[] = [];
  const running = job.start();
  await sleep(afterMs);
  const cancelMs = await (cut === 'kill' ? kill(running) : cancel(running, problems));
  const post = await job.post();
  if (post.exitCode !== 0) problems.push(`post ended with ${post.exitCode}`);
  if (post.durationMs > 10_000) problems.push(`post took ${Math.round(post.durationMs)} ms`);
  problems.push(...leftovers([job]), ...strayFiles(job), ...resultProblems(job), ...cleanupProblems(job));
  return { cut, afterMs, phase: phaseOf(running), postMs: post.durationMs, cancelMs, problems };
}

async function abandon(job: Job, next: Job, afterMs: number): Promise<Trial> {
  const running = job.start();
  await sleep(afterMs);
  await kill(running);
  const problems = resultProblems(job);
  const main = await next.main();
  if (main.exitCode !== 0) problems.push(`the next run ended with ${main.exitCode}`);
  await next.post();
  problems.push(...leftovers([job, next]));
  next.remove();
  return { cut: 'abandon', afterMs, phase: phaseOf(running), postMs: null, cancelMs: null, problems };
}

async function kill(running: RunningStage): Promise<null> {
  running.kill('SIGKILL');
  await running.done;
  return null;
}

async function cancel(running: RunningStage, problems: string[]): Promise<number> {
  const started = performance.now();
  const { signal } = await running.cancel();
  const took = performance.now() - started;
  // Until it is loaded, a signal ends it as it ends every program: nothing was begun.
  const loading = phaseOf(running) === unloaded && signal === 'SIGINT';
  if ((signal !== null && !loading) || took > 7500)
    problems.push(`main took ${Math.round(took)} ms to end, by ${signal ?? 'itself'}`);
  return took;
}

const unloaded = 'before w00';

function phaseOf(running: RunningStage): string {
  return [...running.log().matchAll(/w0\d \w+/gu)].at(-1)?.[0] ?? unloaded;
}

/** The runner's own folder and the results are all that a step may leave in its temporary folder. */
function strayFiles(job: Job): string[] {
  const known = new Set(['_runner_file_commands', 'mcp-workflow']);
  const stray = readdirSync(job.temp).filter((name) => !known.has(name));
  const unfinished = existsSync(job.results)
    ? readdirSync(job.results).filter((name) => name.includes('unfinished'))
    : [];
  return [...stray, ...unfinished].map((name) => `file ${name}`);
}

function resultProblems(job: Job): string[] {
  const file = join(job.results, 'result.json');
  if (!existsSync(file)) return [];
  try {
    WorkflowResult.parse(JSON.parse(readFileSync(file, 'utf8')));
    return [];
  } catch (error) {
    return [`result.json is not whole: ${String(error)}`];
  }
}

function cleanupProblems(job: Job): string[] {
  const { operations } = JSON.parse(readFileSync(join(job.results, 'cleanup.json'), 'utf8')) as {
    operations: { operation: string; success: boolean; error: string | null }[];
  };
  return operations.flatMap(({ operation, success, error }) => (success ? [] : [`cleaning ${operation}: ${error}`]));
}
