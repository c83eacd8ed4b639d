import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowResult } from '../../src/result/model.ts';
import { createJob, type Job } from '../../test/action/runner.ts';
import { everything, sumCase } from './configuration.ts';
import { median, say, setting } from './measure.ts';

const count = setting('MCP_WORKFLOW_BENCH_CASES', 10_000);
const perFile = 1000;
const mega = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;

function jobOfManyCases(): Job {
  const files: Record<string, string> = {
    '.github/mcp-workflow.yml': `version: 1\nservers:\n  everything: { source: "npm:${everything}" }\ncases:\n  - include: cases/*.yml\n`,
  };
  for (let from = 0; from < count; from += perFile) {
    const length = Math.min(perFile, count - from);
    const cases = Array.from({ length }, (_, n) => sumCase('everything', from + n));
    files[`cases/${from}.yml`] = `cases:\n${cases.join('')}`;
  }
  return createJob({ files });
}

/** Resident memory of a process in bytes, or null once it is gone; `peak` is the kernel's own high-water mark. */
function memoryOf(pid: number): { now: number; peak: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(status)?.[1]) * 1024;
    const [now, peak] = [field('VmRSS'), field('VmHWM')];
    // A process that has ended and was not waited for yet has no memory to show.
    return Number.isNaN(now) ? null : { now, peak };
  } catch {
    return null;
  }
}

/**
 * (d) 10,000 cases on one server: the peak of the main process, and whether its memory is flat while the cases run: the
 *     median of the last quarter of that time beside that of the second. Sampled five times a second.
 */
export async function benchManyCases(): Promise<void> {
  const job = jobOfManyCases();
  const running = job.start();
  const samples: { at: number; now: number }[] = [];
  let peak = 0;
  for (let memory = memoryOf(running.pid); memory !== null; memory = memoryOf(running.pid)) {
    samples.push({ at: Date.now(), now: memory.now });
    peak = Math.max(peak, memory.peak);
    await Promise.race([running.done, sleep(200)]);
  }
  const main = await running.done;
  if (main.exitCode !== 0) throw new Error(`main ended with ${main.exitCode}:\n${main.log}`);
  const { from, durationMs } = whenCasesRan(job);
  await job.post();
  job.remove();

  const quarter = (n: number) => {
    const [start, end] = [from + (durationMs * (n - 1)) / 4, from + (durationMs * n) / 4];
    return median(samples.filter(({ at }) => at >= start && at < end).map(({ now }) => now));
  };
  const before = Math.max(...samples.filter(({ at }) => at < from).map(({ now }) => now));
  say(
    `(d) ${count} cases on one server in ${(durationMs / 1000).toFixed(1)} s (${(durationMs / count).toFixed(2)} ms each): peak ${mega(peak)} (below 300 MB)`,
  );
  say(
    `    before the first case at most ${mega(before)}; second quarter of the cases ${mega(quarter(2))}, last ${mega(quarter(4))}; ratio ${(quarter(4) / quarter(2)).toFixed(2)} (at most 1.1)`,
  );
}

function whenCasesRan(job: Job): { from: number; durationMs: number } {
  const server = WorkflowResult.parse(job.readResult()).servers[0];
  const span = server?.phases.find(({ phase }) => phase.startsWith('w07'));
  if (span === undefined) throw new Error('the result does not say when the cases ran');
  return { from: Date.parse(span.startedAt), durationMs: span.durationMs };
}
