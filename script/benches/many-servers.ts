import pLimit from 'p-limit';
import { createJob, type Job } from '../../test/action/runner.ts';
import { bareCalls } from './bare-client.ts';
import { everything, sumCase } from './configuration.ts';
import { installOnce, serverRequest, withSandbox } from './everything.ts';
import { median, ms, ratio, repetitions, runJob, say, setting, timed } from './measure.ts';

const count = setting('MCP_WORKFLOW_BENCH_SERVERS', 32);
const calls = 5;
const names = Array.from({ length: count }, (_, n) => `everything-${n}`);

function jobOfManyServers(concurrency: number): Job {
  const servers = names.map((name) => `  ${name}: { source: "npm:${everything}" }\n`);
  const cases = names.flatMap((name) => Array.from({ length: calls }, (_, n) => sumCase(name, n)));
  return createJob({
    files: { '.github/mcp-workflow.yml': `version: 1\nservers:\n${servers.join('')}cases:\n${cases.join('')}` },
    inputs: { concurrency: String(concurrency) },
  });
}

/** w02 of the instance that installs; the others wait for the same tree at the same time. */
function installTime(job: Job): number {
  const { servers } = job.readResult() as { servers: { timings: Record<string, number> }[] };
  return Math.max(
    ...servers.map(({ timings }) =>
      ['resolveMs', 'fetchMs', 'scriptsMs'].reduce((sum, name) => sum + (timings[name] ?? 0), 0),
    ),
  );
}

/**
 * (e) 32 instances of server-everything with five cases each, as many at a time: main without w02, beside a bare
 *     client that starts, lists and calls as much through the same `podman run`, at the same concurrency.
 */
export async function benchManyServers(): Promise<void> {
  await withSandbox(async (sandbox) => {
    const request = serverRequest(sandbox, await installOnce(sandbox));
    for (const concurrency of [2, 4, 8]) {
      const ours: number[] = [];
      const bare: number[] = [];
      for (let n = 0; n < repetitions; n++) {
        const { main, job } = await runJob(jobOfManyServers(concurrency));
        ours.push(main - installTime(job));
        job.remove();
        const limit = pLimit(concurrency);
        const [duration] = await timed(() =>
          Promise.all(names.map(() => limit(() => bareCalls(() => sandbox.start(request), calls)))),
        );
        bare.push(duration);
      }
      say(
        `(e) ${count} servers, ${concurrency} at a time, main without w02: ${ms(median(ours))}; bare client: ${ms(median(bare))}; ratio ${ratio(ours, bare)}`,
      );
    }
  });
}
