import type { NpmManifest } from '../manifests/package-json.ts';
import { folderOf, isInside, relativeTo, within } from '../paths.ts';
import type { Tree } from '../tree.ts';
import { sourceAt, sourcesOfTarget } from './npm-sources.ts';

/** @returns a function that finds what an import in a file of any package leads to */
export function npmResolver(
  tree: Tree,
  manifests: readonly NpmManifest[],
): (from: string, specifier: string) => readonly string[] {
  const named = new Map(manifests.filter(({ name }) => name !== null).map((one) => [one.name, one]));
  const folders = new Map(manifests.map((one) => [one.folder, one]));
  return (from, specifier) => {
    if (specifier.startsWith('.')) return relativeImport(tree, folders, from, specifier);
    const alias = /^(?:[@~#]\/|src\/)(.+)$/.exec(specifier)?.[1];
    if (alias !== undefined) return list(aliased(tree, folders, from, alias));
    const [, name = specifier, inner = null] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
    const other = named.get(name);
    if (other === undefined) return [];
    if (inner !== null) {
      const found = ['src/', '', 'src/lib/']
        .map((root) => sourceAt(tree, within(other.folder, root + inner) ?? ''))
        .find((one) => one !== null);
      if (found !== undefined) return list(found);
    }
    const [main] = other.mains.length > 0 ? other.mains : [{ file: 'src/index.ts' }];
    return main === undefined ? [] : sourcesOfTarget(tree, other, main.file).slice(0, 2);
  };
}

/** A program in the repository may import what is only built: that has a source, too. */
function relativeImport(
  tree: Tree,
  folders: ReadonlyMap<string, NpmManifest>,
  from: string,
  specifier: string,
): readonly string[] {
  const path = within(folderOf(from), specifier) ?? '';
  const found = sourceAt(tree, path);
  const owner = found === null ? packageOf(folders, from) : null;
  if (owner === null || !isInside(path, owner.folder)) return list(found);
  const inner = relativeTo(owner.folder, path);
  return /^(?:dist|build|lib|out|output)\//.test(inner) ? sourcesOfTarget(tree, owner, inner) : [];
}

/** The package that a file belongs to. */
function packageOf(folders: ReadonlyMap<string, NpmManifest>, path: string): NpmManifest | null {
  let folder = folderOf(path);
  while (folder !== '.' && !folders.has(folder)) folder = folderOf(folder);
  return folders.get(folder) ?? null;
}

function aliased(tree: Tree, folders: ReadonlyMap<string, NpmManifest>, from: string, rest: string): string | null {
  const folder = packageOf(folders, from)?.folder ?? '.';
  return (
    ['src/', ''].map((root) => sourceAt(tree, within(folder, root + rest) ?? '')).find((one) => one !== null) ?? null
  );
}

function list(path: string | null): readonly string[] {
  return path === null || path.endsWith('.json') ? [] : [path];
}
