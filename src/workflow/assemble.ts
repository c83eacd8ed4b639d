import { release, type } from 'node:os';
import { readFile } from 'node:fs/promises';
import { countsOf } from '../result/counts.ts';
import type {
  CleanupOperation,
  Conclusion,
  HostFacts,
  PhaseSpan,
  Problem,
  SelfTestLine,
  ServerResult,
  WorkflowResult,
} from '../result/model.ts';

/** Everything that is known about a run, from which its result is made. */
export interface Known {
  readonly workflowId: string;
  readonly startedAt: Date;
  readonly phases: readonly PhaseSpan[];
  readonly host: HostFacts;
  readonly selfTest: readonly SelfTestLine[];
  readonly problems: readonly Problem[];
  readonly servers: readonly ServerResult[];
  readonly repositories: WorkflowResult['repositories'];
  readonly snapshots: WorkflowResult['snapshots'];
  readonly changedOnly: WorkflowResult['changedOnly'];
  readonly interruptedBy: string | null;
  readonly verdict: { readonly conclusion: Conclusion; readonly reasons: readonly string[] };
  readonly cleanup: readonly CleanupOperation[];
}

export function assembleResult(known: Known): WorkflowResult {
  return {
    schemaVersion: 1,
    workflowId: known.workflowId,
    startedAt: known.startedAt.toISOString(),
    durationMs: Math.max(0, Date.now() - known.startedAt.getTime()),
    phases: known.phases.map((span) => ({ ...span })),
    complete: known.interruptedBy === null,
    interruptedBy: known.interruptedBy,
    conclusion: known.verdict.conclusion,
    reasons: [...known.verdict.reasons],
    counts: countsOf(known.servers),
    host: known.host,
    selfTest: [...known.selfTest],
    problems: [...known.problems],
    servers: [...known.servers],
    repositories: [...known.repositories],
    snapshots: known.snapshots,
    changedOnly: known.changedOnly,
    cleanup: { operations: [...known.cleanup] },
  };
}

/** The host's facts where no sandbox was made. */
export function hostWithoutSandbox(os: string): HostFacts {
  const notEnforced = 'notEnforced' as const;
  const limits = { memory: notEnforced, pids: notEnforced, cpu: notEnforced, disk: notEnforced };
  return { os, podman: null, node: process.version, cgroup: null, limits };
}

/** @returns for example `Ubuntu 24.04.3 LTS (Linux 6.11.0)`. */
export async function operatingSystem(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const name = /^PRETTY_NAME="?([^"\n]*)"?$/mu.exec(text)?.[1];
  const kernel = `${type()} ${release()}`;
  return name === undefined ? kernel : `${name} (${kernel})`;
}
