import { limits } from '../limits.ts';
import type { CargoManifest } from '../manifests/cargo-toml.ts';
import type { DeclaredIn } from '../model.ts';
import { baseOf, folderOf, isInside, within } from '../paths.ts';
import type { Tree } from '../tree.ts';
import { isFramework } from './frameworks.ts';
import type { Program, Project } from './project.ts';

/** Makes a project of a `Cargo.toml`: its `[[bin]]` entries, or those that Cargo finds by itself. */
export function cargoProject(tree: Tree, manifest: CargoManifest): Project {
  const { name, version } = manifest;
  const framework = isFramework('cargo', name) ? 'it is a framework that servers are written with, not a server' : null;
  return {
    ecosystem: 'cargo',
    by: manifest.by,
    folder: manifest.folder,
    name,
    version,
    registryName: null,
    published: name === null ? [] : [{ registry: 'cargo', name, version }],
    programs: programsOf(tree, manifest),
    description: [name ?? '', manifest.description].join(' '),
    why: name === null ? 'it is the root of a workspace, without a crate of its own' : framework,
    findings: [],
  };
}

function programsOf(tree: Tree, manifest: CargoManifest): readonly Program[] {
  const { name, folder } = manifest;
  if (name === null) return [];
  const place = (inner: string) => within(folder, inner) ?? '';
  const found = new Map<string, Program>();
  const add = (bin: string, by: DeclaredIn, candidates: readonly string[]) => {
    const source = candidates.map(place).find((path) => tree.has(path));
    if (source !== undefined && !found.has(bin) && found.size < limits.entries)
      found.set(bin, programOf(bin, by, source));
  };
  for (const bin of manifest.bins) {
    const usual = [`src/bin/${bin.name}.rs`, `src/bin/${bin.name}/main.rs`, 'src/main.rs'];
    add(bin.name, bin.by, bin.path === null ? usual : [bin.path]);
  }
  const taken = new Set([...found.values()].map(({ target }) => target));
  if (!taken.has(place('src/main.rs'))) add(name, manifest.by, ['src/main.rs']);
  for (const path of tree.below(place('src/bin'))) {
    const bin = baseOf(path) === 'main.rs' ? baseOf(folderOf(path)) : baseOf(path).replace(/\.rs$/, '');
    if (/\/src\/bin\/(?:[\w-]+\.rs|[\w-]+\/main\.rs)$/.test(`/${path}`) && !taken.has(path))
      add(bin, manifest.by, [path.slice(folder === '.' ? 0 : folder.length + 1)]);
  }
  return [...found.values()];
}

function programOf(bin: string, by: DeclaredIn, source: string): Program {
  return {
    name: bin,
    by,
    language: 'rust',
    start: { kind: 'cargo', bin, args: [] },
    command: ['cargo', 'run', '--bin', bin],
    target: source,
    sources: [source],
    needsBuild: true,
    declared: true,
  };
}

/** @returns a function that finds what `mod x;` and the paths of a file (`my_crate::…`) lead to */
export function cargoResolver(
  tree: Tree,
  manifests: readonly CargoManifest[],
): (from: string, specifier: string) => readonly string[] {
  const crates = new Map<string, string>();
  for (const { name, folder } of manifests) if (name !== null) crates.set(name.replaceAll('-', '_'), folder);
  return (from, specifier) => {
    const [kind, name = ''] = specifier.split(':');
    const stem = baseOf(from).replace(/\.rs$/, '');
    if (kind === 'mod') {
      const folder =
        ['main', 'lib', 'mod'].includes(stem) || /\/bin\/[^/]+$/.test(from)
          ? folderOf(from)
          : `${folderOf(from)}/${stem}`;
      return [`${name}.rs`, `${name}/mod.rs`].map((one) => within(folder, one) ?? '').filter((path) => tree.has(path));
    }
    const folder = crates.get(name);
    if (folder === undefined || (isInside(from, folder) && baseOf(from) === 'lib.rs')) return [];
    return [within(folder, 'src/lib.rs') ?? ''].filter((path) => tree.has(path));
  };
}
