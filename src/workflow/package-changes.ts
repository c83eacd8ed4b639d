import { isDeepStrictEqual } from 'node:util';
import { discover } from '../discovery/discover.ts';
import type { Discovery, FoundServer, RepositoryFiles } from '../discovery/model.ts';
import { neededBy, type Package, packagesIn } from '../discovery/needs.ts';
import { baseOf, folderOf, isInside } from '../discovery/paths.ts';
import { readNodeProject } from '../install/node-project.ts';
import type { KnownChanges } from './changes.ts';
import { isProse } from './prose.ts';
import type { Looked } from './repositories.ts';

export interface FoundInFolder {
  /** The folder that was searched, relative to the workspace; all below is relative to it. */
  readonly root: string;
  readonly looked: Looked;
  readonly found: FoundServer;
  /** Whether it is made from the repository, and not only declared there. */
  readonly built: boolean;
}

/** A folder of the workspace that was searched for servers, as it was. */
interface Before {
  readonly paths: readonly string[];
  readonly discovery: Discovery;
  readonly packages: readonly Package[] | null;
}

/**
 * Which changes of a repository concern a server that was found in it. A file counts for every server unless it lies in a
 * package that the server names nowhere: installers are given the whole repository.
 */
export class PackageChanges {
  readonly #known: KnownChanges;
  readonly #before = new Map<string, Promise<Before>>();

  constructor(known: KnownChanges) {
    this.#known = known;
  }

  /** @returns why the server has to run; null where it is unchanged @throws what the base rejects with */
  async why({ root, looked, found, built }: FoundInFolder): Promise<string | null> {
    const before = await this.#of(root);
    const was = before.discovery.servers.find(({ name, folder }) => name === found.name && folder === found.folder);
    if (was === undefined) return 'it is new';
    if (!isDeepStrictEqual(said(was), said(found))) return 'its manifests say something else';
    if (!built) return null;
    const changed = this.#changedIn(root);
    if (changed.length === 0) return null;
    const needed = await this.#needed(root, looked, found, before);
    const folders = excludable(before, changed);
    const isNode = found.start.kind === 'node';
    const counts = changed.find((path) => {
      if (needed !== null && [...needed].some((folder) => isInside(path, folder))) return true;
      // A server in the root itself may bring along what is there for people.
      if (root === '.' && found.folder !== '.' && isProse(path)) return false;
      if (needed === null || (isNode && baseOf(path) === 'package.json')) return true;
      const owner = ownerOf(path, folders);
      return owner === null || [...needed].some((folder) => isInside(folder, owner));
    });
    return counts === undefined ? null : `${root === '.' ? '' : `${root}/`}${counts} changed`;
  }

  /** @returns one of the paths that lies in no package of the base; null where all do */
  async outside(paths: readonly string[]): Promise<string | null> {
    if (paths.length === 0) return null;
    const packages = await packagesIn(this.#known.files.base.below('.'));
    const folders = (packages ?? []).map(({ folder }) => folder);
    return paths.find((path) => ownerOf(path, folders) === null) ?? null;
  }

  async #of(root: string): Promise<Before> {
    const known = this.#before.get(root) ?? this.#read(root);
    this.#before.set(root, known);
    return known;
  }

  async #read(root: string): Promise<Before> {
    const files = this.#known.files.base.below(root);
    return { paths: files.paths, discovery: await discover(files), packages: await packagesIn(files) };
  }

  /** Relative to the root, without what is compared by value. */
  #changedIn(root: string): string[] {
    const { changed, roles } = this.#known;
    const prefix = root === '.' ? '' : `${root}/`;
    const inRoot = [...changed].filter((path) => path.startsWith(prefix) && !roles.has(path));
    return inRoot.map((path) => path.slice(prefix.length));
  }

  async #needed(root: string, { checkout }: Looked, found: FoundServer, before: Before) {
    // What belongs to the root goes with all of it.
    if (found.folder === '.' || before.packages === null) return null;
    const files: RepositoryFiles = {
      paths: checkout.files.filter(({ kind }) => kind === 'file').map(({ path }) => path),
      text: (path) => checkout.text(path),
    };
    const packages = await packagesIn(files);
    if (packages === null) return null;
    if (found.start.kind === 'node' && (await isBuiltAsWhole(checkout, found.folder))) return null;
    const prefix = root === '.' ? '' : `${root}/`;
    const links = [...this.#known.files.links].filter(([path]) => path.startsWith(prefix));
    const below = new Map(links.map(([path, target]) => [path.slice(prefix.length), target]));
    return neededBy(files, found.folder, [...packages, ...before.packages], below);
  }
}

/** Where a script of the root builds everything, each package can break it for all. */
async function isBuiltAsWhole(checkout: Looked['checkout'], folder: string): Promise<boolean> {
  const project = await readNodeProject(checkout, folder);
  if (project === null) return true;
  const { own, builds, workspace } = project;
  return own !== workspace.root && builds.some((build) => build.folder === workspace.root.folder);
}

/** Packages that were there, and folders that are new as a whole: one that became a package now hides what it always held. */
function excludable({ paths, packages }: Before, changed: readonly string[]): string[] {
  const fresh = changed
    .filter((path) => /^(?:package\.json|pyproject\.toml)$/u.test(baseOf(path)) && path.includes('/'))
    .map(folderOf)
    .filter((folder) => !paths.some((path) => isInside(path, folder)));
  return [...(packages ?? []).map(({ folder }) => folder), ...fresh];
}

/** @returns the innermost of the folders that holds the path; null also where everybody's packages are looked for */
function ownerOf(path: string, folders: readonly string[]): string | null {
  if (path.split('/').includes('node_modules')) return null;
  const holding = folders.filter((folder) => folder !== path && isInside(path, folder));
  return holding.toSorted((one, other) => other.length - one.length)[0] ?? null;
}

/** What manifests say of a server, wherever in them it stands. */
function said(found: FoundServer): unknown {
  const declaredIn = found.declaredIn.map(({ format, file, field }) => ({ format, file, field }));
  return { ...found, declaredIn };
}
