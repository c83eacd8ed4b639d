import type { Resources } from '../config/model.ts';
import type { HostFacts, SelfTestLine } from '../result/model.ts';
import { SandboxUnavailable } from './errors.ts';
import { Evidence, expectations, type Looked } from './isolation.ts';

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

/** The container of the self-test has the flags of a server's, and no volume. */
const looked: Looked = { phase: 'selftest', volumes: [] };

/** @param output stdout of the probe. @param strictProfile whether a strict seccomp profile could be derived. */
export function judgeSelfTest(output: string, resources: Resources, strictProfile: boolean): SelfTest {
  const seen = parseEvidence(output);
  if (seen === null) {
    const line: SelfTestLine = { id: 'probe', state: 'failed', detail: 'the probe in the container gave no answer' };
    return { lines: [line], limits: nothingEnforced, broken: [line] };
  }
  const lines: SelfTestLine[] = expectations.map(({ id, judge }) => ({ id, ...judge(seen, looked) }));
  const limits = limitsOf(seen, resources);
  return {
    lines: [...lines, nestedNamespaces(seen, strictProfile), ...limitLines(limits)],
    limits,
    broken: lines.filter(({ state }) => state === 'failed'),
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
  const { held, outcome } = seen.attempts['namespaces'] ?? { held: false, outcome: 'ENOENT' };
  if (outcome === 'ENOENT') return { id, state: 'notChecked', detail: 'there is no unshare program to try it with' };
  return { id, state: held ? 'passed' : 'failed', detail: `unshare --user: ${outcome}` };
}

function parseEvidence(output: string): Evidence | null {
  try {
    return Evidence.parse(JSON.parse(output));
  } catch {
    return null;
  }
}
