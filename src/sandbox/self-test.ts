import * as z from 'zod';
import type { Resources } from '../config/model.ts';
import type { HostFacts, SelfTestLine } from '../result/model.ts';
import { SandboxUnavailable } from './errors.ts';

/** What programs/probe.mjs saw from inside. */
const Evidence = z.object({
  uid: z.number().nullable(),
  status: z.string(),
  interfaces: z.string(),
  connects: z.array(z.string()),
  rootWrite: z.string(),
  usrWrite: z.string(),
  homeWrite: z.string(),
  tmpExec: z.string(),
  unshare: z.string(),
  environment: z.array(z.string()),
  memoryMax: z.string(),
  pidsMax: z.string(),
  cpuMax: z.string(),
});
type Evidence = z.infer<typeof Evidence>;

export interface SelfTest {
  readonly lines: readonly SelfTestLine[];
  readonly limits: HostFacts['limits'];
  /** Properties without which nothing untrusted may run, and that did not hold. */
  readonly broken: readonly SelfTestLine[];
}

/** An essential property of the sandbox did not hold here, so nothing was started in it. */
export class SelfTestFailed extends SandboxUnavailable {
  readonly lines: SelfTest['lines'];

  constructor({ lines, broken }: SelfTest) {
    const what = broken.map((line) => `${line.id} (${line.detail})`).join('; ');
    super(`The sandbox did not prove itself on this machine, so nothing was started in it: ${what}`);
    this.lines = lines;
  }
}

/** The variables that the policy itself sets, and what crun and Node add. */
const knownVariables = new Set(['HOME', 'LANG', 'TZ', 'PATH', 'HOSTNAME', 'TERM']);

interface Expectation {
  readonly id: string;
  readonly holds: (seen: Evidence) => boolean;
  readonly detail: (seen: Evidence) => string;
}

/** Each is essential: a run stops where one does not hold. The ids are part of the result and do not change. */
const essential: readonly Expectation[] = [
  { id: 'not-root', holds: (seen) => (seen.uid ?? 0) > 0, detail: (seen) => `runs as uid ${seen.uid}` },
  {
    id: 'no-capabilities',
    holds: (seen) => ['CapEff', 'CapPrm', 'CapBnd', 'CapInh', 'CapAmb'].every((set) => /^0+$/u.test(field(seen, set))),
    detail: (seen) => `effective ${field(seen, 'CapEff')}, bounding ${field(seen, 'CapBnd')}`,
  },
  {
    id: 'no-new-privileges',
    holds: (seen) => field(seen, 'NoNewPrivs') === '1',
    detail: (seen) => `NoNewPrivs is ${field(seen, 'NoNewPrivs')}`,
  },
  {
    id: 'seccomp',
    holds: (seen) => field(seen, 'Seccomp') === '2',
    detail: (seen) => `seccomp mode ${field(seen, 'Seccomp')} (2 is a filter)`,
  },
  {
    id: 'no-network',
    holds: (seen) => onlyLoopback(seen) && seen.connects.every((answer) => answer === 'ENETUNREACH'),
    detail: (seen) => `interfaces: ${interfaces(seen).join(' ')}; connecting out: ${seen.connects.join(', ')}`,
  },
  {
    id: 'read-only-root',
    holds: (seen) => seen.rootWrite === 'EROFS' || seen.rootWrite === 'EACCES',
    detail: (seen) => `writing to /: ${seen.rootWrite}`,
  },
  {
    id: 'read-only-programs',
    holds: (seen) => seen.usrWrite === 'EROFS' || seen.usrWrite === 'EACCES',
    detail: (seen) => `writing to /usr: ${seen.usrWrite}`,
  },
  {
    id: 'no-exec-in-tmp',
    holds: (seen) => seen.tmpExec === 'EACCES',
    detail: (seen) => `starting a program written to /tmp: ${seen.tmpExec}`,
  },
  { id: 'writable-home', holds: (seen) => seen.homeWrite === 'written', detail: (seen) => `HOME: ${seen.homeWrite}` },
  {
    id: 'clean-environment',
    holds: (seen) => strangers(seen).length === 0,
    detail: (seen) => (strangers(seen).length === 0 ? 'only what was set' : `also: ${strangers(seen).join(' ')}`),
  },
];

/** @param output stdout of the probe. @param strictProfile whether a strict seccomp profile could be derived. */
export function judgeSelfTest(output: string, resources: Resources, strictProfile: boolean): SelfTest {
  const seen = parseEvidence(output);
  if (seen === null) {
    const line: SelfTestLine = { id: 'probe', state: 'failed', detail: 'the probe in the container gave no answer' };
    return { lines: [line], limits: nothingEnforced, broken: [line] };
  }
  const judged = essential.map(({ id, holds, detail }): SelfTestLine => ({
    id,
    state: holds(seen) ? 'passed' : 'failed',
    detail: detail(seen),
  }));
  const limits = limitsOf(seen, resources);
  return {
    lines: [...judged, nestedNamespaces(seen, strictProfile), ...limitLines(limits)],
    limits,
    broken: judged.filter((line) => line.state === 'failed'),
  };
}

const nothingEnforced: HostFacts['limits'] = {
  memory: 'notEnforced',
  pids: 'notEnforced',
  cpu: 'notEnforced',
  disk: 'notEnforced',
};

function limitsOf(seen: Evidence, resources: Resources): HostFacts['limits'] {
  const [quota = '', period = ''] = seen.cpuMax.trim().split(' ');
  const cpus = Number(quota) / Number(period);
  return {
    // The kernel rounds down to pages.
    memory: Math.abs(Number(seen.memoryMax) - resources.memory) < 65_536 ? 'enforced' : 'notEnforced',
    pids: Number(seen.pidsMax) === resources.pids ? 'enforced' : 'notEnforced',
    cpu: Math.abs(cpus - resources.cpus) < 0.01 ? 'enforced' : 'notEnforced',
    // Volumes have no quota without a file system that knows project quotas.
    disk: 'notEnforced',
  };
}

function limitLines(limits: HostFacts['limits']): SelfTestLine[] {
  return Object.entries(limits).map(([name, state]) => ({
    id: `limit-${name}`,
    state: state === 'enforced' ? 'passed' : 'notChecked',
    detail:
      state === 'enforced'
        ? 'the cgroup shows the limit that was asked for'
        : name === 'disk'
          ? 'not enforced: volumes have no quota here, only the size of single files is limited'
          : `not enforced: this machine delegates no ${name} controller to its users`,
  }));
}

/** Not essential: a nested user namespace widens what of the kernel can be reached, yet gives nothing outside. */
function nestedNamespaces(seen: Evidence, strictProfile: boolean): SelfTestLine {
  const id = 'no-nested-namespaces';
  if (!strictProfile) {
    return {
      id,
      state: 'notChecked',
      detail: 'no default seccomp profile was found here to derive a stricter one from',
    };
  }
  if (seen.unshare === 'ENOENT')
    return { id, state: 'notChecked', detail: 'there is no unshare program to try it with' };
  const denied = seen.unshare.includes('not permitted');
  return { id, state: denied ? 'passed' : 'failed', detail: `unshare --user: ${seen.unshare.trim()}` };
}

function parseEvidence(output: string): Evidence | null {
  try {
    return Evidence.parse(JSON.parse(output));
  } catch {
    return null;
  }
}

function field(seen: Evidence, name: string): string {
  return new RegExp(`^${name}:\\s*(\\S+)`, 'mu').exec(seen.status)?.[1] ?? 'absent';
}

function interfaces(seen: Evidence): string[] {
  return [...seen.interfaces.matchAll(/^\s*([^\s:]+):/gmu)].map((match) => match[1] ?? '');
}

function onlyLoopback(seen: Evidence): boolean {
  const found = interfaces(seen);
  return found.length === 1 && found[0] === 'lo';
}

function strangers(seen: Evidence): string[] {
  return seen.environment.filter((name) => !knownVariables.has(name));
}
