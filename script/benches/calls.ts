import { createJob } from '../../test/action/runner.ts';
import { bareCalls } from './bare-client.ts';
import { everything, sumCase } from './configuration.ts';
import { installOnce, serverRequest, withSandbox } from './everything.ts';
import { median, ms, ratio, repetitions, runJob, say } from './measure.ts';

const count = 50;

function fiftyCases(): string {
  const cases = Array.from({ length: count }, (_, n) => sumCase('everything', n));
  return `version: 1\nservers:\n  everything: { source: "npm:${everything}" }\ncases:\n${cases.join('')}`;
}

/** (a) 50 cases on server-everything: main without w02, beside the same calls by a bare client through the same `podman run`. */
export async function benchCalls(): Promise<void> {
  const ours: number[] = [];
  const oursCalls: number[] = [];
  const bare: number[] = [];
  const bareCallTimes: number[] = [];
  await withSandbox(async (sandbox) => {
    const tree = await installOnce(sandbox);
    for (let n = 0; n < repetitions; n++) {
      const { main, job } = await runJob(createJob({ files: { '.github/mcp-workflow.yml': fiftyCases() } }));
      const { timings } = job.readResult().servers[0];
      ours.push(main - timings.resolveMs - timings.fetchMs - timings.scriptsMs);
      oursCalls.push(timings.casesMs);
      job.remove();
      const { total, calls } = await bareCalls(() => sandbox.start(serverRequest(sandbox, tree)), count);
      bare.push(total);
      bareCallTimes.push(calls);
    }
  });
  say(
    `(a) ${count} calls, main without w02: ${ms(median(ours))}; bare client: ${ms(median(bare))}; ratio ${ratio(ours, bare)} (at most 3)`,
  );
  say(
    `    the calls alone: ${ms(median(oursCalls))}; bare: ${ms(median(bareCallTimes))}; ratio ${ratio(oursCalls, bareCallTimes)} (at most 1.5)`,
  );
}
