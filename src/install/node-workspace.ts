import type { Checkout } from '../checkout/model.ts';
import { matchesGlobs } from './node-globs.ts';
import { inFolder, type Manifest, pnpmPatterns, readManifest } from './node-manifest.ts';

/** A package of a checkout. */
export interface LocalPackage {
  /** Relative to the checkout's root; `.` for that itself. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Packages that are installed together. */
export interface Workspace {
  /** Where the installer is started. */
  readonly root: LocalPackage;
  /** The root first; the others by folder. The root alone where it is no workspace. */
  readonly packages: readonly LocalPackage[];
  readonly isWorkspace: boolean;
}

/** More packages than that are not looked at: a real workspace has some hundreds. */
const maxPackages = 2000;

/** @returns the workspace that `folder` is installed with; null where it has no package.json. */
export async function findWorkspace(checkout: Checkout, folder: string): Promise<Workspace | null> {
  const manifest = await readManifest(checkout, folder);
  if (manifest === null) return null;
  for (const root of [folder, ...ancestors(folder)]) {
    const patterns = await patternsOf(checkout, root);
    if (patterns === null) continue;
    const rootManifest = await readManifest(checkout, root);
    const below = root === '.' ? folder : folder.slice(root.length + 1);
    // pnpm's workspaces need no package.json at their root.
    if (root === folder || matchesGlobs(below, patterns)) {
      return membersOf(checkout, { folder: root, manifest: rootManifest ?? emptyManifest() }, patterns);
    }
  }
  const alone = { folder, manifest };
  return { root: alone, packages: [alone], isWorkspace: false };
}

function emptyManifest(): Manifest {
  const nothing = { scripts: {}, dependencies: {}, devDependencies: {}, optionalDependencies: {}, os: [], cpu: [] };
  return { name: null, version: null, packageManager: null, devEngines: null, workspaces: null, ...nothing };
}

async function patternsOf(checkout: Checkout, root: string): Promise<readonly string[] | null> {
  const ofPnpm = pnpmPatterns(await checkout.text(inFolder(root, 'pnpm-workspace.yaml')));
  // One that only has settings makes no workspace.
  if (ofPnpm !== null && ofPnpm.length > 0) return ofPnpm;
  return (await readManifest(checkout, root))?.workspaces ?? null;
}

async function membersOf(checkout: Checkout, root: LocalPackage, patterns: readonly string[]): Promise<Workspace> {
  const prefix = root.folder === '.' ? '' : `${root.folder}/`;
  const folders = checkout.files
    .filter(({ path, kind }) => kind === 'file' && path.startsWith(prefix) && path.endsWith('/package.json'))
    .map(({ path }) => path.slice(prefix.length, -'/package.json'.length))
    .filter((path) => path !== '' && !path.split('/').includes('node_modules') && matchesGlobs(path, patterns))
    .slice(0, maxPackages);
  const packages: LocalPackage[] = [root];
  for (const below of folders) {
    const manifest = await readManifest(checkout, `${prefix}${below}`);
    if (manifest !== null) packages.push({ folder: `${prefix}${below}`, manifest });
  }
  return { root, packages, isWorkspace: true };
}

/** From the nearest to the root. */
function ancestors(folder: string): string[] {
  if (folder === '.') return [];
  const segments = folder.split('/');
  return segments.map((_, index) => segments.slice(0, segments.length - 1 - index).join('/') || '.');
}
