import type { ResolvedSource, StartupOutcome } from '../result/model.ts';
import type { InstallResult } from './model.ts';
import { explainNpm } from './npm.ts';
import type { TreeOutcome, TreeReport } from './node-fetch.ts';
import type { Manager } from './node-manager.ts';
import { tail } from './scripts.ts';

export type JudgedTree =
  | { readonly ok: true; readonly report: TreeReport }
  | { readonly ok: false; readonly result: InstallResult };

/** A verdict on what a repository asks for; what the registry or Podman did wrong is none. */
export function failure(
  advice: string,
  resolved: ResolvedSource | null,
  more: { outcome?: StartupOutcome; stderr?: string; exitCode?: number | null } = {},
): InstallResult {
  const { outcome = 'install_failed', stderr = '', exitCode = null } = more;
  return { kind: 'failed', failure: { outcome, advice, stderrTail: tail(stderr), exitCode, resolved } };
}

/** @param timeoutMs that the install had */
export function judgeTree(
  outcome: TreeOutcome,
  manager: Manager,
  resolved: ResolvedSource,
  timeoutMs: number,
): JudgedTree {
  const { report, stderr, exitCode } = outcome;
  const wrong = (result: InstallResult): JudgedTree => ({ ok: false, result });
  const failed = (advice: string) => wrong(failure(advice, resolved, { stderr, exitCode }));
  if (report !== null && report.exitCode === 0 && report.foreign.length === 0) return { ok: true, report };
  if (outcome.tooLarge) return failed('What it depends on is larger than 2 GiB.');
  if (report !== null && report.foreign.length > 0) {
    const which = report.foreign.slice(0, 3).join(', ');
    return failed(`Dependencies are not from the registry (${which}): publish them as packages.`);
  }
  const [fault] = outcome.faults;
  if (fault !== undefined) {
    return wrong({ kind: 'infrastructure', reason: `The registry failed during the install: ${fault}` });
  }
  if (outcome.timedOut) {
    return failed(
      `The install did not end within ${timeoutMs / 1000} s: raise \`timeouts.install\`, or look at its last lines.`,
    );
  }
  if (report === null) {
    const said = stderr.trim().split('\n').at(-1) ?? '';
    const reason = `The container that installs ended without a report (exit code ${exitCode}): ${said}`;
    return wrong({ kind: 'infrastructure', reason });
  }
  return wrong(explain(manager, stderr, report.exitCode, resolved));
}

type Known = readonly (readonly [RegExp, StartupOutcome, string])[];

/** What pnpm and Yarn say, as sentences that say what to do. */
const known: Known = [
  [
    /EPROGRAM|can't be built with the exec: protocol/u,
    'install_failed',
    'A dependency is fetched with a program (git, or a generator), which is not allowed: publish it as a package.',
  ],
  [
    /ERR_PNPM_OUTDATED_LOCKFILE|ERR_PNPM_LOCKFILE_CONFIG_MISMATCH|YN0028|lockfile needs to be updated/u,
    'install_failed',
    'package.json and the lock file do not fit together, or only with settings or hooks of the repository that are not heard here: install anew and commit the lock file.',
  ],
  [
    /ERR_PNPM_(NO_LOCKFILE|LOCKFILE_BREAKING_CHANGE|BROKEN_LOCKFILE)|YN0057/u,
    'install_failed',
    'The lock file cannot be read: install anew and commit it, and name the version in `packageManager`.',
  ],
  [
    /ERR_PNPM_TARBALL_INTEGRITY|Integrity check failed|YN0018/u,
    'install_failed',
    'A package is not the one whose integrity was recorded.',
  ],
  [
    /ERR_PNPM_UNSUPPORTED_PLATFORM|The platform "[^"]*" is incompatible|YN0076.*incompatible/u,
    'unsupported_platform',
    'A package says that it does not run on this operating system or processor.',
  ],
  [
    /ERR_PNPM_(FETCH_404|NO_MATCHING_VERSION|PACKAGE_NOT_FOUND)|Couldn't find (any versions|package)|YN0035|YN0082|Request failed "404/u,
    'install_failed',
    'A dependency cannot be had from the registry: it does not exist there, or not in that version, or is fetched from elsewhere.',
  ],
  [
    /ERR_PNPM_WORKSPACE_PKG_NOT_FOUND|YN0001.*Workspace not found/u,
    'install_failed',
    'A dependency is to come from the workspace, and the workspace has no such package.',
  ],
  [
    /ERR_PNPM_UNSUPPORTED_ENGINE|requires at least Node|This version of pnpm requires/u,
    'install_failed',
    "It wants another version of Node: name an image that has it (`image`), or widen package.json's `engines`.",
  ],
  [/ENOSPC/u, 'install_failed', 'The disk is full.'],
];

function explain(manager: Manager, stderr: string, exitCode: number, resolved: ResolvedSource): InstallResult {
  const found = known.find(([pattern]) => pattern.test(stderr));
  if (found !== undefined) return failure(found[2], resolved, { outcome: found[1], stderr, exitCode });
  if (manager.name === 'npm') return explainNpm(stderr, exitCode, resolved);
  const title = manager.name === 'pnpm' ? 'pnpm' : 'Yarn';
  return failure(`${title} could not install it; its last lines say why.`, resolved, { stderr, exitCode });
}
