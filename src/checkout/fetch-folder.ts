import { realpath, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { codeOf, messageOf } from '../process/failure.ts';
import { diskContents, diskEntries } from './disk.ts';
import { cleanEntries, type Entry, leftOut } from './entry.ts';
import { CheckoutRefused } from './errors.ts';
import { type CheckoutLimits, defaultLimits, mebibytes } from './limits.ts';
import { type Listing, ListedCheckout } from './listed-checkout.ts';
import type { Checkout } from './model.ts';
import { faultOfPath } from './paths.ts';
import { walk } from './walk.ts';
import { cleanCommit, topOf, trackedFiles, untrackedFiles, type WorkTree } from './work-tree.ts';

export interface FolderOptions {
  /** Whether files that git does not know are left out; else they belong to it unless they are ignored. */
  readonly trackedOnly: boolean;
  readonly signal: AbortSignal;
  readonly limits?: Partial<CheckoutLimits>;
}

/**
 * Opens a folder of this machine as it is now: of a git work tree the tracked files, of another everything but the usual
 * folders. Nothing is copied, no link is followed, and nothing that the folder's `.git` configures is run.
 *
 * @param given the source as the user wrote it. @param path absolute
 * @throws CheckoutRefused, CheckoutUnavailable
 */
export async function openFolder(given: string, path: string, options: FolderOptions): Promise<Checkout> {
  const root = await realFolder(given, path);
  const limits = { ...defaultLimits, ...options.limits };
  const top = await topOf(root);
  try {
    const listing =
      top === null
        ? await listPlain(given, root, limits)
        : await listWorkTree(
            { top, prefix: relative(top, root), given, env: process.env, signal: options.signal },
            root,
            options.trackedOnly,
            limits,
          );
    return new ListedCheckout(listing, diskContents(root));
  } catch (error) {
    if (codeOf(error) === null) throw error;
    throw new CheckoutRefused(`${given} cannot be read: ${messageOf(error)}.`);
  }
}

async function realFolder(given: string, path: string): Promise<string> {
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw new CheckoutRefused(`${given} cannot be read: ${messageOf(error)}.`);
  }
  throw new CheckoutRefused(`${given} is not a folder.`);
}

async function listPlain(given: string, root: string, limits: CheckoutLimits): Promise<Listing> {
  const entries = await lookAt(given, root, await walk(root, limits.files), limits);
  const clean = cleanEntries(entries);
  return { given, commit: null, ...clean };
}

async function listWorkTree(
  tree: WorkTree,
  root: string,
  trackedOnly: boolean,
  limits: CheckoutLimits,
): Promise<Listing> {
  const { given } = tree;
  const tracked = await trackedFiles(tree);
  const others = trackedOnly ? [] : await untrackedFiles(tree);
  const modules = [
    ...tracked.filter(({ mode }) => mode === '160000').map((file) => file.path),
    ...others.filter((path) => path.endsWith('/')),
  ];
  const paths = [...tracked.map((file) => file.path), ...others].filter((path) => !modules.includes(path));
  const entries = await lookAt(given, root, paths, limits);
  const { entries: clean, notes } = cleanEntries(entries);
  const commit = others.length > 0 ? null : await cleanCommit(tree, tracked, entries);
  const more = modules.length === 0 ? [] : [leftOut(modules, 'repositories of their own')];
  if (paths.length === 0) more.push('Git tracks none of its files.');
  return { given, commit, entries: clean, notes: [...notes, ...more] };
}

async function lookAt(given: string, root: string, paths: readonly string[], limits: CheckoutLimits) {
  if (paths.length > limits.files) {
    throw new CheckoutRefused(`${given} holds more than ${limits.files} files, which is more than is taken.`);
  }
  const look = diskEntries(root);
  const entries: Entry[] = [];
  let bytes = 0;
  for (const path of paths) {
    // Such a path is not even looked at; it is listed to be left out with a note.
    const entry = faultOfPath(path) === null ? await look(path) : nothing(path);
    bytes += entry?.size ?? 0;
    if (entry !== null) entries.push(entry);
  }
  if (bytes > limits.unpackedBytes) {
    throw new CheckoutRefused(`${given} is larger than ${mebibytes(limits.unpackedBytes)}.`);
  }
  return entries;
}

function nothing(path: string): Entry {
  return { path, kind: 'file', executable: false, size: 0, target: null, oid: null };
}
