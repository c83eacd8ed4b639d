import * as z from 'zod';
import type { Phase } from './policy.ts';

/** What programs/probe.mjs saw from inside a container. */
export const Evidence = z.object({
  uid: z.number().nullable(),
  status: z.string(),
  uidMap: z.string(),
  mounts: z.string(),
  homeWrite: z.string(),
  environment: z.array(z.string()),
  /** What it tried, by the id of the attempt: whether it was kept from it, and what happened. */
  attempts: z.record(z.string(), z.object({ held: z.boolean(), outcome: z.string() })),
  memoryMax: z.string(),
  pidsMax: z.string(),
  cpuMax: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** The container that was looked at from inside. */
export interface Looked {
  readonly phase: Phase;
  /** Where volumes of ours are, and whether they can be written. */
  readonly volumes: readonly { readonly at: string; readonly writable: boolean }[];
}

export interface Expectation {
  /** Part of the result: it does not change. */
  readonly id: string;
  /** For docs/SANDBOX.md, which is made from this list: what has to be so. */
  readonly passes: string;
  /** Where it is not expected, and why, by phase. */
  readonly except?: Readonly<Partial<Record<Phase, string>>>;
  readonly judge: (seen: Evidence, looked: Looked) => Judgement;
}

export interface Judgement {
  readonly state: 'passed' | 'failed';
  readonly detail: string;
}

/** What is expected of every container of ours, and without which no run goes on: the self-test, its tests and docs/SANDBOX.md go by this list. */
export const expectations: readonly Expectation[] = [
  {
    id: 'not-root',
    passes: "the uid is not 0, and on the machine it is not the runner's",
    judge: ({ uid, uidMap }) => {
      const outside = outsideUid(uidMap, uid ?? 0);
      const runner = outsideUid(uidMap, 0);
      return judged((uid ?? 0) > 0 && outside !== runner, `runs as uid ${uid}, which is ${outside} on the machine`);
    },
  },
  {
    id: 'no-capabilities',
    passes: 'all five capability sets are empty',
    judge: (seen) => {
      const empty = ['CapEff', 'CapPrm', 'CapBnd', 'CapInh', 'CapAmb'].every((set) => /^0+$/u.test(field(seen, set)));
      return judged(empty, `effective ${field(seen, 'CapEff')}, bounding ${field(seen, 'CapBnd')}`);
    },
  },
  {
    id: 'no-new-privileges',
    passes: 'the kernel says so',
    judge: (seen) => judged(field(seen, 'NoNewPrivs') === '1', `NoNewPrivs is ${field(seen, 'NoNewPrivs')}`),
  },
  {
    id: 'seccomp',
    passes: 'a filter is active',
    judge: (seen) => judged(field(seen, 'Seccomp') === '2', `seccomp mode ${field(seen, 'Seccomp')} (2 is a filter)`),
  },
  tried('no-network', '`lo` is the only interface; addresses, the metadata address and names lead nowhere', [
    'interfaces',
    'network',
    'network-v6',
    'datagram',
    'names',
    'metadata',
    'gateway',
  ]),
  tried('no-engine', 'no socket of Podman, Docker or another program of the machine is there', [
    'engine-sockets',
    'abstract-sockets',
  ]),
  tried('no-foreign-processes', 'only its own processes can be seen', ['processes']),
  tried('no-kernel-settings', 'settings of the kernel and its own cgroup cannot be written', [
    'kernel-settings',
    'kernel-trigger',
    'cgroups',
  ]),
  tried('no-devices', 'no device is there but those of every container', ['devices']),
  tried('no-runner-files', "no file of the workspace, of the runner's folder or of our results is found", [
    'workspace',
  ]),
  tried('read-only-root', '`/` and `/etc` cannot be written', ['root', 'accounts']),
  tried('read-only-programs', '`/usr` cannot be written', ['programs']),
  tried('read-only-code', 'the program that runs cannot be written', ['own-code']),
  {
    id: 'no-writable-mounts',
    passes: 'nothing can be written but `/tmp`, HOME, `/dev/shm` and the volumes that are meant to be',
    judge: (seen, looked) => {
      const strange = writableMounts(seen.mounts).filter((at) => !mayBeWritten(at, looked));
      return judged(strange.length === 0, strange.length === 0 ? 'only what is meant to be' : strange.join(', '));
    },
  },
  tried('no-exec-in-tmp', 'a program written to `/tmp` does not start', ['run-from-tmp'], {
    scripts: 'compilers start what they build',
  }),
  {
    id: 'writable-home',
    passes: 'HOME can be written',
    judge: ({ homeWrite }) => judged(homeWrite === 'written', `HOME: ${homeWrite}`),
  },
  {
    id: 'clean-environment',
    passes: 'no variable is there that was not set',
    judge: (seen) => {
      const strangers = seen.environment.filter((name) => !knownVariables.has(name));
      return judged(
        strangers.length === 0,
        strangers.length === 0 ? 'only what was set' : `also: ${strangers.join(' ')}`,
      );
    },
  },
  tried('no-other-user', 'becoming another user is refused', ['another-user']),
];

/** The variables that the policy itself sets, and what crun and Node add. */
const knownVariables = new Set(['HOME', 'LANG', 'TZ', 'PATH', 'HOSTNAME', 'TERM']);

/** An expectation that holds where all of these attempts of programs/probes.mjs were refused. */
function tried(
  id: string,
  passes: string,
  ids: readonly string[],
  except: NonNullable<Expectation['except']> = {},
): Expectation {
  return {
    id,
    passes,
    except,
    judge: ({ attempts }) => {
      const done = ids.map((each) => ({ each, ...(attempts[each] ?? { held: false, outcome: 'not tried' }) }));
      const detail = done.map(({ each, outcome }) => (ids.length === 1 ? outcome : `${each}: ${outcome}`)).join(', ');
      return judged(
        done.every(({ held }) => held),
        detail,
      );
    },
  };
}

function judged(holds: boolean, detail: string): Judgement {
  return { state: holds ? 'passed' : 'failed', detail };
}

function field(seen: Evidence, name: string): string {
  return new RegExp(`^${name}:\\s*(\\S+)`, 'mu').exec(seen.status)?.[1] ?? 'absent';
}

/** By /proc/self/uid_map (user_namespaces(7)): inside, outside, how many. */
function outsideUid(uidMap: string, inside: number): number | null {
  for (const [, from, outside, count] of uidMap.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)$/gmu)) {
    const offset = inside - Number(from);
    if (offset >= 0 && offset < Number(count)) return Number(outside) + offset;
  }
  return null;
}

/** By /proc/self/mountinfo (proc(5)). */
function writableMounts(mounts: string): string[] {
  return mounts.split('\n').flatMap((line) => {
    const [, , , , at, options] = line.split(' ');
    return at !== undefined && options?.split(',').includes('rw') === true ? [at] : [];
  });
}

/** The kernel's own file systems, of which other expectations speak, and a container's devices. */
const kernelsOwn = /^\/(proc|dev|dev\/(pts|mqueue|shm|null|zero|full|tty|random|urandom|console))$/u;

function mayBeWritten(at: string, { phase, volumes }: Looked): boolean {
  if (at === '/tmp' || at === '/home/user' || kernelsOwn.test(at)) return true;
  if (at === '/run' && phase === 'service') return true;
  return volumes.some((volume) => volume.writable && volume.at === at);
}
