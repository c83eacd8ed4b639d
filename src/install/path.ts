import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Checkout } from '../checkout/model.ts';
import type { ServerConfig, SourceSpec } from '../config/model.ts';
import type { ResolvedSource } from '../result/model.ts';
import type { PreparedImage } from '../sandbox/sandbox.ts';
import { type FetchReport, fetchTree } from './fetch.ts';
import { FolderRefused, type PackedFolder, packFolder } from '../checkout/pack.ts';
import type { InstallerContext } from './installer.ts';
import { type InstallResult, treePath } from './model.ts';
import { judgeFetch, nodeOf } from './npm.ts';
import { rebuildDependencies } from './rebuild.ts';
import { runScripts } from './scripts.ts';

type PathSource = Extract<SourceSpec, { kind: 'path' }>;

/** A package as it stands in a folder, of the workspace or of a checkout. */
interface PackageFolder {
  readonly given: string;
  /** null for a folder that is no commit. */
  readonly commit: string | null;
  readonly pack: (uid: number) => PackedFolder;
  readonly has: (file: string) => Promise<boolean>;
}

/**
 * Of a folder, these never come along: what was built or installed elsewhere, the history with its credentials, and
 * settings that would redirect the installer or run a program of the repository's choice.
 */
const leftOut = new Set(['.git', 'node_modules', '.npmrc', '.yarnrc', '.yarnrc.yml', '.pnpmfile.cjs', '.pnpmfile.mjs']);

/** Copies a folder of the workspace in, installs its dependencies and builds it. */
export async function installPath(
  context: InstallerContext,
  server: ServerConfig,
  source: PathSource,
  image: PreparedImage,
): Promise<InstallResult> {
  const pack = (uid: number) => packFolder(source.path, { uid, leaveOut: isLeftOut });
  const has = (file: string) => exists(join(source.path, file));
  return installPackage(context, server, { given: source.given, commit: null, pack, has }, image);
}

/** The same for a folder of a checkout of which nothing more is known. */
export async function installPackageFolder(
  context: InstallerContext,
  server: ServerConfig,
  { checkout, folder }: { readonly checkout: Checkout; readonly folder: string },
  image: PreparedImage,
): Promise<InstallResult> {
  const { given, commit } = checkout;
  const files = new Set(checkout.files.map(({ path }) => path));
  const pack = (uid: number) => checkout.pack(folder, { uid, leaveOut: isLeftOut });
  const has = (file: string) => Promise.resolve(files.has(posix.join(folder, file)));
  return installPackage(context, server, { given, commit, pack, has }, image);
}

const isLeftOut = (name: string) => leftOut.has(name);

async function installPackage(
  context: InstallerContext,
  server: ServerConfig,
  source: PackageFolder,
  image: PreparedImage,
): Promise<InstallResult> {
  const started = performance.now();
  const uid = context.sandbox.nextUid();
  const volume = await context.sandbox.createVolume(server.name, uid);
  const packed = source.pack(uid);
  try {
    const importing = context.sandbox.importVolume(volume, packed.tar, server.timeouts.install, context.signal);
    // Where packing fails so does importing, and the packer's reason, which comes first, is the one to tell.
    const [digest] = await Promise.all([packed.digest, importing]);
    const kind = source.commit === null ? 'path' : 'git';
    const unnamed = { name: source.given, version: null, integrity: null };
    const resolved: ResolvedSource = { kind, ...unnamed, digest: source.commit ?? digest };
    const resolveMs = performance.now() - started;
    return await installCopied(context, server, source, { volume, uid, image }, resolved, resolveMs);
  } catch (error) {
    if (!(error instanceof FolderRefused)) throw error;
    const advice = `The folder ${source.given} cannot be copied in: ${error.message}.`;
    return {
      kind: 'failed',
      failure: { outcome: 'install_failed', advice, stderrTail: '', exitCode: null, resolved: null },
    };
  }
}

async function installCopied(
  context: InstallerContext,
  server: ServerConfig,
  source: PackageFolder,
  place: { readonly volume: string; readonly uid: number; readonly image: PreparedImage },
  resolved: ResolvedSource,
  resolveMs: number,
): Promise<InstallResult> {
  const isPackage = await source.has('package.json');
  const npmArguments = isPackage ? [await installCommand(source)] : null;
  const limits = { resources: server.resources, timeoutMs: server.timeouts.install };
  if (isPackage) context.progress(server.name, `installing the dependencies of ${source.given}`);
  const fetched = await fetchTree(
    context.sandbox,
    context.upstream,
    context.npm,
    { ...place, ...limits, label: server.name, npmArguments, packageFolder: '.' },
    context.signal,
  );
  const judged = judgeFetch(fetched, null, server.timeouts.install);
  if (!judged.ok) return judged.result;
  const { report } = judged;
  const rebuilt = await rebuildDependencies(context, server, place, report);
  const built = await build(context, server, place, report, resolved);
  if (built.failure !== null) return built.failure;
  return {
    kind: 'installed',
    tree: {
      volume: place.volume,
      uid: place.uid,
      resolved: { ...resolved, name: report.name ?? resolved.name, version: report.version ?? null },
      commands: new Map(
        Object.entries(report.commands).map(([name, file]) => [name, startOf(file, report.shebangs[name])]),
      ),
      start: null,
      packageName: report.name ?? null,
      workdir: treePath,
      size: report.size,
      scripts: rebuilt.report,
      timings: { resolveMs, fetchMs: fetched.durationMs, scriptsMs: rebuilt.durationMs + built.durationMs },
      npm: context.npm.version,
      node: nodeOf(report),
    },
  };
}

/** A committed lock file is binding. */
async function installCommand({ has }: PackageFolder): Promise<'ci' | 'install'> {
  const locked = (await has('package-lock.json')) || (await has('npm-shrinkwrap.json'));
  return locked ? 'ci' : 'install';
}

async function build(
  context: InstallerContext,
  server: ServerConfig,
  place: { readonly volume: string; readonly uid: number; readonly image: PreparedImage },
  report: FetchReport,
  resolved: ResolvedSource,
): Promise<{ failure: InstallResult | null; durationMs: number }> {
  const script = ['build', 'prepare'].find((name) => typeof report.scripts[name] === 'string');
  if (script === undefined || server.installScripts === 'never') return { failure: null, durationMs: 0 };
  context.progress(server.name, `building it (npm run ${script}) without network`);
  const limits = { resources: server.resources, timeoutMs: server.timeouts.install };
  const request = { ...place, ...limits, label: server.name, npmArguments: ['run', script] };
  const outcome = await runScripts(context.sandbox, context.npm, request, context.signal);
  if (outcome.ok) return { failure: null, durationMs: outcome.durationMs };
  if (outcome.infrastructure !== null) {
    return { failure: { kind: 'infrastructure', reason: outcome.infrastructure }, durationMs: outcome.durationMs };
  }
  const advice = outcome.timedOut
    ? `\`npm run ${script}\` did not end within ${server.timeouts.install / 1000} s: raise \`timeouts.install\`.`
    : `\`npm run ${script}\` failed with exit code ${outcome.exitCode}: it runs without network, with the dependencies that package.json names.`;
  const { stderrTail, exitCode } = outcome;
  const failure = { outcome: 'install_failed', advice, stderrTail, exitCode, resolved } as const;
  return { failure: { kind: 'failed', failure }, durationMs: outcome.durationMs };
}

/** A bin of the package's own need not be executable in a checkout: npm makes it so only where it is installed. */
function startOf(file: string, shebang: string | null | undefined): readonly string[] {
  const path = join(treePath, file);
  const isNode = shebang ? /\bnode\b/u.test(shebang) : /\.[cm]?js$/u.test(file) || shebang === null;
  return isNode ? ['node', path] : [path];
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
