import type { NpmManifest } from '../manifests/package-json.ts';
import type { DeclaredIn } from '../model.ts';
import { within } from '../paths.ts';
import { readJson, readToml } from '../structured.ts';
import type { Tree } from '../tree.ts';
import { at, textOf } from '../values.ts';
import { isSource, ownFiles, sourceAt, sourcesOfTarget } from './npm-sources.ts';
import type { Program } from './project.ts';

/** @returns a file of a package that Node starts; null where it does not lie in the repository */
export function nodeProgram(
  tree: Tree,
  manifest: NpmManifest,
  by: DeclaredIn,
  bin: string | null,
  file: string,
  args: readonly string[],
): Program | null {
  const target = within(manifest.folder, file);
  if (target === null || target === '.') return null;
  const sources = sourcesOfTarget(tree, manifest, file);
  const shown = file.startsWith('-') ? `./${file}` : file;
  const typed = sources.some((path) => /\.[cm]?tsx?$/.test(path));
  const built = tree.has(target) || sourceAt(tree, `${target}.js`) !== null;
  return {
    name: bin,
    by,
    language:
      typed || (sources.length === 0 && tree.has(within(manifest.folder, 'tsconfig.json') ?? ''))
        ? 'typescript'
        : 'javascript',
    start: { kind: 'node', bin, file: shown, args },
    command: ['node', shown, ...args],
    target,
    sources,
    needsBuild: !built,
    declared: true,
  };
}

/** @returns what `npm start` starts: Node with a file, or something that serves over HTTP; null where it is neither */
export function startProgram(tree: Tree, manifest: NpmManifest): Program | null {
  if (manifest.start === null) return null;
  const { script, by } = manifest.start;
  const last = script.split(/&&|;/).at(-1)?.trim() ?? '';
  const words = last.split(/\s+/).filter((word) => !/^[A-Za-z_]\w*=/.test(word) && word !== 'cross-env');
  const [tool = '', ...rest] = words;
  const index = rest.findIndex((word) => startedFile.test(word));
  const file = rest[index];
  if (tool === 'node' && file !== undefined) {
    const args = rest.slice(index + 1).filter((word) => /^[\w./:=@-]+$/.test(word));
    return nodeProgram(tree, manifest, by, null, file.replace(/^\.\//, ''), args);
  }
  if (!/^(?:tsx|ts-node|bun|npx|next|fastmcp|deno)$/.test(tool)) return null;
  const source = sourceAt(tree, within(manifest.folder, file ?? '') ?? '');
  return commandProgram(by, ['npm', 'start'], source === null ? deployedSources(tree, manifest) : [source]);
}

const startedFile = /^[\w./@-]+\.[cm]?[jt]s$|^(?:\.\/)?(?:dist|build|out|src)(?:\/[\w-]+)*\/?$/;
const workerFiles = ['wrangler.jsonc', 'wrangler.json', 'wrangler.toml'];

/** @returns a Worker, which runs on the developer's machine by `wrangler dev`; null where the package is none */
export async function workerProgram(tree: Tree, manifest: NpmManifest): Promise<Program | null> {
  const path = workerFiles.map((name) => within(manifest.folder, name) ?? '').find((one) => tree.has(one));
  const text = path === undefined ? null : await tree.read(path);
  if (path === undefined || text === null) return null;
  const read = path.endsWith('.toml') ? readToml(text) : readJson(text);
  const main = 'problem' in read ? null : textOf(at(read.value, 'main'));
  const source = main === null ? null : sourceAt(tree, within(manifest.folder, main) ?? '');
  const by: DeclaredIn = { ...manifest.by, field: 'name' };
  return source === null ? null : commandProgram(by, ['npx', 'wrangler', 'dev'], [source]);
}

function commandProgram(by: DeclaredIn, command: readonly string[], sources: readonly string[]): Program | null {
  const [target] = sources;
  if (target === undefined) return null;
  const language = sources.some((path) => /\.[cm]?tsx?$/.test(path)) ? 'typescript' : 'javascript';
  const start = { kind: 'command', command } as const;
  return { name: null, by, language, start, command, target, sources, needsBuild: false, declared: true };
}

/** What a web application is made of, where its start does not say. */
function deployedSources(tree: Tree, manifest: NpmManifest): readonly string[] {
  const own = ownFiles(tree, manifest.folder).filter(isSource);
  return own.filter((path) => /(?:^|\/)(?:index|worker|server|main|route)\.[cm]?[jt]sx?$/.test(path)).slice(0, 20);
}
