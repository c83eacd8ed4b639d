import { readdir, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type BaseReader, baseReader } from './base-reader.ts';
import { diskEntries, diskReader, objectId } from './disk.ts';
import { comparePaths, type Entry } from './entry.ts';
import { CheckoutRefused, CheckoutUnavailable } from './errors.ts';
import { defaultLimits, mebibytes } from './limits.ts';
import { faultOfPath } from './paths.ts';
import { committedFiles, modeOf, topOf, type TrackedFile, trackedFiles, unknownFiles } from './work-tree.ts';
import { untrackedFiles, type WorkTree } from './work-tree.ts';

/** Where a commit's files are to be had from if they are not in the workspace; what they reject with is for the user. */
export interface ElsewhereCommits {
  tree(commit: string): Promise<readonly TrackedFile[]>;
  blob(oid: string): Promise<Buffer | null>;
}

export interface ComparisonOptions {
  /** null: only what is here counts. */
  readonly elsewhere: ElsewhereCommits | null;
  /** Whether files that git does not know, and does not ignore, belong to the workspace. */
  readonly withUntracked: boolean;
  readonly signal: AbortSignal;
}

/** A workspace, byte by byte as it is, beside a commit. All paths are relative to the workspace. */
export interface Comparison {
  readonly commit: string;
  /** What is there in one only, or not the same in both, sorted; a submodule that is checked out is never the same. */
  readonly changed: readonly string[];
  /** Those of them that are a link or a submodule in either: they can make anything lead anywhere. */
  readonly leading: readonly string[];
  /** Where links lead that are the same in both, as they say themselves. */
  readonly links: ReadonlyMap<string, string>;
  readonly base: BaseReader;
  /** @param folder absolute @returns what lies below it that git does not track, ignored or not, relative to it */
  untracked(folder: string): Promise<readonly string[]>;
}

/**
 * Compares what lies in the workspace with a commit by content: what is the same in both is, whatever came between them,
 * what that commit has. Nothing is asked of git's own comparison, which runs what the repository configures.
 *
 * @param revision a commit's id, or in a terminal whatever git takes for one
 * @throws CheckoutRefused, CheckoutUnavailable, and what `elsewhere` rejects with
 */
export async function compareWith(
  workspace: string,
  revision: string,
  { elsewhere, withUntracked, signal }: ComparisonOptions,
): Promise<Comparison> {
  const root = await realpath(workspace);
  const top = await topOf(root);
  if (top === null) throw new CheckoutRefused('the workspace is no git checkout');
  const tree: WorkTree = { top, prefix: relative(top, root), given: 'the workspace', env: process.env, signal };
  const { commit, files } = await commitOf(tree, revision, elsewhere);
  const base = new Map(files.map((file) => [file.path, file]));
  const tracked = await trackedFiles(tree);
  const others = withUntracked ? await untrackedFiles(tree) : [];
  const submodules = new Map(tracked.filter(({ mode }) => mode === '160000').map(({ path, oid }) => [path, oid]));
  const here = [...new Set([...tracked.map(({ path }) => path), ...others])];
  if (Math.max(base.size, here.length) > defaultLimits.files) {
    throw new CheckoutRefused(`the workspace holds more than ${defaultLimits.files} files`);
  }
  const compare = comparer(root, base, submodules);
  const seen = { changed: [] as string[], leading: [] as string[], links: new Map<string, string>() };
  try {
    for (const path of [...new Set([...base.keys(), ...here])].toSorted(comparePaths)) await compare.one(path, seen);
  } finally {
    await compare.close();
  }
  return {
    ...seen,
    commit,
    base: baseReader({ root, gitDir: join(top, '.git'), files: base, changed: new Set(seen.changed), elsewhere }),
    untracked: (folder) => unknownFiles({ ...tree, prefix: relative(top, folder) }),
  };
}

async function commitOf(tree: WorkTree, revision: string, elsewhere: ElsewhereCommits | null) {
  const here = await committedFiles(tree, revision);
  if (here !== null) return here;
  // Only an id names the same there as here.
  const isId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(revision);
  if (isId && elsewhere !== null) return { commit: revision, files: below(tree, await elsewhere.tree(revision)) };
  const how = isId ? 'give `actions/checkout` a `fetch-depth: 2`' : 'name a commit, a branch or a tag that is here';
  throw new CheckoutRefused(`the commit ${revision.slice(0, 100)} is not in the workspace; ${how}`);
}

function below({ prefix }: WorkTree, files: readonly TrackedFile[]): TrackedFile[] {
  if (prefix === '') return [...files];
  return files
    .filter(({ path }) => path.startsWith(`${prefix}/`))
    .map((file) => ({ ...file, path: file.path.slice(prefix.length + 1) }));
}

interface Seen {
  readonly changed: string[];
  readonly leading: string[];
  readonly links: Map<string, string>;
}

function comparer(root: string, base: ReadonlyMap<string, TrackedFile>, submodules: ReadonlyMap<string, string>) {
  const look = diskEntries(root);
  const reader = diskReader(root);
  let bytes = 0;
  const isSame = async (entry: Entry, was: TrackedFile): Promise<boolean> => {
    if (modeOf(entry) !== was.mode) return false;
    bytes += entry.size;
    if (bytes > defaultLimits.unpackedBytes) {
      throw new CheckoutRefused(`the workspace is larger than ${mebibytes(defaultLimits.unpackedBytes)}`);
    }
    // What becomes unreadable meanwhile is not the same.
    return (await objectId(entry, reader, was.oid).catch(() => null)) === was.oid;
  };
  return {
    async one(path: string, seen: Seen): Promise<void> {
      if (faultOfPath(path) !== null) {
        seen.changed.push(path);
        return;
      }
      const was = base.get(path);
      const submodule = submodules.get(path);
      if (submodule !== undefined || was?.mode === '160000') {
        if (submodule !== was?.oid) seen.leading.push(path);
        if (submodule !== was?.oid || !(await isEmpty(join(root, path)))) seen.changed.push(path);
        return;
      }
      const entry = await look(path);
      if (entry !== null && was !== undefined && (await isSame(entry, was))) {
        if (entry.kind === 'link') seen.links.set(path, entry.target ?? '');
        return;
      }
      if (entry === null && was === undefined) return;
      seen.changed.push(path);
      if (entry?.kind === 'link' || was?.mode === '120000') seen.leading.push(path);
    },
    close: () => reader.close(),
  };
}

/** As a submodule is that nobody has checked out. */
async function isEmpty(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new CheckoutUnavailable(`the workspace cannot be read (${error.code ?? 'unknown'})`);
  });
  return names.length === 0;
}
