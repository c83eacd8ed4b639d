import type { CheckoutFile } from './model.ts';
import { faultOfPath } from './paths.ts';
import { show } from './show.ts';

/** A file of a checkout with what is known of where its content lies. */
export interface Entry extends CheckoutFile {
  /** Of a link: where it leads, as it says itself. Null for a file, and for a link that says nothing usable. */
  readonly target: string | null;
  /** In a repository: the id of its content, or of what the index says its content is. */
  readonly oid: string | null;
}

export interface CleanEntries<E> {
  /** Sorted as a walk over folders meets them. No path twice, none below the path of another. */
  readonly entries: readonly E[];
  /** Sentences about what was left out. */
  readonly notes: readonly string[];
}

const maxNamed = 3;

/**
 * Leaves out what no honest repository holds: paths that cannot be used, paths given twice, and files that lie below a
 * file or a link, which an unpacker would write through the link.
 */
export function cleanEntries<E extends Pick<CheckoutFile, 'path' | 'kind'>>(raw: readonly E[]): CleanEntries<E> {
  const left = new Map<string, string[]>();
  const leave = (why: string, path: string) => {
    const paths = left.get(why);
    if (paths === undefined) left.set(why, [path]);
    else paths.push(path);
  };
  const usable = new Map<string, E>();
  const links = new Set<string>();
  for (const entry of raw) {
    const fault = faultOfPath(entry.path);
    if (fault !== null) leave(`path ${fault}`, entry.path);
    else if (usable.has(entry.path)) leave('path is there twice', entry.path);
    else {
      usable.set(entry.path, entry);
      // Some file systems do not tell capitals apart: `A` may be the link that `a/file` is written through.
      if (entry.kind === 'link') links.add(folded(entry.path));
    }
  }
  const kept = [...usable.values()].filter((entry) => {
    const through = foldersAbove(entry.path).some((folder) => usable.has(folder) || links.has(folded(folder)));
    if (through) leave('path leads through a file or a link', entry.path);
    return !through;
  });
  const notes = [...left].map(([why, paths]) => leftOut(paths, `${paths.length === 1 ? 'its' : 'their'} ${why}`));
  return { entries: kept.sort((one, other) => comparePaths(one.path, other.path)), notes };
}

/** @returns a sentence that names at most three of the paths. */
export function leftOut(paths: readonly string[], why: string): string {
  const named = paths.slice(0, maxNamed).map((path) => show(path));
  const more = paths.length > maxNamed ? `, and ${paths.length - maxNamed} more` : '';
  return `Left out: ${named.join(', ')}${more}: ${why}.`;
}

/** @returns `a` and `a/b` for `a/b/c`. */
export function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** Folder by folder, as `readdir` and a sort of each folder's names would go. */
export function comparePaths(one: string, other: string): number {
  const [a, b] = [one.split('/'), other.split('/')];
  const at = a.findIndex((name, index) => name !== b[index]);
  if (at === -1) return a.length - b.length;
  const [left, right] = [a[at] ?? '', b[at] ?? ''];
  return left < right ? -1 : 1;
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
