import { runCommand } from '../process/run.ts';

/** @returns what git said of the workspace, or null where it failed. Nothing that the checkout configures is run. */
export async function git(workspace: string, args: readonly string[]): Promise<string | null> {
  const safe = [
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'submodule.recurse=false',
    `safe.directory=${workspace}`,
  ];
  const result = await runCommand('git', [...safe.flatMap((setting) => ['-c', setting]), ...args], {
    deadlineMs: 30_000,
    cwd: workspace,
    env: {
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
    },
  });
  return result.ok ? result.stdout.trim() : null;
}
