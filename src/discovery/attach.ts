import type { Bundled, Composed, Declaration, Hint, Listed, Registered } from './declaration.ts';
import type { Draft } from './draft.ts';
import { draftOf } from './draft.ts';
import type { PublishedAs } from './model.ts';
import { packageKey } from './packages.ts';
import { baseOf, isInside, within } from './paths.ts';
import type { Project } from './projects/project.ts';
import type { Tree } from './tree.ts';

/** What became of a declaration: it belongs to servers, makes one itself, or is left out with the reason. */
export type Attached = { readonly to: readonly Draft[] } | { readonly makes: Draft } | { readonly why: string } | null;

/** @returns whether a declaration says that this very project is published as a server */
export function backs(said: Declaration, project: Project): boolean {
  if (said.kind === 'registered') {
    return isPublishedAs(said, project.published) || sameRegistryName(said, project) || said.folder === project.folder;
  }
  if (said.kind !== 'bundled' || !isInside(said.folder, project.folder)) return false;
  const entry = said.entry ?? '';
  return project.programs.some(
    ({ target }) => target !== null && entry !== '' && target === within(project.folder, entry),
  );
}

/** All packages that a server is published as, as far as manifests of packages say. */
export function publishedBy({ project, alsoPublished }: Draft): readonly PublishedAs[] {
  return [...(project?.published ?? []), ...alsoPublished];
}

function isPublishedAs(said: Declaration, published: readonly PublishedAs[]): boolean {
  const own = new Set(published.map((one) => packageKey(one.registry, one.name)));
  return said.packages.some((one) => own.has(packageKey(one.registry, one.name)));
}

function sameRegistryName(said: Declaration, project: Project): boolean {
  return said.registryName !== null && said.registryName === project.registryName;
}

/** Finds the servers that a `server.json` is about; without any it stands for one itself. */
export function attachRegistered(said: Registered, drafts: readonly Draft[]): Attached {
  const named = drafts.filter(
    (one) => isPublishedAs(said, publishedBy(one)) || (one.project !== null && sameRegistryName(said, one.project)),
  );
  if (named.length > 0) return { to: named.slice(0, 1) };
  const near =
    nearest(said.folder, drafts) ??
    alike(
      said,
      drafts.filter(({ folder }) => isInside(folder, said.folder)),
    );
  if (near !== null && (drafts.length === 1 || !isForeign(said, near))) return { to: [near] };
  const [remote] = said.remotes;
  const published = said.packages[0];
  if (published !== undefined) {
    const start = { kind: 'package', package: published, args: said.args ?? [] } as const;
    return { makes: draftOf(said, { start, command: packageCommand(said), language: 'other' }) };
  }
  if (remote === undefined) return { why: 'it names neither a package nor where the server runs' };
  return { makes: draftOf(said, { start: { kind: 'remote', url: remote }, command: [], language: 'other' }) };
}

/** A declaration of packages that are all another's, next to a server that is published under its own name. */
function isForeign(said: Registered, near: Draft): boolean {
  const registries = new Set(near.project?.published.map(({ registry }) => registry) ?? []);
  return near.folder !== said.folder && said.packages.some(({ registry }) => registries.has(registry));
}

function packageCommand(said: Declaration): readonly string[] {
  const [first] = said.packages;
  if (first === undefined) return [];
  const { name, registry, version } = first;
  const args = said.args ?? [];
  if (registry === 'npm') return ['npx', '-y', version === null ? name : `${name}@${version}`, ...args];
  if (registry === 'pypi') return ['uvx', version === null ? name : `${name}==${version}`, ...args];
  if (registry === 'nuget') return ['dnx', version === null ? name : `${name}@${version}`, '--yes', ...args];
  if (registry === 'oci')
    return ['docker', 'run', '-i', '--rm', version === null ? name : `${name}:${version}`, ...args];
  return [];
}

/** The server of the folder itself, or of the nearest folder around it. */
function nearest(folder: string, drafts: readonly Draft[]): Draft | null {
  const around = drafts.filter((one) => isInside(folder, one.folder));
  const deepest = Math.max(...around.map((one) => one.folder.length));
  const near = around.filter((one) => one.folder.length === deepest);
  return near.length === 1 ? (near[0] ?? null) : null;
}

/** The only one, or the only one that is called so. */
function alike(said: Declaration, drafts: readonly Draft[]): Draft | null {
  if (drafts.length === 1) return drafts[0] ?? null;
  const names = new Set([said.name, ...said.packages.map(({ name }) => baseOf(name))].filter((one) => one !== null));
  const same = drafts.filter((one) =>
    [baseOf(one.folder), one.program?.name, baseOf(one.project?.name ?? '')].some((name) => names.has(name ?? '')),
  );
  return same.length === 1 ? (same[0] ?? null) : null;
}

/** Finds the server that a bundle packs. */
export function attachBundled(said: Bundled, drafts: readonly Draft[], tree: Tree): Attached {
  const around = drafts.filter((one) => isInside(said.folder, one.folder) || isInside(one.folder, said.folder));
  const entry = said.entry ?? '';
  const same = around.find(({ program, folder }) => entry !== '' && program?.target === within(folder, entry));
  const near = same ?? nearest(said.folder, drafts) ?? alike(said, around);
  if (near !== null) return { to: [near] };
  const path = within(said.folder, entry);
  if (entry === '' || path === null || !tree.has(path))
    return { why: 'it packs a program that is not in this repository' };
  const args = said.args ?? [];
  const file = entry.startsWith('-') ? `./${entry}` : entry;
  if (said.runtime === 'node') {
    const start = { kind: 'node', bin: null, file, args } as const;
    return { makes: draftOf(said, { start, command: ['node', file, ...args], language: 'javascript' }) };
  }
  if (said.runtime === 'binary') {
    const command = [`./${entry}`, ...args];
    return { makes: draftOf(said, { start: { kind: 'command', command }, command, language: 'other' }) };
  }
  const start = { kind: 'python', run: { file }, args } as const;
  const runner = said.runtime === 'uv' ? ['uv', 'run'] : ['python'];
  return { makes: draftOf(said, { start, command: [...runner, file, ...args], language: 'python' }) };
}

/** Finds the server whose source a `fastmcp.json` names. */
export function attachComposed(said: Composed, drafts: readonly Draft[], tree: Tree): Attached {
  const same = drafts.filter(({ evidence }) => evidence.files.includes(said.source));
  if (same.length > 0) return { to: same.slice(0, 1) };
  if (!tree.has(said.source)) return { why: 'it names a source file that is not in this repository' };
  const args = said.args ?? [];
  const command = ['fastmcp', 'run', baseOf(said.by.file), ...(args.length > 0 ? ['--', ...args] : [])];
  const start = { kind: 'python', run: { fastmcp: said.target }, args } as const;
  return { makes: draftOf(said, { start, command, language: 'python' }) };
}

/** A catalogue's entry is a server of its own, unless it lies beside the server that it lists. */
export function attachListed(said: Listed, drafts: readonly Draft[]): Attached {
  const beside = drafts.filter((one) => one.folder === said.folder);
  if (beside.length === 1) return { to: beside };
  const [url] = said.remotes;
  const [image] = said.packages;
  if (image !== undefined) {
    const start = { kind: 'package', package: image, args: said.args ?? [] } as const;
    return { makes: draftOf(said, { start, command: packageCommand(said), language: said.language }) };
  }
  if (url === undefined) return { why: 'it names neither an image nor where the server runs' };
  return { makes: draftOf(said, { start: { kind: 'remote', url }, command: [], language: said.language }) };
}

/** Finds the server that a Dockerfile or smithery.yaml is about. Only a label for the registry makes one by itself. */
export function attachHint(said: Hint, drafts: readonly Draft[]): Attached {
  const labelled =
    said.registryName === null ? [] : drafts.filter((one) => registryNames(one).includes(said.registryName ?? ''));
  const around = drafts.filter((one) => isInside(said.folder, one.folder) || isInside(one.folder, said.folder));
  const started = labelled.length > 0 ? labelled : around.filter((one) => isStarted(said, one));
  const exact = started.length > 0 ? started : drafts.filter((one) => one.folder === said.folder);
  if (exact.length === 1) return { to: exact };
  if (exact.length === 0 && around.length === 1) return { to: around };
  if (said.registryName === null || drafts.length > 0) return null;
  const start = { kind: 'dockerfile', file: baseOf(said.by.file), args: [] } as const;
  return { makes: draftOf(said, { start, command: [], language: 'other' }) };
}

function registryNames({ project, said }: Draft): readonly (string | null)[] {
  return [project?.registryName ?? null, ...said.map((one) => one.registryName)];
}

function isStarted(said: Hint, { program, start, aliases }: Draft): boolean {
  if (start.kind === 'go' && said.builds.some((path) => path.replace(/^\.?\//, '') === start.main.replace(/^\.\//, '')))
    return true;
  if (start.kind === 'dotnet' && said.builds.some((path) => baseOf(path) === start.project)) return true;
  const names = new Set([program, ...aliases].map((one) => one?.name ?? null));
  return said.command.some((word) => names.has(baseOf(word)));
}
