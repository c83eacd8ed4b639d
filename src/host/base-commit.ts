import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { git } from './git.ts';
import type { BaseCommit } from './host.ts';

const id = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u);
const PullRequest = z.object({ pull_request: z.object({ base: z.object({ sha: id }), head: z.object({ sha: id }) }) });
const MergeGroup = z.object({ merge_group: z.object({ base_sha: id }) });

/**
 * What the event of a job changes is told by the commit that it would be merged into. Only what the platform itself says
 * counts: no commit of the pull request's author names what it is compared with. The workspace must hold what the event
 * stands for, since a gate that looks at something else would be green whatever changes.
 */
export async function baseOfEvent(workspace: string, env: Readonly<NodeJS.ProcessEnv>): Promise<BaseCommit> {
  const name = env['GITHUB_EVENT_NAME'] ?? '';
  const merge = env['GITHUB_SHA'] ?? '';
  const payload: unknown = await readFile(env['GITHUB_EVENT_PATH'] ?? '', 'utf8')
    .then((text) => JSON.parse(text) as unknown)
    .catch(() => null);
  const here = await git(workspace, ['rev-parse', 'HEAD']);
  const unread = { unknown: `the event \`${name}\` does not say what it is to be compared with` };
  const elsewhere = { unknown: `the workspace does not hold what \`${name}\` stands for` };
  switch (name) {
    case 'pull_request': {
      const { data } = PullRequest.safeParse(payload);
      if (data === undefined) return unread;
      const { base, head } = data.pull_request;
      // The event's base may be older than what the platform has merged the pull request into.
      if (here === merge) return { revision: (await mergedInto(workspace, merge, head.sha)) ?? base.sha };
      return here === head.sha ? { revision: base.sha } : elsewhere;
    }
    case 'merge_group': {
      const { data } = MergeGroup.safeParse(payload);
      if (data === undefined) return unread;
      return here === merge ? { revision: data.merge_group.base_sha } : elsewhere;
    }
    case 'push':
      // A commit that broke a server would be made good by the next one that does not touch it.
      return { unknown: 'nobody knows that the commit before a push has ever passed' };
    default:
      return {
        unknown: `the event \`${name}\` changes nothing that could be compared: it is for \`pull_request\` and \`merge_group\``,
      };
  }
}

/** @returns the first parent of the commit by which the platform merges the head; null where it is no such commit */
async function mergedInto(workspace: string, merge: string, head: string): Promise<string | null> {
  // Its parents stand in it, also where a shallow checkout has none of them.
  const commit = await git(workspace, ['cat-file', 'commit', merge]);
  const header = commit?.split('\n\n')[0] ?? '';
  const parents = [...header.matchAll(/^parent ([0-9a-f]+)$/gmu)].map(([, parent = '']) => parent);
  const [base, second] = parents;
  return parents.length === 2 && second === head && base !== undefined ? base : null;
}
