import { posix } from 'node:path';
import type { Checkout } from '../../checkout/model.ts';
import { FolderRefused } from '../../checkout/pack.ts';
import type { ServerConfig } from '../../config/model.ts';
import type { FoundServer } from '../../discovery/model.ts';
import type { ResolvedSource } from '../../result/model.ts';
import type { PreparedImage } from '../../sandbox/sandbox.ts';
import { folderHolding } from '../folders.ts';
import { type InstalledTree, type InstallResult, treePath } from '../model.ts';
import { makePlace, type PythonContext } from './pypi.ts';
import type { PythonInstalled } from './report.ts';
import type { PythonPlace, PythonTarget } from './round.ts';
import { runRounds } from './rounds.ts';
import { startOfCommand, startOfFile, startOfModule, treeOf } from './tree.ts';

/** A project of a repository, and how it is started from there. */
export interface PythonOrigin {
  readonly checkout: Checkout;
  readonly found: FoundServer;
}

/** Built or installed elsewhere, history with its credentials, and settings that would redirect an installer. */
const leftOut = new Set(['.git', '.venv', 'venv', 'node_modules', '__pycache__', 'pip.conf', 'uv.toml', '.npmrc']);

/** Copies a project in, builds it, and installs it with its dependencies. @throws PodmanFailed, RegistryFault */
export async function installPythonCheckout(
  context: PythonContext,
  server: ServerConfig,
  { checkout, found }: PythonOrigin,
  image: PreparedImage,
): Promise<InstallResult> {
  const started = performance.now();
  const { folder, target } = targetOf(checkout, found);
  const place = await makePlace(context, server, image, target, versionVariables(checkout.commit));
  const packed = checkout.pack(folder, { uid: place.uid, leaveOut: (name) => leftOut.has(name) });
  try {
    const { install } = server.timeouts;
    const importing = context.sandbox.importVolume(place.volume, packed.tar, install, context.signal);
    // Where packing fails so does importing, and the packer's reason, which comes first, is the one to tell.
    const [digest] = await Promise.all([packed.digest, importing]);
    const resolveMs = performance.now() - started;
    return await installCopied(context, server, { checkout, found }, { place, target, digest, resolveMs });
  } catch (error) {
    if (!(error instanceof FolderRefused)) throw error;
    return refused(`The folder ${found.folder} of ${checkout.given} cannot be copied in: ${error.message}.`);
  }
}

type ProjectTarget = Extract<PythonTarget, { kind: 'project' }>;

interface Copied {
  readonly place: PythonPlace;
  readonly target: ProjectTarget;
  readonly digest: string;
  readonly resolveMs: number;
}

async function installCopied(
  context: PythonContext,
  server: ServerConfig,
  { checkout, found }: PythonOrigin,
  { place, target, digest, resolveMs }: Copied,
): Promise<InstallResult> {
  const progress = (message: string) => context.progress(server.name, message);
  progress(`installing the dependencies of ${checkout.given}${found.folder === '.' ? '' : ` (${found.folder})`}`);
  const rounds = await runRounds(place, context.index, server, progress);
  if (!rounds.ok) return rounds.result;
  const { outcome } = rounds;
  const workdir = posix.join(treePath, target.folder);
  const start = server.bin === null ? startOf(found, outcome.installed, workdir) : null;
  if (typeof start === 'string') return refused(start);
  const resolved = resolvedOf(checkout, outcome.installed, digest);
  return { kind: 'installed', tree: treeOf({ place, outcome, resolved, start, workdir, resolveMs }) };
}

/** All of a workspace comes along where its lock lies above the project; else only the project. */
function targetOf(checkout: Checkout, found: FoundServer): { readonly folder: string; readonly target: ProjectTarget } {
  const lockFolder = folderHolding(checkout, 'uv.lock', found.folder);
  const folder = lockFolder ?? found.folder;
  const wantsScript = found.start.kind === 'python' && 'script' in found.start.run;
  return {
    folder,
    target: {
      kind: 'project',
      folder: posix.relative(folder, found.folder) || '.',
      lockFolder: lockFolder === null ? null : '.',
      wantsScript,
    },
  };
}

/** Backends that read the version from git find no history here: it would hold credentials. */
function versionVariables(commit: string | null): Readonly<Record<string, string>> {
  const version = commit === null ? '0.0.0' : `0.0.0+g${commit.slice(0, 12)}`;
  return {
    SETUPTOOLS_SCM_PRETEND_VERSION: version,
    PDM_BUILD_SCM_VERSION: version,
    UV_DYNAMIC_VERSIONING_BYPASS: version,
    POETRY_DYNAMIC_VERSIONING_BYPASS: version,
  };
}

/** @returns a sentence where what the repository declares is not there. */
function startOf(found: FoundServer, installed: PythonInstalled, workdir: string): InstalledTree['start'] | string {
  if (found.start.kind !== 'python') throw new Error('this server is not one of Python');
  const { run, args } = found.start;
  if ('module' in run) return startOfModule(run.module, args);
  if ('file' in run) return startOfFile(posix.join(workdir, run.file), args);
  if ('fastmcp' in run) {
    if (!installed.allCommands.includes('fastmcp')) {
      return `${run.fastmcp} is started by \`fastmcp run\`, and fastmcp is not among the dependencies of the project: add it there.`;
    }
    const command = startOfCommand('fastmcp', []).entrypoint;
    return { entrypoint: [...command, 'run', run.fastmcp], command: args };
  }
  if (installed.allCommands.includes(run.script)) return startOfCommand(run.script, args);
  const declared = installed.commands.join(', ') || 'none';
  return `The project was to declare the command \`${run.script}\`, and what was built of it declares ${declared}: see [project.scripts] of its pyproject.toml.`;
}

function resolvedOf(checkout: Checkout, { name, version }: PythonInstalled, digest: string): ResolvedSource {
  const kind = checkout.commit === null ? 'path' : 'git';
  return { kind, name: name ?? checkout.given, version, integrity: null, digest };
}

function refused(advice: string): InstallResult {
  return {
    kind: 'failed',
    failure: { outcome: 'install_failed', advice, stderrTail: '', exitCode: null, resolved: null },
  };
}
