import { type Cut, openSoak, type Trial } from '../test/action/soak.ts';

/** Cuts runs short at random moments, two at a time, and says what that left. */
const [kills = 20, cancels = 5, abandoned = 5] = process.argv.slice(2).map(Number);
const concurrency = 2;

const soak = await openSoak();
const cuts: Cut[] = [
  ...Array<Cut>(kills).fill('kill'),
  ...Array<Cut>(cancels).fill('cancel'),
  ...Array<Cut>(abandoned).fill('abandon'),
];
const trials: Trial[] = [];

async function work(): Promise<void> {
  for (let cut = cuts.pop(); cut !== undefined; cut = cuts.pop()) {
    // Beside another run everything takes longer than alone.
    const trial = await soak.trial(cut, Math.random() * soak.durationMs * 1.3);
    trials.push(trial);
    const { afterMs, phase, postMs, problems } = trial;
    const post = postMs === null ? '' : `, post ${Math.round(postMs)} ms`;
    process.stdout.write(
      `${cut} after ${Math.round(afterMs)} ms in ${phase}${post}${problems.length > 0 ? ':' : ''}\n`,
    );
    for (const problem of problems) process.stdout.write(`  PROBLEM ${problem}\n`);
  }
}

await Promise.all(Array.from({ length: concurrency }, work));
await soak.close();

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const times = (read: (trial: Trial) => number | null) => trials.map(read).filter((value) => value !== null);
const posts = times(({ postMs }) => postMs);
const ends = times(({ cancelMs }) => cancelMs);
const phases = Object.entries(Object.groupBy(trials, ({ phase }) => phase)).toSorted(([a], [b]) => a.localeCompare(b));
const failed = trials.filter(({ problems }) => problems.length > 0);
process.stdout.write(
  [
    `an undisturbed run takes ${(soak.durationMs / 1000).toFixed(1)} s; ${trials.length} were cut short, ${concurrency} at a time`,
    `where: ${phases.map(([phase, each]) => `${phase} ${each?.length ?? 0}`).join(', ')}`,
    `post: median ${Math.round(median(posts))} ms, longest ${Math.round(Math.max(0, ...posts))} ms (at most 10000)`,
    `main after a cancel: median ${Math.round(median(ends))} ms, longest ${Math.round(Math.max(0, ...ends))} ms (at most 7500)`,
    `${failed.length} of ${trials.length} with a problem`,
    '',
  ].join('\n'),
);
process.exit(failed.length > 0 ? 1 : 0);
