import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskReader, objectId } from './disk.ts';
import type { Entry } from './entry.ts';
import { CheckoutRefused, CheckoutUnavailable } from './errors.ts';
import { gitLocal } from './git-command.ts';

const maxList = 32 * 1024 ** 2;

/** A folder within a work tree of git. */
export interface WorkTree {
  /** Absolute path of the folder that has `.git`. */
  readonly top: string;
  /** The folder's path below it; empty for the top itself. */
  readonly prefix: string;
  readonly given: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
}

/** What the index, or a commit, says of one path. */
export interface TrackedFile {
  /** Relative to the folder. */
  readonly path: string;
  /** As git writes it: `100644`, `100755` a program, `120000` a link, `160000` a submodule. */
  readonly mode: string;
  readonly oid: string;
}

/**
 * Looks upwards for `.git`. Git itself would also take a folder that looks like a bare repository, with all its
 * settings, and such a folder can be part of anybody's commit.
 */
export async function topOf(folder: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await stat(join(at, '.git')).catch(() => null)) !== null) return at;
    if (dirname(at) === at) return null;
  }
}

/** @returns what is tracked below the folder, submodules included; of a conflict, one side. */
export async function trackedFiles(tree: WorkTree): Promise<TrackedFile[]> {
  const lines = await list(tree, ['ls-files', '-z', '--stage', '--full-name', '--', tree.prefix || '.']);
  const files = lines.flatMap((line) => {
    const [, mode = '', oid = '', path = ''] = /^(\d{6}) ([0-9a-f]+) \d\t(.*)$/su.exec(line) ?? [];
    return mode === '' ? [] : [{ path: path.slice(above(tree).length), mode, oid }];
  });
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

/** @returns paths that are neither tracked nor ignored; one that ends in a slash is a repository of its own. */
export async function untrackedFiles(tree: WorkTree): Promise<string[]> {
  const args = ['ls-files', '-z', '--others', '--exclude-standard', '--full-name', '--', tree.prefix || '.'];
  const paths = await list(tree, args);
  return paths.map((path) => path.slice(above(tree).length));
}

/**
 * @returns what git does not track below the folder, ignored or not; a folder that holds nothing else ends in a slash
 */
export async function unknownFiles(tree: WorkTree): Promise<string[]> {
  const args = ['ls-files', '-z', '--others', '--directory', '--full-name', '--', tree.prefix || '.'];
  return (await list(tree, args)).map((path) => path.slice(above(tree).length));
}

/**
 * @param revision a commit's id, or whatever else git takes for one
 * @returns the commit and what it has below the folder; null where the commit, or one of its folders, is not here
 */
export async function committedFiles(
  tree: WorkTree,
  revision: string,
): Promise<{ readonly commit: string; readonly files: readonly TrackedFile[] } | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const named = await gitIn(tree, args);
  if (!named.ok) return null;
  const commit = named.stdout.trim();
  const where = ['--', ...(tree.prefix === '' ? [] : [tree.prefix])];
  const listed = await gitIn(tree, ['ls-tree', '-r', '-z', '--full-tree', commit, ...where]);
  if (!listed.ok) return null;
  const files = listed.stdout.split('\0').flatMap((line) => {
    const [, mode = '', oid = '', path = ''] = /^(\d{6}) \w+ ([0-9a-f]+)\t(.*)$/su.exec(line) ?? [];
    return mode === '' ? [] : [{ path: path.slice(above(tree).length), mode, oid }];
  });
  return { commit, files };
}

/**
 * @returns HEAD's commit where everything below the folder is, byte by byte, as it has it. Git's own comparison would run
 *   the filters that its settings name.
 */
export async function cleanCommit(
  tree: WorkTree,
  tracked: readonly TrackedFile[],
  entries: readonly Entry[],
): Promise<string | null> {
  const head = await gitIn(tree, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if (!head.ok) return null;
  const commit = head.stdout.trim();
  const lines = await list(tree, ['ls-tree', '-r', '-z', '--full-tree', commit, '--', tree.prefix || '.']);
  const committed = new Set(lines.map((line) => line.replace(/^(\d+) \w+ /u, '$1 ')));
  if (committed.size !== tracked.length) return null;
  if (tracked.some(({ path, mode, oid }) => !committed.has(`${mode} ${oid}\t${above(tree)}${path}`))) return null;
  return (await sameContents(tree, tracked, entries)) ? commit : null;
}

async function sameContents(tree: WorkTree, tracked: readonly TrackedFile[], entries: readonly Entry[]) {
  const onDisk = new Map(entries.map((entry) => [entry.path, entry]));
  const reader = diskReader(join(tree.top, tree.prefix));
  try {
    for (const { path, mode, oid } of tracked) {
      if (mode === '160000') continue;
      const entry = onDisk.get(path);
      if (entry === undefined || modeOf(entry) !== mode) return false;
      if ((await objectId(entry, reader, oid)) !== oid) return false;
    }
    return true;
  } catch {
    // It changes while it is looked at.
    return false;
  } finally {
    await reader.close();
  }
}

/** As git writes it. */
export function modeOf(entry: Entry): string {
  if (entry.kind === 'link') return '120000';
  return entry.executable ? '100755' : '100644';
}

/** What the paths that git names begin with. */
function above(tree: WorkTree): string {
  return tree.prefix === '' ? '' : `${tree.prefix}/`;
}

async function list(tree: WorkTree, args: readonly string[]): Promise<string[]> {
  const result = await gitIn(tree, args);
  if (result.ok) return result.stdout.split('\0').slice(0, -1);
  const { given } = tree;
  if (result.spawnError !== null) {
    throw new CheckoutUnavailable(`${given} lies in a git work tree, and git could not be started; install it.`);
  }
  if (result.canceled) throw new CheckoutUnavailable(`Listing ${given} was canceled.`);
  if (result.signal !== null) throw new CheckoutRefused(`${given} holds too many files to be listed.`);
  throw new CheckoutRefused(`${given} lies in a git work tree that git cannot read.`);
}

async function gitIn(tree: WorkTree, args: readonly string[]) {
  // Both are named, so that nothing is looked for, and no setting of the repository says where its files lie.
  const where = { gitDir: join(tree.top, '.git'), env: tree.env, signal: tree.signal };
  return gitLocal(where, [`--work-tree=${tree.top}`, ...args], { cwd: tree.top, maxOutput: maxList });
}
