import { limits } from '../limits.ts';
import type { PythonManifest } from '../manifests/pyproject.ts';
import { baseOf, folderOf, isInside, relativeTo, within } from '../paths.ts';
import type { Tree } from '../tree.ts';
import { ownedFiles } from './owners.ts';
import { isSkipped, lookAlikeKind } from '../folders.ts';

/** @returns the file of a module (`a.b`) under one of `roots`; of the nearest package, where `b` is an attribute */
export function moduleFile(tree: Tree, roots: readonly string[], module: string): string | null {
  const parts = module.split('.').filter((part) => part !== '');
  if (parts.length === 0) return null;
  for (const root of roots) {
    const path = within(root, parts.join('/')) ?? '';
    const found = [`${path}.py`, `${path}/__init__.py`].find((one) => tree.has(one));
    if (found !== undefined) return found;
  }
  return null;
}

interface Module {
  readonly root: string;
  readonly path: string;
}

/** @returns a function that finds what an import leads to: own modules, and those of other projects of the repository */
export function pythonResolver(
  tree: Tree,
  manifests: readonly Pick<PythonManifest, 'roots'>[],
): (from: string, specifier: string) => readonly string[] {
  const modules = modulesOf(tree, new Set(manifests.flatMap((one) => one.roots)));
  return (from, specifier) => {
    const [, dots = '', rest = ''] = /^(\.*)(.*)$/.exec(specifier) ?? [];
    if (dots === '') return absolute(tree, modules, from, specifier);
    const folder = within(folderOf(from), '../'.repeat(dots.length - 1) || '.');
    if (folder === null) return [];
    const found = rest === '' ? `${folder}/__init__.py` : moduleFile(tree, [folder], rest);
    return found === null || !tree.has(found) ? [] : [found];
  };
}

function absolute(
  tree: Tree,
  modules: ReadonlyMap<string, readonly Module[]>,
  from: string,
  specifier: string,
): readonly string[] {
  const known = modules.get(specifier) ?? [];
  const own = known.find(({ root }) => isInside(from, root)) ?? known[0];
  if (own !== undefined) return [own.path];
  // A script finds what lies beside it.
  const beside = specifier.includes('.') ? null : moduleFile(tree, [folderOf(from)], specifier);
  return beside === null ? [] : [beside];
}

/** All modules by their dotted names: there are many imports, and most lead nowhere. Deeper roots come first. */
function modulesOf(tree: Tree, roots: ReadonlySet<string>): ReadonlyMap<string, readonly Module[]> {
  const found = new Map<string, Module[]>();
  for (const path of tree.paths) {
    if (!path.endsWith('.py')) continue;
    for (let root = folderOf(path); ; root = folderOf(root)) {
      if (roots.has(root)) {
        const inner = relativeTo(root, path).replace(/(?:(?:^|\/)__init__)?\.py$/, '');
        const name = inner.replaceAll('/', '.');
        found.set(name, [...(found.get(name) ?? []), { root, path }]);
      }
      if (root === '.') break;
    }
  }
  return found;
}

/** Python files of a folder that belong to no project further down and to no test. */
export function pythonFiles(tree: Tree, folder: string): readonly string[] {
  const own = ownedFiles(tree, /\.py$/, /(?:^|\/)(?:pyproject\.toml|requirements\.txt)$/).get(folder) ?? [];
  return own
    .filter((path) => !isSkipped(path) && lookAlikeKind(relativeTo(folder, folderOf(path))) === null)
    .filter((path) => !/^(?:test_|conftest|setup\.py)/.test(baseOf(path)))
    .slice(0, limits.sourcesOfProgram);
}
