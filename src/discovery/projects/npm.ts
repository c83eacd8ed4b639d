import type { FactsOf, Evidence } from '../evidence/evidence.ts';
import { follow } from '../evidence/evidence.ts';
import { limits } from '../limits.ts';
import type { NpmManifest } from '../manifests/package-json.ts';
import type { PublishedAs } from '../model.ts';
import { isInside, within } from '../paths.ts';
import type { Tree } from '../tree.ts';
import { isFramework } from './frameworks.ts';
import { nodeProgram, startProgram, workerProgram } from './npm-programs.ts';
import { isSource, ownFiles, sourceAt } from './npm-sources.ts';
import type { Program, Project } from './project.ts';

/** Makes a project of a `package.json`, with all that it can be started by. */
export async function npmProject(tree: Tree, manifest: NpmManifest, factsOf: FactsOf): Promise<Project> {
  const { name, version } = manifest;
  const published: PublishedAs[] = name === null || manifest.private ? [] : [{ registry: 'npm', name, version }];
  return {
    ecosystem: 'npm',
    by: manifest.by,
    folder: manifest.folder,
    name,
    version,
    registryName: manifest.mcpName,
    published,
    programs: await programsOf(tree, manifest, factsOf),
    description: [manifest.name ?? '', manifest.description].join(' '),
    why: whyNot(manifest),
    findings: [],
  };
}

function whyNot({ name, workspaceRoot, bins, start, mcpName }: NpmManifest): string | null {
  if (isFramework('npm', name)) return 'it is a framework that servers are written with, not a server';
  const empty = workspaceRoot && bins.length === 0 && start === null && mcpName === null;
  return empty ? 'it is the root of a workspace, without a program of its own' : null;
}

async function programsOf(tree: Tree, manifest: NpmManifest, factsOf: FactsOf): Promise<readonly Program[]> {
  const bins = manifest.bins.map((bin) => nodeProgram(tree, manifest, bin.by, bin.name, bin.file, []));
  if (bins.length > 0) return bins.filter((one) => one !== null);
  const started = startProgram(tree, manifest) ?? (await workerProgram(tree, manifest));
  if (started !== null) return [started];
  const [main] = manifest.mains
    .map((one) => nodeProgram(tree, manifest, one.by, null, one.file, []))
    .filter((one) => one !== null);
  const candidates = main === undefined ? lonelyFiles(tree, manifest) : [main];
  // A library's main file makes servers for others; a program's runs one at once.
  const running: Program[] = [];
  for (const one of candidates) if (await runsItself(tree, one, factsOf)) running.push({ ...one, declared: false });
  return running;
}

/** Files of a package without a program that look like one. */
function lonelyFiles(tree: Tree, manifest: NpmManifest): readonly Program[] {
  return ['src/index', 'index', 'src/server', 'server', 'src/main', 'main']
    .map((stem) => sourceAt(tree, within(manifest.folder, `${stem}.ts`) ?? ''))
    .filter((path) => path !== null)
    .slice(0, 1)
    .map((path) =>
      nodeProgram(
        tree,
        manifest,
        manifest.by,
        null,
        manifest.folder === '.' ? path : path.slice(manifest.folder.length + 1),
        [],
      ),
    )
    .filter((one) => one !== null);
}

const runs =
  /^(?:await\s+|void\s+)?(?:main|run|start\w*|bootstrap|serve\w*|init\w*|\w+\.(?:connect|start|listen|run))\(/m;

async function runsItself(tree: Tree, one: Program, factsOf: FactsOf): Promise<boolean> {
  for (const path of one.sources) {
    const text = (await tree.read(path))?.slice(0, limits.sourceSize) ?? '';
    const facts = await factsOf(path);
    if (facts?.serves === true && facts.transports.length > 0 && (text.startsWith('#!') || runs.test(text)))
      return true;
  }
  return false;
}

/** @returns what a program of a package shows; where its sources cannot be told, what all sources of the package show */
export async function npmEvidence(
  tree: Tree,
  project: Project,
  one: Program,
  factsOf: FactsOf,
  resolve: (from: string, specifier: string) => readonly string[],
): Promise<Evidence> {
  const entries = one.sources.length > 0 ? one.sources : ownFiles(tree, project.folder).filter(isSource);
  const evidence = await follow(entries.slice(0, limits.sourcesOfProgram), factsOf, resolve);
  // A tool for those who write servers may import the library that makes them, and serve nothing itself.
  const own =
    one.name === null || [...evidence.serves, ...evidence.connects].some((path) => isInside(path, project.folder));
  return own ? evidence : { ...evidence, serves: [] };
}
