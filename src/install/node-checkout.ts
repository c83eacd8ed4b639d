import { posix } from 'node:path';
import type { Checkout } from '../checkout/model.ts';
import type { ServerConfig } from '../config/model.ts';
import type { FoundServer, Start } from '../discovery/model.ts';
import type { ResolvedSource } from '../result/model.ts';
import type { PreparedImage } from '../sandbox/sandbox.ts';
import type { InstallerContext } from './installer.ts';
import { type InstalledTree, type InstallResult, treePath } from './model.ts';
import { buildAll } from './node-build.ts';
import { failure } from './node-faults.ts';
import { lookAtTree, type TreeReport } from './node-fetch.ts';
import type { Manifest } from './node-manifest.ts';
import { type NodeProject, readNodeProject } from './node-project.ts';
import { below, type NodeRoot, type NodeRoots } from './node-roots.ts';

/** A server that was found in a checkout, to be started with Node. */
export interface NodeOrigin {
  readonly checkout: Checkout;
  readonly found: FoundServer;
}

type NodeStart = Extract<Start, { kind: 'node' }>;

/**
 * Installs a server from the repository that it was found in, and builds it: the whole root once for all its servers.
 * @throws PodmanFailed, RegistryFault for what is no verdict on the server
 */
export async function installNode(
  context: InstallerContext,
  server: ServerConfig,
  { checkout, found }: NodeOrigin,
  image: PreparedImage,
  roots: NodeRoots,
): Promise<InstallResult> {
  const { start, folder } = found;
  if (start.kind !== 'node') throw new Error(`${found.name} is not started with Node`);
  const project = await readNodeProject(checkout, folder);
  if (project === null) return failure(`${folder} has no package.json that can be read.`, null);
  const refused = whatIsWrong(found, project, server);
  if (refused !== null) return failure(refused, null);
  const foreign = foreignPlatform(project.own.manifest);
  if (foreign !== null) return failure(foreign, null, { outcome: 'unsupported_platform' });
  const made = await roots.get(context, server, checkout, project, image);
  if (!made.ok) return named(made.result, project);
  return named(await finish(context, server, { project, start }, made.root), project);
}

/** After everything was installed: builds, and looks whether the entry is there then. */
async function finish(
  context: InstallerContext,
  server: ServerConfig,
  { project, start }: { readonly project: NodeProject; readonly start: NodeStart },
  root: NodeRoot,
): Promise<InstallResult> {
  const entry = posix.join(below(root.base, project.own.folder), start.file);
  if (entry.startsWith('..')) return failure(`Its entry ${start.file} lies outside of the repository.`, root.resolved);
  const builds = server.installScripts === 'never' ? [] : project.builds;
  const built = await buildAll(context, server, root, builds);
  if (built.failed !== null) return built.failed;
  const looked = await lookAtTree(context, server, root.place, [entry]);
  if (looked.report === null) {
    return {
      kind: 'infrastructure',
      reason: `The installed tree could not be looked at: ${looked.stderr.slice(-300)}`,
    };
  }
  if (!looked.report.there.includes(entry)) return failure(missing(start.file, builds.length > 0), root.resolved);
  return { kind: 'installed', tree: treeOf(root, project, start, entry, looked.report, built.durationMs) };
}

/** What several servers share does not know which of them is meant. */
function named(result: InstallResult, { own }: NodeProject): InstallResult {
  const of = (resolved: ResolvedSource | null) =>
    resolved === null ? null : { ...resolved, name: own.manifest.name ?? resolved.name, version: own.manifest.version };
  if (result.kind === 'failed') {
    return { kind: 'failed', failure: { ...result.failure, resolved: of(result.failure.resolved) } };
  }
  if (result.kind === 'infrastructure') return result;
  return { kind: 'installed', tree: { ...result.tree, resolved: of(result.tree.resolved) ?? result.tree.resolved } };
}

/** What can be told before anything is fetched, as a sentence. */
function whatIsWrong(
  { needsBuild, start }: FoundServer,
  { builds, own }: NodeProject,
  server: ServerConfig,
): string | null {
  if (!needsBuild) return null;
  const what = start.kind === 'node' ? start.file : 'its entry';
  const name = own.manifest.name ?? own.folder;
  if (builds.length === 0) {
    return `${what} is not in the repository, and ${name} has no script \`build\` that would make it.`;
  }
  if (server.installScripts !== 'never') return null;
  return `${what} is not in the repository, and nothing is built where \`installScripts\` is \`never\`.`;
}

/** npm's `os` and `cpu`: names, or what is excluded with `!`. */
function foreignPlatform({ os, cpu, name }: Manifest): string | null {
  const fits = (list: readonly string[], own: string) => {
    const wanted = list.filter((each) => !each.startsWith('!'));
    return !list.includes(`!${own}`) && (wanted.length === 0 || wanted.includes(own) || wanted.includes('any'));
  };
  if (fits(os, 'linux') && fits(cpu, process.arch)) return null;
  return `${name ?? 'It'} says that it runs on ${[...os, ...cpu].join(', ')} only, and this is linux on ${process.arch}.`;
}

function missing(file: string, isBuilt: boolean): string {
  return isBuilt
    ? `${file}, which package.json names, was not there after the build.`
    : `${file}, which package.json names, is not there.`;
}

function treeOf(
  root: NodeRoot,
  { own, manager }: NodeProject,
  start: NodeStart,
  entry: string,
  report: TreeReport,
  buildMs: number,
): InstalledTree {
  const { manifest } = own;
  const { resolveMs, fetchMs, scriptsMs } = root.timings;
  return {
    volume: root.place.volume,
    uid: root.place.uid,
    resolved: root.resolved,
    commands: new Map(),
    start: { entrypoint: ['node', posix.join(treePath, entry), ...start.args], command: [] },
    packageName: manifest.name,
    workdir: posix.join(treePath, below(root.base, own.folder)),
    size: report.size,
    scripts: root.scripts,
    timings: { resolveMs, fetchMs, scriptsMs: scriptsMs + buildMs },
    npm: manager.name === 'npm' ? root.tool.version : null,
    tools: { [manager.name === 'berry' ? 'yarn' : manager.name]: root.tool.version },
  };
}
