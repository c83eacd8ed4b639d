import { finding } from '../declaration.ts';
import type { FactsOf } from '../evidence/evidence.ts';
import { limits } from '../limits.ts';
import type { PythonManifest } from '../manifests/pyproject.ts';
import type { DeclaredIn, DiscoveryFinding } from '../model.ts';
import { baseOf, depthOf, folderOf, relativeTo } from '../paths.ts';
import type { Tree } from '../tree.ts';
import { show } from '../words.ts';
import { isFramework } from './frameworks.ts';
import type { Program, Project } from './project.ts';
import { moduleFile, pythonFiles } from './python-sources.ts';

/** Makes a project of a `pyproject.toml`, with all that it can be started by. */
export async function pythonProject(tree: Tree, manifest: PythonManifest, factsOf: FactsOf): Promise<Project> {
  const { name, version, path, folder } = manifest;
  const findings: DiscoveryFinding[] = [...manifest.findings];
  const scripts: Program[] = [];
  for (const script of manifest.scripts) {
    const source = moduleFile(tree, manifest.roots, script.module);
    if (source !== null) scripts.push(scriptProgram(script.name, script.by, source));
    else {
      findings.push(
        finding(
          'manifest-script-missing',
          'medium',
          script.by,
          `The console script ${show(script.name)} starts the module ${show(script.module)}, which the repository does not hold.`,
        ),
      );
    }
  }
  return {
    ecosystem: 'python',
    by: manifest.by,
    folder,
    name,
    version,
    registryName: null,
    published: name === null ? [] : [{ registry: 'pypi', name, version }],
    programs: scripts.length > 0 ? scripts : await loosePrograms(tree, folder, manifest.by, ['uv', 'run'], factsOf),
    description: [name ?? '', manifest.description].join(' '),
    why:
      isFramework('pypi', name) && path !== '' ? 'it is a framework that servers are written with, not a server' : null,
    findings,
  };
}

/** Makes a project of a folder with Python files and no `pyproject.toml`; `by` is its `requirements.txt`. */
export async function loosePythonProject(tree: Tree, by: DeclaredIn, factsOf: FactsOf): Promise<Project> {
  const folder = folderOf(by.file);
  return {
    ecosystem: 'python',
    by,
    folder,
    name: null,
    version: null,
    registryName: null,
    published: [],
    programs: await loosePrograms(tree, folder, by, ['python'], factsOf),
    description: '',
    why: null,
    findings: [],
  };
}

function scriptProgram(name: string, by: DeclaredIn, source: string): Program {
  return {
    name,
    by,
    language: 'python',
    start: { kind: 'python', run: { script: name }, args: [] },
    command: ['uv', 'run', name],
    target: source,
    sources: [source],
    needsBuild: false,
    declared: true,
  };
}

const runs = /^if\s+__name__\s*==\s*["']__main__["']|^\w[\w.]*\.run\(/m;

/** Packages with a `__main__`, else files that run a server when they are started: where no script is declared. */
async function loosePrograms(
  tree: Tree,
  folder: string,
  by: DeclaredIn,
  runner: readonly string[],
  factsOf: FactsOf,
): Promise<readonly Program[]> {
  const files = [...pythonFiles(tree, folder)].sort((one, other) => depthOf(one) - depthOf(other));
  const found: Program[] = files
    .filter((path) => baseOf(path) === '__main__.py')
    .map((path) => moduleProgram(relativeTo(folder, folderOf(path)), path, by))
    .filter((one) => one !== null);
  if (found.length > 0) return found;
  for (const path of files) {
    const facts = await factsOf(path);
    if (facts?.serves !== true || found.length >= 20) continue;
    const text = (await tree.read(path))?.slice(0, limits.sourceSize) ?? '';
    if (runs.test(text)) found.push(fileProgram(relativeTo(folder, path), path, by, runner));
  }
  return found;
}

function moduleProgram(inner: string, path: string, by: DeclaredIn): Program | null {
  const module = inner.replace(/^src\//, '').replaceAll('/', '.');
  if (!/^[A-Za-z_][\w.]*$/.test(module)) return null;
  const command = ['python', '-m', module];
  return {
    name: module,
    by,
    language: 'python',
    start: { kind: 'python', run: { module }, args: [] },
    command,
    target: path,
    sources: [path],
    needsBuild: false,
    declared: true,
  };
}

function fileProgram(inner: string, path: string, by: DeclaredIn, runner: readonly string[]): Program {
  const file = inner.startsWith('-') ? `./${inner}` : inner;
  return {
    name: baseOf(inner).replace(/\.py$/, ''),
    by,
    language: 'python',
    start: { kind: 'python', run: { file }, args: [] },
    command: [...runner, file],
    target: path,
    sources: [path],
    needsBuild: false,
    declared: false,
  };
}
