import type { CommandResult } from '../../process/run.ts';
import { podmanFault } from '../../sandbox/podman-fault.ts';
import type { InstallFailure, InstallResult } from '../model.ts';
import { tail } from '../scripts.ts';
import type { IndexGateway } from './index-gateway.ts';
import type { PythonInstalled, PythonReport } from './report.ts';
import type { PythonTarget } from './round.ts';
import { noPython, tellFailure } from './sentences.ts';

/** What an install is judged by, beside what its containers did. */
export interface JudgedInstall {
  readonly gateway: Pick<IndexGateway, 'faults' | 'tooLarge' | 'published'>;
  /** Of the index, for sentences. */
  readonly host: string;
  /** As the configuration names it. */
  readonly image: string;
  readonly target: PythonTarget;
  readonly timeoutMs: number;
}

/** @returns null where it went on as it should. */
export function judgeFetch(
  install: JudgedInstall,
  fetched: CommandResult,
  report: PythonReport | null,
  late: boolean,
): InstallResult | null {
  const { stderr, exitCode } = fetched;
  if (report !== null && (report.installed !== null || report.build !== null)) return null;
  if (install.gateway.tooLarge) {
    return failed(install, 'The package with its dependencies is larger than 2 GiB.', { output: stderr, exitCode });
  }
  const [fault] = install.gateway.faults;
  if (fault !== undefined) {
    return { kind: 'infrastructure', reason: `The package index failed during the install: ${fault}` };
  }
  if (report?.failure) {
    const { advice, outcome } = tellFailure(report.failure, install.image, install.host);
    return failed(install, advice, { output: stderr, exitCode, outcome });
  }
  return late ? failed(install, tooSlow(install, 'install'), { output: stderr, exitCode }) : silent(install, fetched);
}

/** Every file must be what the index published, whatever pip believes. @returns null where it is */
export function judgeFiles(install: JudgedInstall, { wheels }: PythonInstalled): InstallResult | null {
  for (const { file, sha256, built } of wheels) {
    const published = install.gateway.published(file);
    if (built || published.length === 0 || published.includes(sha256)) continue;
    const advice = `${file} has the SHA-256 ${sha256}, where the index has ${published.join(', ')}: it must not be trusted.`;
    return failed(install, advice);
  }
  return null;
}

/** @returns the SHA-256 that the index published for what the package was made from, or null. */
export function publishedDigest({ gateway }: JudgedInstall, { sdist, wheels, name }: PythonInstalled): string | null {
  if (sdist !== null) return gateway.published(sdist.file).find((each) => each === sdist.sha256) ?? null;
  const normal = (given: string) => given.toLowerCase().replaceAll(/[-_.]+/gu, '-');
  const own = wheels.find(({ file }) => name !== null && normal(file.split('-')[0] ?? '') === normal(name));
  if (own === undefined || own.built) return null;
  return gateway.published(own.file).find((each) => each === own.sha256) ?? null;
}

function silent(install: JudgedInstall, { stderr, exitCode, spawnError }: CommandResult): InstallResult {
  const fault = podmanFault({ stderr, exitCode, spawnError });
  if (fault !== null) return { kind: 'infrastructure', reason: fault };
  // The runtime says so, or the init that it starts instead.
  const absent = exitCode === 127 || /failed to exec pid1: No such file/u.test(stderr);
  if (absent) return failed(install, noPython(install.image), { output: stderr, exitCode });
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const reason = `The container that installs ended without a report (exit code ${exitCode}): ${said}`;
  return { kind: 'infrastructure', reason };
}

export function tooSlow({ timeoutMs }: JudgedInstall, what: string): string {
  return `The ${what} did not end within ${timeoutMs / 1000} s: raise \`timeouts.install\`, or look at its last lines.`;
}

interface FailedMore {
  readonly output?: string;
  readonly exitCode?: number | null;
  readonly outcome?: InstallFailure['outcome'];
}

/** A verdict. */
export function failed({ target }: JudgedInstall, advice: string, more: FailedMore = {}): InstallResult {
  const { output = '', exitCode = null, outcome = 'install_failed' } = more;
  const resolved =
    target.kind === 'package' && target.version !== null
      ? { kind: 'pypi', name: target.name, version: target.version, integrity: null, digest: null }
      : null;
  return { kind: 'failed', failure: { outcome, advice, stderrTail: tail(output), exitCode, resolved } };
}
