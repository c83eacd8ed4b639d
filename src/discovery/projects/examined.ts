import { lookAtCSharp } from '../evidence/csharp.ts';
import type { Evidence, FactsOf } from '../evidence/evidence.ts';
import { factsReader, follow } from '../evidence/evidence.ts';
import { lookAtGo } from '../evidence/go.ts';
import { lookAtJavaScript } from '../evidence/javascript.ts';
import { lookAtPython } from '../evidence/python.ts';
import { lookAtRust } from '../evidence/rust.ts';
import type { ProjectText } from '../gather.ts';
import { sentence } from '../gather.ts';
import { limits } from '../limits.ts';
import { readCargoToml } from '../manifests/cargo-toml.ts';
import { readGoMod } from '../manifests/go-mod.ts';
import { readCsproj } from '../manifests/nuget.ts';
import type { DotnetManifest } from '../manifests/nuget.ts';
import { readPackageJson } from '../manifests/package-json.ts';
import { readPyproject } from '../manifests/pyproject.ts';
import type { DeclaredIn, LeftOut } from '../model.ts';
import { folderOf } from '../paths.ts';
import type { Tree } from '../tree.ts';
import { cargoProject, cargoResolver } from './cargo.ts';
import { dotnetProject } from './dotnet.ts';
import { goFolders, goModules, goProject, goResolver } from './go.ts';
import { npmEvidence, npmProject } from './npm.ts';
import { npmResolver } from './npm-imports.ts';
import { isSource, ownFiles } from './npm-sources.ts';
import type { Examined, Program, Project } from './project.ts';
import { loosePythonProject, pythonProject } from './python.ts';
import { pythonFiles, pythonResolver } from './python-sources.ts';

export interface ExaminedProjects {
  readonly examined: readonly Examined[];
  readonly leftOut: readonly LeftOut[];
  /** Looks at one more file, that no project starts but somebody's configuration. */
  look(path: string): Promise<Evidence>;
}

type Resolve = (from: string, specifier: string) => readonly string[];

/** Reads the manifests of all projects, and looks at the sources of their programs. */
export async function examineProjects(tree: Tree, texts: readonly ProjectText[]): Promise<ExaminedProjects> {
  const leftOut: LeftOut[] = [];
  const read = <T>(format: ProjectText['format'], reader: (file: ProjectText) => T | string): readonly T[] =>
    texts
      .filter((text) => text.format === format)
      .flatMap((text) => {
        const manifest = reader(text);
        if (typeof manifest !== 'string') return [manifest];
        leftOut.push({ path: text.path, format, why: sentence(manifest) });
        return [];
      });
  const npm = await npmProjects(tree, read('package.json', readPackageJson));
  const python = await pythonProjects(tree, read('pyproject.toml', readPyproject), texts);
  const go = await goProjects(tree, read('go.mod', readGoMod));
  const cargo = await cargoProjects(tree, read('Cargo.toml', readCargoToml));
  const dotnet = await dotnetProjects(tree, read('nuget', readCsproj));
  return {
    examined: [npm, python, go, cargo, dotnet].flatMap(({ examined }) => examined),
    leftOut,
    look: async (path) => follow([path], ...(path.endsWith('.py') ? python.tools : npm.tools)),
  };
}

interface Kind {
  readonly examined: readonly Examined[];
  readonly tools: readonly [FactsOf, Resolve];
}

async function examineAll(
  projects: readonly Project[],
  tools: readonly [FactsOf, Resolve],
  more: {
    readonly evidenceOf?: (project: Project, one: Program) => Promise<Evidence>;
    readonly sourcesOf?: (folder: string) => readonly string[];
  } = {},
): Promise<Kind> {
  const examined: Examined[] = [];
  for (const project of projects) {
    const evidence = new Map<Program, Evidence>();
    for (const one of project.programs) {
      if (project.why !== null) continue;
      evidence.set(one, await (more.evidenceOf?.(project, one) ?? follow(one.sources, ...tools)));
    }
    const hidden = more.sourcesOf === undefined ? null : await elsewhere(project, evidence, tools, more.sourcesOf);
    if (hidden !== null) for (const one of project.programs) evidence.set(one, hidden);
    examined.push({ project, evidence });
  }
  return { examined, tools };
}

/**
 * Programs that load their server by a name that is put together at run time show nothing by their imports. Where they
 * call themselves something of MCP's, any source of the project counts.
 */
async function elsewhere(
  project: Project,
  evidence: ReadonlyMap<Program, Evidence>,
  [factsOf]: readonly [FactsOf, Resolve],
  sourcesOf: (folder: string) => readonly string[],
): Promise<Evidence | null> {
  const shown = [...evidence.values()].some(({ serves, calls }) => serves.length > 0 || calls.length > 0);
  const named = [project.name, ...project.programs.map(({ name }) => name)].some((name) => /mcp/i.test(name ?? ''));
  if (shown || !named || evidence.size === 0 || /(?:^|\/)create-/.test(project.name ?? '')) return null;
  const found = await follow(sourcesOf(project.folder).slice(0, limits.sourcesOfProgram), factsOf, () => []);
  return found.serves.length > 0 && found.calls.length === 0 && found.connects.length > 0 ? found : null;
}

async function npmProjects(tree: Tree, manifests: Parameters<typeof npmResolver>[1]): Promise<Kind> {
  const factsOf = factsReader(tree, lookAtJavaScript);
  const resolve = npmResolver(tree, manifests);
  const projects: Project[] = [];
  for (const manifest of manifests) projects.push(await npmProject(tree, manifest, factsOf));
  return examineAll(projects, [factsOf, resolve], {
    evidenceOf: (project, one) => npmEvidence(tree, project, one, factsOf, resolve),
    sourcesOf: (folder) => ownFiles(tree, folder).filter(isSource),
  });
}

async function pythonProjects(
  tree: Tree,
  manifests: readonly Exclude<ReturnType<typeof readPyproject>, string>[],
  texts: readonly ProjectText[],
): Promise<Kind> {
  const factsOf = factsReader(tree, lookAtPython);
  const owned = new Set(manifests.map(({ folder }) => folder));
  const loose = texts.filter(({ format, path }) => format === 'requirements.txt' && !owned.has(folderOf(path)));
  const roots = loose.map(({ path }) => ({
    roots: [folderOf(path), ...(folderOf(path) === '.' ? ['src'] : [`${folderOf(path)}/src`])],
  }));
  const resolve = pythonResolver(tree, [...manifests, ...roots]);
  const projects: Project[] = [];
  for (const manifest of manifests) projects.push(await pythonProject(tree, manifest, factsOf));
  for (const { path } of loose) {
    const by: DeclaredIn = { format: 'requirements.txt', field: '(whole file)', file: path, line: 1, column: 1 };
    projects.push(await loosePythonProject(tree, by, factsOf));
  }
  return examineAll(projects, [factsOf, resolve], { sourcesOf: (folder) => pythonFiles(tree, folder) });
}

async function goProjects(tree: Tree, manifests: Parameters<typeof goResolver>[0]): Promise<Kind> {
  const factsOf = factsReader(tree, lookAtGo);
  const folders = manifests.length === 0 ? new Map<string, readonly string[]>() : goFolders(tree);
  const projects: Project[] = [];
  const modules = goModules(manifests, folders);
  for (const manifest of manifests) projects.push(await goProject(tree, manifest, modules));
  return examineAll(projects, [factsOf, goResolver(manifests, folders)]);
}

async function cargoProjects(tree: Tree, manifests: Parameters<typeof cargoResolver>[1]): Promise<Kind> {
  const projects = manifests.map((manifest) => cargoProject(tree, manifest));
  return examineAll(projects, [factsReader(tree, lookAtRust), cargoResolver(tree, manifests)]);
}

async function dotnetProjects(tree: Tree, manifests: readonly DotnetManifest[]): Promise<Kind> {
  const all = { manifests, patterns: new Map<string, readonly DotnetManifest[]>() };
  const projects = manifests.map((manifest) => dotnetProject(tree, manifest, all));
  return examineAll(projects, [factsReader(tree, lookAtCSharp), () => []]);
}
