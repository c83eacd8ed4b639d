import { folderOf } from '../paths.ts';
import type { Tree } from '../tree.ts';

/** Files by the nearest folder around them that has a manifest: those of a project, and of no project further down. */
export type OwnedFiles = ReadonlyMap<string, readonly string[]>;

const known = new WeakMap<Tree, Map<string, OwnedFiles>>();

/**
 * @param ending of the files that are wanted
 * @param manifests their names; folders with one of them are projects
 */
export function ownedFiles(tree: Tree, ending: RegExp, manifests: RegExp): OwnedFiles {
  const ofTree = known.get(tree) ?? new Map<string, OwnedFiles>();
  known.set(tree, ofTree);
  const key = `${ending.source} ${manifests.source}`;
  const before = ofTree.get(key);
  if (before !== undefined) return before;
  const owners = new Set(tree.paths.filter((path) => manifests.test(path)).map(folderOf));
  const found = groupByOwner(
    tree.paths.filter((path) => ending.test(path)),
    owners,
  );
  ofTree.set(key, found);
  return found;
}

function groupByOwner(paths: readonly string[], owners: ReadonlySet<string>): OwnedFiles {
  const found = new Map<string, string[]>();
  for (const path of paths) {
    const owner = nearestOwner(folderOf(path), owners);
    const files = found.get(owner);
    if (files === undefined) found.set(owner, [path]);
    else files.push(path);
  }
  return found;
}

/** @returns the nearest of `owners` at or above a folder; the root where there is none */
export function nearestOwner(folder: string, owners: ReadonlySet<string>): string {
  let here = folder;
  while (here !== '.' && !owners.has(here)) here = folderOf(here);
  return here;
}
