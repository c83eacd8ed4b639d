import { limits } from './limits.ts';
import type { RepositoryFiles } from './model.ts';

/** The files of a repository with an index, a memory of what was read, and an end to reading. */
export interface Tree {
  readonly paths: readonly string[];
  has(path: string): boolean;
  /** Everything below a folder, sorted. */
  below(folder: string): readonly string[];
  /** Text of a file, in whole or (of a large source file) its beginning; null where there is none or reading has ended. */
  read(path: string): Promise<string | null>;
  /** Whether reading has ended before all was read that was asked for. */
  readonly exhausted: boolean;
}

export function treeOf(files: RepositoryFiles): Tree {
  const paths = [...files.paths].sort(byCodeUnit);
  const known = new Set(paths);
  const texts = new Map<string, Promise<string | null>>();
  let units = 0;
  let exhausted = false;
  const load = async (path: string): Promise<string | null> => {
    const text = (await files.text(path))?.slice(0, limits.manifestSize + 1) ?? null;
    units += text?.length ?? 0;
    return text;
  };
  return {
    paths,
    has: (path) => known.has(path),
    below: (folder) => (folder === '.' ? paths : sliceBelow(paths, `${folder}/`)),
    read(path) {
      const before = texts.get(path);
      if (before !== undefined) return before;
      if (!known.has(path)) return Promise.resolve(null);
      if (texts.size >= limits.sources || units > limits.sourceUnits) {
        exhausted = true;
        return Promise.resolve(null);
      }
      const text = load(path);
      texts.set(path, text);
      return text;
    },
    get exhausted() {
      return exhausted;
    },
  };
}

function byCodeUnit(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function sliceBelow(paths: readonly string[], prefix: string): readonly string[] {
  const first = firstAtLeast(paths, prefix);
  let end = first;
  while (paths[end]?.startsWith(prefix) === true) end++;
  return paths.slice(first, end);
}

function firstAtLeast(paths: readonly string[], wanted: string): number {
  let low = 0;
  let high = paths.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((paths[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
