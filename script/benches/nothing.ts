import { createJob } from '../../test/action/runner.ts';
import { median, ms, repetitions, runJob, say } from './measure.ts';

/** (b) main without servers, and post with nothing to do. */
export async function benchNothing(): Promise<void> {
  const mains: number[] = [];
  const posts: number[] = [];
  for (let n = 0; n < repetitions * 2; n++) {
    const files = { '.github/mcp-workflow.yml': 'version: 1\nservers: {}\ngate: { onIncomplete: neutral }\n' };
    const { main, post, job } = await runJob(createJob({ files }));
    mains.push(main);
    posts.push(post);
    job.remove();
  }
  say(
    `(b) main without servers: ${ms(median(mains))} (at most 800 ms); post with nothing to do: ${ms(median(posts))} (at most 400 ms)`,
  );
}
