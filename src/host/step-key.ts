import { createHash } from 'node:crypto';

/** What a job's step is told apart by; all of it is the same in main and in post. */
const names = [
  'GITHUB_REPOSITORY',
  'GITHUB_RUN_ID',
  'GITHUB_RUN_ATTEMPT',
  'GITHUB_JOB',
  // Matrix legs have the same job name; a runner has one job at a time.
  'RUNNER_NAME',
  // `__self`, `__self_2` or the step's id: two steps of one job differ.
  'GITHUB_ACTION',
];

/** @returns ten hexadecimal digits. */
export function stepKeyOf(env: Readonly<NodeJS.ProcessEnv>): string {
  return createHash('sha256')
    .update(JSON.stringify(names.map((name) => env[name] ?? '')))
    .digest('hex')
    .slice(0, 10);
}
