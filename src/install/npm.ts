import type { ServerConfig } from '../config/model.ts';
import type { ResolvedSource } from '../result/model.ts';
import type { PreparedImage } from '../sandbox/sandbox.ts';
import { type FetchOutcome, type FetchReport, fetchTree } from './fetch.ts';
import type { InstallerContext } from './installer.ts';
import { type InstallFailure, type InstallResult, treePath } from './model.ts';
import type { NpmPackage } from './registry.ts';
import { rebuildDependencies } from './rebuild.ts';
import { tail } from './scripts.ts';

/** Installs exactly the version that the registry resolved to. */
export async function installNpm(
  context: InstallerContext,
  server: ServerConfig,
  { resolved, resolveMs }: { readonly resolved: NpmPackage; readonly resolveMs: number },
  image: PreparedImage,
): Promise<InstallResult> {
  context.progress(server.name, `found ${resolved.name}@${resolved.version}, fetching`);
  const started = performance.now();
  const uid = context.sandbox.nextUid();
  const volume = await context.sandbox.createVolume(server.name, uid);
  const packageFolder = `node_modules/${resolved.name}`;
  const npmArguments = ['install', '--save-exact', '--', `${resolved.name}@${resolved.version}`];
  const request = { volume, uid, image, label: server.name, npmArguments, packageFolder };
  const limits = { resources: server.resources, timeoutMs: server.timeouts.install };
  const fetched = await fetchTree(
    context.sandbox,
    context.upstream,
    context.npm,
    { ...request, ...limits },
    context.signal,
  );
  const fetchMs = performance.now() - started;
  const judged = judgeFetch(fetched, resolved, server.timeouts.install);
  if (!judged.ok) return judged.result;
  const { report } = judged;
  const scripts = await rebuildDependencies(context, server, { volume, uid, image }, report);
  return {
    kind: 'installed',
    tree: {
      volume,
      uid,
      resolved,
      // Exactly as npm links them, so that a `#!` line with flags counts.
      commands: new Map(Object.keys(report.commands).map((name) => [name, [`${treePath}/node_modules/.bin/${name}`]])),
      start: null,
      packageName: resolved.name,
      workdir: null,
      size: report.size,
      scripts: scripts.report,
      timings: { resolveMs, fetchMs, scriptsMs: scripts.durationMs },
      npm: context.npm.version,
      node: nodeOf(report),
    },
  };
}

/** @returns what {@link InstalledTree.node} says */
export function nodeOf({ node, wantsNode }: FetchReport): { version: string; wanted: string } | null {
  return node && wantsNode ? { version: node, wanted: wantsNode } : null;
}

export type JudgedFetch =
  | { readonly ok: true; readonly report: FetchReport }
  | { readonly ok: false; readonly result: InstallResult };

/** @param resolved what was promised, or null for a folder of the user's. */
export function judgeFetch(fetched: FetchOutcome, resolved: NpmPackage | null, timeoutMs: number): JudgedFetch {
  const wrong = whatIsWrong(fetched, resolved, timeoutMs);
  if (wrong !== null) return { ok: false, result: wrong };
  // Without a report something is wrong.
  return fetched.report === null ? { ok: false, result: silent(fetched) } : { ok: true, report: fetched.report };
}

function silent({ stderr, exitCode }: FetchOutcome): InstallResult {
  const lines = stderr.trim().split('\n');
  const said = lines.find((line) => /^\s*(Error|\w+Error):/u.test(line)) ?? lines.at(-1) ?? '';
  const reason =
    exitCode === 127
      ? `The image has no Node, which installs npm packages: ${said}`
      : `The container that installs ended without a report (exit code ${exitCode}): ${said}`;
  return { kind: 'infrastructure', reason };
}

function whatIsWrong(fetched: FetchOutcome, resolved: NpmPackage | null, timeoutMs: number): InstallResult | null {
  const { report, stderr } = fetched;
  const ok = report !== null && report.exitCode === 0;
  if (fetched.tooLarge) {
    return failed('The package with its dependencies is larger than 2 GiB.', stderr, fetched.exitCode, resolved);
  }
  if (!ok && fetched.faults.length > 0) {
    return { kind: 'infrastructure', reason: `The registry failed during the install: ${fetched.faults[0]}` };
  }
  if (!ok && fetched.timedOut) {
    const advice = `The install did not end within ${timeoutMs / 1000} s: raise \`timeouts.install\`, or look at its last lines.`;
    return failed(advice, stderr, fetched.exitCode, resolved);
  }
  if (report === null) return silent(fetched);
  if (!ok) return explainNpm(stderr, report.exitCode, resolved);
  if (report.urlDependencies.length > 0) {
    const which = report.urlDependencies.slice(0, 3).join(', ');
    const advice = `Dependencies are fetched from addresses outside the registry (${which}): publish them as packages.`;
    return failed(advice, stderr, null, resolved);
  }
  if (report.tooManyCommands) return failed('It declares more than 500 commands.', stderr, null, resolved);
  if (
    resolved !== null &&
    (report.version !== resolved.version || !sameIntegrity(report.integrity, resolved.integrity))
  ) {
    const advice = `npm installed ${report.name}@${report.version} (${report.integrity}) where the registry had promised ${resolved.version} (${resolved.integrity}): the package must not be trusted.`;
    return failed(advice, stderr, null, resolved);
  }
  return null;
}

function sameIntegrity(installed: string | null | undefined, promised: string | null): boolean {
  // Old packages have only a sha1, which the lock file repeats in its own way.
  if (promised === null || !promised.startsWith('sha512-')) return true;
  return installed === promised;
}

/** npm's error codes, as sentences that say what to do. */
const npmErrors: readonly (readonly [RegExp, InstallFailure['outcome'], string])[] = [
  [
    /EBADPLATFORM/u,
    'unsupported_platform',
    'The package says that it does not run on this operating system or processor.',
  ],
  [
    /EALLOWGIT/u,
    'install_failed',
    'A dependency is fetched from git, which is not allowed: it could run code during the install. Publish it as a package.',
  ],
  [
    /ETARGET|E404/u,
    'install_failed',
    'A dependency cannot be had from the registry: it does not exist there, or not in that version, or is fetched from elsewhere.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED/u,
    'install_failed',
    'A dependency is fetched from an address outside the registry, where no install may go. Publish it as a package.',
  ],
  [/EINTEGRITY/u, 'install_failed', 'A package is not the one whose integrity was recorded.'],
  [
    /EUSAGE.*lock|in sync/su,
    'install_failed',
    'package.json and the lock file do not fit together: run `npm install` and commit the lock file.',
  ],
  [/ERESOLVE/u, 'install_failed', 'The dependencies contradict each other (ERESOLVE).'],
  [/ENOSPC/u, 'install_failed', 'The disk is full.'],
  [
    /EUNSUPPORTEDPROTOCOL/u,
    'install_failed',
    'A dependency uses a protocol that npm does not know, such as `workspace:`.',
  ],
];

/** @param stderr of an npm that failed */
export function explainNpm(stderr: string, exitCode: number, resolved: ResolvedSource | null): InstallResult {
  const known = npmErrors.find(([pattern]) => pattern.test(stderr));
  const [, outcome, advice] = known ?? [
    null,
    'install_failed' as const,
    'npm could not install it; its last lines say why.',
  ];
  return failed(advice, stderr, exitCode, resolved, outcome);
}

function failed(
  advice: string,
  stderr: string,
  exitCode: number | null,
  resolved: ResolvedSource | null,
  outcome: InstallFailure['outcome'] = 'install_failed',
): InstallResult {
  return { kind: 'failed', failure: { outcome, advice, stderrTail: tail(stderr), exitCode, resolved } };
}
