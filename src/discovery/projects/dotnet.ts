import { limits } from '../limits.ts';
import type { DotnetManifest } from '../manifests/nuget.ts';
import { baseOf, depthOf, folderOf, within } from '../paths.ts';
import type { Tree } from '../tree.ts';
import { ownedFiles } from './owners.ts';
import type { Program, Project } from './project.ts';

/** All projects of a repository, and what patterns of references came to: many refer to the same ones. */
export interface DotnetManifests {
  readonly manifests: readonly DotnetManifest[];
  readonly patterns: Map<string, readonly DotnetManifest[]>;
}

/** Makes a project of a `.csproj`; its sources are its folder's, and those of the projects that it refers to. */
export function dotnetProject(tree: Tree, manifest: DotnetManifest, all: DotnetManifests): Project {
  const { name, packageId, version, folder } = manifest;
  return {
    ecosystem: 'dotnet',
    by: manifest.by,
    folder,
    name: packageId ?? name,
    version,
    registryName: null,
    published: packageId === null ? [] : [{ registry: 'nuget', name: packageId, version }],
    programs: manifest.program || manifest.declaresServer ? [programOf(tree, manifest, all)] : [],
    description: [name, manifest.description].join(' '),
    why: null,
    findings: [],
  };
}

function programOf(tree: Tree, manifest: DotnetManifest, all: DotnetManifests): Program {
  const project = baseOf(manifest.path);
  return {
    name: manifest.name,
    by: manifest.by,
    language: 'csharp',
    start: { kind: 'dotnet', project, args: [] },
    command: ['dotnet', 'run', '--project', project],
    target: manifest.path,
    sources: sourcesOf(tree, manifest, all),
    needsBuild: true,
    declared: true,
  };
}

function sourcesOf(tree: Tree, manifest: DotnetManifest, all: DotnetManifests): readonly string[] {
  const seen = new Set([manifest]);
  for (const one of seen) {
    for (const given of one.references) {
      if (seen.size >= maxReferred) break;
      for (const other of referred(one, given, all).slice(0, maxReferred)) seen.add(other);
    }
  }
  const files = [...seen].flatMap((one) => csharpFiles(tree, one.folder));
  return files.sort((one, other) => rank(one) - rank(other)).slice(0, limits.sourcesOfProgram);
}

const maxReferred = 200;

/** A property at the beginning (`$(RepoRoot)`) mostly is the root; a `*` stands for several projects. */
function referred(from: DotnetManifest, given: string, all: DotnetManifests): readonly DotnetManifest[] {
  const fromRoot = /^\$\(\w+\)[\\/]?(.+)$/.exec(given)?.[1];
  const path = fromRoot === undefined ? within(from.folder, given) : within('.', fromRoot);
  if (path === null || path.includes('$(')) return [];
  const before = all.patterns.get(path);
  if (before !== undefined) return before;
  const [first = '', ...after] = path.split('*');
  const last = after.at(-1) ?? '';
  const fits = (one: string) => (after.length === 0 ? one === path : one.startsWith(first) && one.endsWith(last));
  const found = all.manifests.filter((one) => fits(one.path));
  all.patterns.set(path, found);
  return found;
}

function csharpFiles(tree: Tree, folder: string): readonly string[] {
  const own = ownedFiles(tree, /\.cs$/, /\.csproj$/).get(folder) ?? [];
  return own
    .filter((path) => !/(?:^|\/)(?:bin|obj|tests?)(?:\/|$)/i.test(folderOf(path)))
    .slice(0, limits.sourcesOfProgram);
}

/** Where servers are set up: `Program.cs`, and files at the top that are named after services. */
function rank(path: string): number {
  return (/(?:Program|Startup|Server|Service\w*Extensions?|Mcp)\w*\.cs$/.test(path) ? 0 : 100) + depthOf(path);
}
