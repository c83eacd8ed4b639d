import { isSkipped, lookAlikeKind } from '../folders.ts';
import { limits } from '../limits.ts';
import type { NpmManifest } from '../manifests/package-json.ts';
import { baseOf, folderOf, relativeTo, within } from '../paths.ts';
import type { Tree } from '../tree.ts';
import { ownedFiles } from './owners.ts';

const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx'];
const builtFolder = /^(?:dist|build|lib|out|output|bin|\.smithery|\.output|esm|cjs|bundle|server)$/;

/** @returns the source file that `path` stands for: itself, or one with another ending, or an index; null if none */
export function sourceAt(tree: Tree, path: string): string | null {
  if (tree.has(path) && endings.some((ending) => path.endsWith(ending))) return path;
  const stem = path.replace(/\.(?:[cm]?js|jsx|[cm]?tsx?|json)$/, '');
  const forms = [...endings.map((ending) => stem + ending), ...endings.map((ending) => `${path}${ending}`)];
  const indexes = endings.map((ending) => `${path}/index${ending}`);
  return [...forms, ...indexes].find((form) => tree.has(form)) ?? (tree.has(path) ? path : null);
}

/**
 * The sources of a file that a package starts. What is started is mostly built, and not in the repository:
 * `dist/cli/index.js` comes from `src/cli/index.ts`, or from what a script of the package names.
 */
export function sourcesOfTarget(tree: Tree, manifest: NpmManifest, file: string): readonly string[] {
  const target = within(manifest.folder, file);
  if (target === null) return [];
  const direct = sourceAt(tree, target);
  if (direct !== null) return [direct];
  const inner = relativeTo(manifest.folder, target).split('/');
  const tails: string[] = [];
  for (let rest = inner; rest.length > 0; rest = rest.slice(1)) {
    tails.push(
      ...['src', 'source', 'lib', 'server', ''].map((root) => [root, ...rest].filter((one) => one !== '').join('/')),
    );
    if (!builtFolder.test(rest[0] ?? '') && rest.length < inner.length) break;
  }
  for (const tail of tails) {
    const found = sourceAt(tree, within(manifest.folder, tail) ?? '');
    if (found !== null && !found.endsWith('.json')) return [found];
  }
  const named = namedInScripts(tree, manifest);
  return named.length > 0 ? named : usualEntries(tree, manifest, baseOf(target));
}

/** Source files that the package's scripts name: `esbuild src/server.ts --outfile=dist/index.js`. */
function namedInScripts(tree: Tree, manifest: NpmManifest): readonly string[] {
  const words = manifest.scripts.flatMap((script) => script.split(/[\s'"=,]+/).slice(0, 100));
  const files = words
    .filter((word) => /^[\w./-]+\.[cm]?tsx?$/.test(word) && !/\.(?:test|spec|config|d)\./.test(word))
    .map((word) => within(manifest.folder, word))
    .filter((path) => path !== null && tree.has(path));
  return [...new Set(files.filter((path) => path !== null))];
}

function usualEntries(tree: Tree, manifest: NpmManifest, base: string): readonly string[] {
  const stem = base.replace(/\.[cm]?js$/, '');
  const below = ownFiles(tree, manifest.folder).filter((path) => isSource(path));
  const same = below.filter((path) => baseOf(path).replace(/\.[cm]?[jt]sx?$/, '') === stem);
  if (same.length > 0) return same.slice(0, 5);
  return ['src/index', 'src/main', 'src/server', 'src/cli', 'index', 'main', 'server']
    .map((usual) => sourceAt(tree, within(manifest.folder, `${usual}.ts`) ?? ''))
    .filter((path) => path !== null)
    .slice(0, 1);
}

export function isSource(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$|\.(?:test|spec|config|stories)\.[cm]?[jt]sx?$/.test(path);
}

/** Files of a project that belong to no project further down, to no dependency and to no test. */
export function ownFiles(tree: Tree, folder: string): readonly string[] {
  const own = ownedFiles(tree, /\.[cm]?[jt]sx?$/, /(?:^|\/)package\.json$/).get(folder) ?? [];
  return own
    .filter((path) => !isSkipped(path) && lookAlikeKind(relativeTo(folder, folderOf(path))) === null)
    .slice(0, limits.sources);
}
