import { lookAlikeKind } from '../folders.ts';
import { limits } from '../limits.ts';
import type { GoManifest } from '../manifests/go-mod.ts';
import { baseOf, depthOf, folderOf, relativeTo, within } from '../paths.ts';
import type { Tree } from '../tree.ts';
import { isFramework } from './frameworks.ts';
import { nearestOwner } from './owners.ts';
import type { Program, Project } from './project.ts';

/** Go files by folder, without tests: Go imports folders, not files. */
export type GoFolders = ReadonlyMap<string, readonly string[]>;

/** Folders with Go files by the module that they belong to. */
export type GoModules = ReadonlyMap<string, readonly (readonly [string, readonly string[]])[]>;

export function goModules(manifests: readonly GoManifest[], folders: GoFolders): GoModules {
  const owners = new Set(manifests.map(({ folder }) => folder));
  return Map.groupBy(folders, ([folder]) => nearestOwner(folder, owners));
}

export function goFolders(tree: Tree): GoFolders {
  const found = new Map<string, string[]>();
  for (const path of tree.paths) {
    if (!path.endsWith('.go') || path.endsWith('_test.go') || /(?:^|\/)(?:vendor|node_modules)\//.test(path)) continue;
    const folder = folderOf(path);
    const files = found.get(folder);
    if (files === undefined) found.set(folder, [path]);
    else files.push(path);
  }
  return found;
}

/** Makes a project of a `go.mod`: each `package main` of the module is a program. */
export async function goProject(tree: Tree, manifest: GoManifest, modules: GoModules): Promise<Project> {
  const own = (modules.get(manifest.folder) ?? [])
    .filter(([folder]) => lookAlikeKind(relativeTo(manifest.folder, folder)) === null)
    .sort(([one], [other]) => depthOf(one) - depthOf(other))
    .slice(0, limits.entries * 5);
  const programs: Program[] = [];
  for (const [folder, files] of own) {
    const main = await mainFile(tree, files);
    if (main !== null && programs.length < limits.entries) programs.push(programOf(manifest, folder, main, files));
  }
  return {
    ecosystem: 'go',
    by: manifest.by,
    folder: manifest.folder,
    name: manifest.module.replace(/\/v\d+$/, ''),
    version: null,
    registryName: null,
    published: [],
    programs,
    description: manifest.module,
    why: isFramework('go', manifest.module) ? 'it is a framework that servers are written with, not a server' : null,
    findings: [],
  };
}

async function mainFile(tree: Tree, files: readonly string[]): Promise<string | null> {
  const likely = [...files].sort(
    (one, other) => Number(baseOf(other) === 'main.go') - Number(baseOf(one) === 'main.go'),
  );
  for (const path of likely.slice(0, 5)) {
    const text = (await tree.read(path)) ?? '';
    if (/^package main\b/m.test(text) && /^func main\(\)/m.test(text) && !/^\/\/go:build ignore/m.test(text))
      return path;
    if (!/^package main\b/m.test(text)) return null;
  }
  return null;
}

function programOf(manifest: GoManifest, folder: string, file: string, files: readonly string[]): Program {
  const inner = relativeTo(manifest.folder, folder);
  const main = inner === '.' ? '.' : `./${inner}`;
  const last =
    manifest.module
      .replace(/\/v\d+$/, '')
      .split('/')
      .at(-1) ?? '';
  const generic = /^(?:\.|main|server|cmd|mcp|mcp-?server|src|app|stdio)$/.test(baseOf(inner));
  return {
    name: generic ? last : baseOf(inner),
    by: { format: 'go.mod', field: 'package main', file, line: 1, column: 1 },
    language: 'go',
    start: { kind: 'go', main, args: [] },
    command: ['go', 'run', main],
    target: folder,
    sources: files,
    needsBuild: true,
    declared: true,
  };
}

/** @returns a function that finds the files of a package that a file of any module of the repository imports */
export function goResolver(
  manifests: readonly GoManifest[],
  folders: ReadonlyMap<string, readonly string[]>,
): (from: string, specifier: string) => readonly string[] {
  return (_from, specifier) => {
    const owner = manifests.find(({ module }) => specifier === module || specifier.startsWith(`${module}/`));
    if (owner === undefined) return [];
    const folder = within(owner.folder, specifier.slice(owner.module.length + 1));
    return folders.get(folder ?? '') ?? [];
  };
}
