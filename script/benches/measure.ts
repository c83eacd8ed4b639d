import type { Job } from '../../test/action/runner.ts';

/** What the parts of the benchmark share: medians, ratios and how a line is said. */

export const repetitions = Number(process.argv[2] ?? 5);

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
export const ms = (value: number): string => `${Math.round(value)} ms`;
export const ratio = (ours: readonly number[], theirs: readonly number[]): string =>
  (median(ours) / median(theirs)).toFixed(2);
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

export async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const started = performance.now();
  const value = await work();
  return [performance.now() - started, value];
}

/** Runs main and post of dist as the runner does. */
export async function runJob(job: Job): Promise<{ main: number; post: number; job: Job }> {
  const main = await job.main();
  if (main.exitCode !== 0) throw new Error(`main ended with ${main.exitCode}:\n${main.log}`);
  const post = await job.post();
  return { main: main.durationMs, post: post.durationMs, job };
}

/** A number from the environment, for a try with fewer than the figures of docs/PERFORMANCE.md stand for. */
export const setting = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
