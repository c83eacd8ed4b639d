import { rm } from 'node:fs/promises';
import type { CommandResult } from '../process/run.ts';
import { CheckoutRefused } from './errors.ts';
import { watchSize } from './folder-size.ts';
import { type Git, gitLocal, gitRemote } from './git-command.ts';
import { errorOf, faultOf, type FaultSubject } from './git-fault.ts';
import { isFullCommit } from './git-ref.ts';
import { movedTo, noSuchRef } from './git-refs.ts';
import { mebibytes } from './limits.ts';
import type { RemotePlace } from './url.ts';

const maxHops = 3;
/** Bytes that git needs at once for honest work. */
const minAllocation = 64 * 1024 ** 2;
/** Commits behind each branch and tag, where a server gives out a commit only by way of those. */
const fallbackDepth = 1000;

export interface FetchTask {
  readonly git: Git;
  readonly subject: FaultSubject;
  readonly place: RemotePlace;
  readonly ref: string | null;
  readonly maxBytes: number;
}

/**
 * Fetches one commit into a new bare repository.
 * @returns the commit that the ref stands for now. @throws CheckoutRefused, CheckoutUnavailable
 */
export async function fetchCommit(task: FetchTask): Promise<{ commit: string; notes: readonly string[] }> {
  const notes: string[] = [];
  let { place } = task;
  let hash: 'sha1' | 'sha256' = task.ref?.length === 64 && isFullCommit(task.ref) ? 'sha256' : 'sha1';
  await initialize(task, hash);
  for (let hops = 0; ;) {
    const result = await fetchOnce(task, place, ['--depth=1'], [`${task.ref ?? 'HEAD'}:`]);
    if (result.ok) return { commit: await resolve(task, 'FETCH_HEAD'), notes };
    const fault = faultOf(result);
    const moved = fault === 'redirected' && hops++ < maxHops ? await movedTo(task.git, place) : null;
    if (moved !== null) {
      place = moved;
      notes.push(`${task.subject.given} has moved: it is now at ${place.url}.`);
    } else if (fault === 'otherHash' && hash === 'sha1') {
      hash = 'sha256';
      await initialize(task, hash);
    } else if (fault === 'unadvertised' && task.ref !== null) {
      return { commit: await fetchByBranches(task, place, task.ref), notes };
    } else if (fault === 'noRef') throw await noSuchRef(task.git, place, task.ref, task.subject.given);
    else throw errorOf(fault, result, task.subject);
  }
}

async function initialize({ git, subject }: FetchTask, hash: 'sha1' | 'sha256'): Promise<void> {
  await rm(git.gitDir, { recursive: true, force: true });
  // No template: it may hold hooks.
  const args = ['init', '--quiet', '--bare', '--template=', `--object-format=${hash}`];
  const result = await gitLocal(git, args);
  if (!result.ok) throw errorOf(faultOf(result), result, subject);
}

async function fetchOnce(
  task: FetchTask,
  place: RemotePlace,
  depth: readonly string[],
  refspecs: readonly string[],
): Promise<CommandResult> {
  const { git, maxBytes, subject } = task;
  const without = ['--no-tags', '--no-recurse-submodules', '--no-auto-maintenance', '--no-write-commit-graph'];
  const watch = watchSize(git.gitDir, maxBytes);
  const args = ['fetch', '--quiet', ...depth, ...without, '--', place.url, ...refspecs];
  const result = await gitRemote(git, args, {
    signal: watch.signal,
    maxOutput: 1024 ** 2,
    // What comes before the pack, git keeps in memory.
    env: { GIT_ALLOC_LIMIT: String(Math.max(maxBytes, minAllocation)) },
  });
  if (await watch.stop()) {
    throw new CheckoutRefused(`${subject.given} is not used: fetching it takes more than ${mebibytes(maxBytes)}.`);
  }
  return result;
}

/** Old servers name branches and tags only: the commit may lie a little behind one of them. */
async function fetchByBranches(task: FetchTask, place: RemotePlace, commit: string): Promise<string> {
  const everything = ['+refs/heads/*:refs/all/heads/*', '+refs/tags/*:refs/all/tags/*'];
  const result = await fetchOnce(task, place, [`--depth=${fallbackDepth}`], everything);
  if (!result.ok) throw errorOf(faultOf(result), result, task.subject);
  return resolve(task, commit);
}

/** What was fetched must be a commit, and where one was asked for by its id, that one. */
async function resolve({ git, ref, subject }: FetchTask, name: string): Promise<string> {
  const result = await gitLocal(git, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  const commit = result.stdout.trim();
  if (result.canceled || result.timedOut) throw errorOf(faultOf(result), result, subject);
  if (!result.ok || !isFullCommit(commit)) {
    throw new CheckoutRefused(`${subject.given} has no such commit, or what is named so is none.`);
  }
  if (ref !== null && isFullCommit(ref) && commit !== ref.toLowerCase()) {
    throw new CheckoutRefused(`${subject.given} names no commit but a tag, whose commit is ${commit}: write that.`);
  }
  return commit;
}
