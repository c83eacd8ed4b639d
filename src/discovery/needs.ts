import { climbsOut, climbingPaths } from './climbs.ts';
import type { RepositoryFiles } from './model.ts';
import { folderOf, isInside, within } from './paths.ts';

/** A folder with a manifest of its own, and the names by which others may mean it. */
export interface Package {
  /** Never `.`: what lies in no other folder belongs to everybody. */
  readonly folder: string;
  readonly names: ReadonlySet<string>;
}

const manifests = /(?:^|\/)(?:package\.json|pyproject\.toml)$/u;
const aliasFiles = /(?:^|\/)(?:ts|js)config[\w.-]*\.json$/u;
/** They repeat what the manifests beside them say, at length. */
const locks =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|(?:uv|poetry|pdm)\.lock)$/u;
const sources = /\.(?:[cm]?[jt]sx?|py|json|toml|ya?ml|sh)$/u;
/** UTF-16 units of all texts that are searched, each as often as there are packages to be found in it. */
const maxUnits = 1024 ** 3;
const maxFiles = 20_000;
const maxPackages = 2000;

/** @returns the packages of a repository; null where they are more than is looked at */
export async function packagesIn(files: RepositoryFiles): Promise<Package[] | null> {
  const found = files.paths.filter((path) => manifests.test(path) && path.includes('/'));
  if (found.length > maxPackages) return null;
  const names = new Map<string, Set<string>>();
  for (const path of found) {
    const folder = folderOf(path);
    const own = names.get(folder) ?? new Set<string>();
    names.set(folder, own);
    for (const name of namesIn(path, (await files.text(path)) ?? '')) own.add(keyOf(name));
  }
  for (const path of files.paths.filter((each) => aliasFiles.test(each))) {
    for (const [alias, target] of aliasesIn(path, (await files.text(path)) ?? '')) {
      for (const [folder, own] of names) if (isInside(target, folder)) own.add(keyOf(alias));
    }
  }
  return [...names].map(([folder, own]) => ({ folder, names: own }));
}

/**
 * What a package may need of its repository, found by what its files say: every package whose name, folder or alias stands
 * in one of them, whatever for, and what those need in turn. More than is needed is no harm.
 *
 * @param links of the repository, to where they lead
 * @returns folders, `folder` among them; null where nothing can be left out
 */
export async function neededBy(
  files: RepositoryFiles,
  folder: string,
  packages: readonly Package[],
  links: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string> | null> {
  const needed = new Set<string>();
  const open = [folder];
  const room = { units: maxUnits, files: maxFiles };
  // Everybody may go through a link that is nobody's.
  const shared = [...links].filter(([path]) => !packages.some((each) => isInside(path, each.folder)));
  if (!addTargets(shared, packages, links, open)) return null;
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (needed.has(each)) continue;
    if (each === '.') return null;
    needed.add(each);
    const own = each;
    const named = await namedIn(files, own, packages, room);
    const ownLinks = [...links].filter(([path]) => isInside(path, own));
    if (named === null || !addTargets(ownLinks, packages, links, open)) return null;
    open.push(...named);
  }
  return needed;
}

async function namedIn(
  files: RepositoryFiles,
  folder: string,
  packages: readonly Package[],
  room: { units: number; files: number },
): Promise<string[] | null> {
  const found = new Set<string>();
  for (const path of files.paths.filter((each) => isInside(each, folder) && !locks.test(each))) {
    const text = await files.text(path);
    // A program of more than 1 MiB, in which nobody looks.
    if (text === null && sources.test(path)) return null;
    if (text === null) continue;
    room.units -= text.length * (1 + packages.length);
    if (room.units < 0 || --room.files < 0) return null;
    if (climbsOut(text, folderOf(path), folder)) return null;
    const key = keyOf(text);
    const climbed = climbingPaths(text, folderOf(path));
    for (const each of packages) {
      const isNamed = [...each.names].some((name) => holds(key, name));
      if (isNamed || climbed.some((target) => isInside(target, each.folder) || isInside(each.folder, target))) {
        found.add(each.folder);
      }
    }
  }
  return [...found];
}

/** @returns false where a link leads on to another, or to where nobody knows */
function addTargets(
  links: readonly (readonly [string, string])[],
  packages: readonly Package[],
  all: ReadonlyMap<string, string>,
  open: string[],
): boolean {
  for (const [path, text] of links) {
    const target = within(folderOf(path), text);
    if (target === null || [...all.keys()].some((other) => isInside(target, other))) return false;
    for (const { folder } of packages) if (isInside(target, folder) || isInside(folder, target)) open.push(folder);
  }
  return true;
}

function namesIn(path: string, text: string): string[] {
  // By what stands there, and not by what is well-formed: one name too many is no harm.
  const names = path.endsWith('.json')
    ? text.matchAll(/"name"\s*:\s*"([^"\\]{1,214})"/gu)
    : text.matchAll(/^\s*name\s*=\s*["']([^"'\\]{1,214})["']/gmu);
  return [...names].map(([, name = '']) => name);
}

/** `paths` of TypeScript: an alias, and the folder it stands for. */
function aliasesIn(path: string, text: string): [string, string][] {
  return [...text.matchAll(/"([^"]{1,200})"\s*:\s*\[([^\]]{0,2000})\]/gu)].flatMap(([, alias = '', targets = '']) =>
    [...targets.matchAll(/"([^"]{1,500})"/gu)].flatMap(([, target = '']) => {
      const resolved = within(folderOf(path), target.replace(/\/?\*.*$/u, ''));
      const name = alias.replace(/\/?\*.*$/u, '');
      return resolved === null || name === '' ? [] : [[name, resolved] as [string, string]];
    }),
  );
}

/** Whether a name stands in a text, and is not only a part of another word. */
function holds(text: string, name: string): boolean {
  const isWord = (at: number) => /[a-z0-9]/u.test(text.charAt(at));
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!isWord(at - 1) && !isWord(at + name.length)) return true;
  }
  return false;
}

/** Python compares names so; npm's lose nothing by it. */
function keyOf(text: string): string {
  return text.toLowerCase().replaceAll(/[-_.]+/gu, '-');
}
