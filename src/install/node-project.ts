import { posix } from 'node:path';
import semver from 'semver';
import type { Checkout } from '../checkout/model.ts';
import { findManager, type Manager } from './node-manager.ts';
import { findWorkspace, type LocalPackage, type Workspace } from './node-workspace.ts';

/** One script of one package, run with `npm run`. */
export interface Build {
  readonly folder: string;
  /** Of the package, for sentences. */
  readonly name: string;
  readonly script: string;
}

/** How a server that was found in a checkout is installed and built. */
export interface NodeProject {
  readonly workspace: Workspace;
  readonly manager: Manager;
  /** The package that the server is a bin of. */
  readonly own: LocalPackage;
  /** In order: what the server's package needs of the workspace, then the package itself. */
  readonly builds: readonly Build[];
}

/** @param folder of the server's package, relative to the checkout's root @returns null where it has no package.json. */
export async function readNodeProject(checkout: Checkout, folder: string): Promise<NodeProject | null> {
  const workspace = await findWorkspace(checkout, folder);
  const own = workspace?.packages.find((each) => each.folder === folder);
  if (workspace === null || own === undefined) return null;
  const manager = await findManager(checkout, workspace.root);
  return { workspace, manager, own, builds: buildsOf(workspace, own) };
}

function buildsOf(workspace: Workspace, own: LocalPackage): Build[] {
  const { root, packages } = workspace;
  const index: Index = {
    byName: new Map(packages.flatMap((each) => (each.manifest.name === null ? [] : [[each.manifest.name, each]]))),
    byFolder: new Map(packages.map((each) => [each.folder, each])),
  };
  const order: LocalPackage[] = [];
  const visited = new Set<LocalPackage>();
  const visit = (each: LocalPackage): void => {
    // Packages that need each other are built in the order in which they were met.
    if (visited.has(each)) return;
    visited.add(each);
    // The root lists what the workspace is made of; somebody who needs the root does not need all of that.
    if (each !== root || each === own) for (const needed of neededBy(index, each)) visit(needed);
    order.push(each);
  };
  visit(own);
  const builds = order.flatMap(buildOf);
  if (builds.some(({ folder }) => folder === own.folder)) return builds;
  // Some workspaces are built as a whole, by a script of their root alone.
  return [...builds.filter(({ folder }) => folder !== root.folder), ...buildOf(root)];
}

interface Index {
  readonly byName: ReadonlyMap<string, LocalPackage>;
  readonly byFolder: ReadonlyMap<string, LocalPackage>;
}

/** What scripts do for the repository's developers: it makes nothing, and fails outside of a clone. */
export const hooks = /\b(husky|lefthook|simple-git-hooks|pre-commit|git config)\b/u;

function buildOf({ folder, manifest }: LocalPackage): Build[] {
  const script = ['build', 'prepare'].find((name) => manifest.scripts[name] !== undefined);
  if (script === undefined || (script === 'prepare' && hooks.test(manifest.scripts[script] ?? ''))) return [];
  return [{ folder, name: manifest.name ?? folder, script }];
}

/** What a package needs of its own workspace, in the order of its manifest. */
function neededBy(index: Index, { folder, manifest }: LocalPackage): LocalPackage[] {
  const wanted = { ...manifest.devDependencies, ...manifest.optionalDependencies, ...manifest.dependencies };
  return Object.entries(wanted).flatMap(([name, spec]) => {
    const found = meant(index, name, spec, folder);
    return found === undefined ? [] : [found];
  });
}

function meant({ byName, byFolder }: Index, name: string, spec: string, from: string): LocalPackage | undefined {
  const path = /^(?:file|link|portal):(.+)$/u.exec(spec)?.[1];
  if (path !== undefined) return byFolder.get(posix.join(from, path).replace(/\/$/u, ''));
  // An alias: `workspace:other@*`.
  const alias = /^workspace:((?:@[^@/]+\/)?[^@/*^~]+)@/u.exec(spec)?.[1];
  const found = byName.get(alias ?? name);
  if (found === undefined || spec.startsWith('workspace:') || spec === '*' || spec === '') return found;
  const { version } = found.manifest;
  return semver.satisfies(version ?? '0.0.0', spec, { includePrerelease: true }) ? found : undefined;
}
