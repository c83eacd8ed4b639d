import { readFile, realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import * as z from 'zod';
import { git } from './git.ts';

/** Events that run with the base repository's secrets while somebody else's commit may lie in the workspace. */
const privilegedEvents = new Set(['pull_request_target', 'workflow_run', 'issue_comment']);

/**
 * On a privileged event, only files that are exactly those of the commit which the platform itself chose (GITHUB_SHA:
 * the base of the pull request, the default branch) may decide what is run.
 * @param files absolute paths of the configuration and of local sources. @returns a sentence, or null when all is well.
 */
export async function untrustedTrigger(
  files: readonly string[],
  workspace: string,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<string | null> {
  const event = env['GITHUB_EVENT_NAME'] ?? '';
  if (!privilegedEvents.has(event) || files.length === 0) return null;
  const advice =
    'Run it on `pull_request` instead, take configuration and sources from the base commit, or, if you know that the code under test is trusted, set `allow-untrusted-trigger: true`.';
  const realWorkspace = await realpath(workspace);
  const paths = await Promise.all(
    files.map(async (file) => relative(realWorkspace, await realpath(file).catch(() => file))),
  );
  const named = paths.map((path) => (path === '' ? 'the workspace' : path)).join(', ');
  const trusted = env['GITHUB_SHA'] ?? '';
  const head = await git(workspace, ['rev-parse', 'HEAD']);
  if (head === null || head !== trusted) {
    const what = head === null ? 'no git checkout' : `the commit ${head.slice(0, 12)}`;
    const other = (await isHeadOfPullRequest(head, env)) ? ', the head of the pull request,' : '';
    return `On \`${event}\` this job has the base repository's secrets, but ${named} would be read from ${what}${other} and not from ${trusted.slice(0, 12)}, which the event stands for. ${advice}`;
  }
  // Files may have been fetched over a trusted checkout, and new ones put beside it. Their names are only names.
  const changed = await git(workspace, [
    '--literal-pathspecs',
    'status',
    '--porcelain',
    '--ignored',
    '--untracked-files=normal',
    '--',
    ...paths.map((path) => path || '.'),
  ]);
  if (changed === '') return null;
  return `On \`${event}\` this job has the base repository's secrets, but ${named} is not as the commit ${trusted.slice(0, 12)} has it. ${advice}`;
}

const PullRequestEvent = z.object({ pull_request: z.object({ head: z.object({ sha: z.string() }) }) });

async function isHeadOfPullRequest(head: string | null, env: Readonly<NodeJS.ProcessEnv>): Promise<boolean> {
  try {
    const event = PullRequestEvent.parse(JSON.parse(await readFile(env['GITHUB_EVENT_PATH'] ?? '', 'utf8')));
    return event.pull_request.head.sha === head;
  } catch {
    return false;
  }
}
