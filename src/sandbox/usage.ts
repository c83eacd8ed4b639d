import { existsSync, type FSWatcher, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';

/** What the kernel counted of one container, seen from outside. */
export interface Usage {
  /** The most memory that its processes held at a time, in bytes; null where the kernel does not say. */
  readonly peakMemory: number | null;
  /** Processes that the kernel ended since there was no memory left for them. */
  readonly memoryKills: number;
  /** Processes and threads that were not started since there were too many. */
  readonly refusedProcesses: number;
}

const intervalMs = 250;
/** The container's own group, below the limits of which its processes may be in another. */
const containerGroup = /^.*\/libpod-[0-9a-f]{64}(?:\.scope)?(?=\/|$)/u;

/**
 * Reads a container's counters (cgroup v2: `memory.peak`, `memory.events`, `pids.events`) for as long as it lives: they go
 * with it. No podman command is needed: the kernel says which group the process of a pid file is in, and tells at once
 * when it has ended one for its memory.
 */
export class UsageWatch {
  readonly #pidFile: string;
  readonly #root: string;
  readonly #timer: NodeJS.Timeout;
  #watchers: FSWatcher[] = [];
  #groups: Groups | null = null;
  #usage: Usage = { peakMemory: null, memoryKills: 0, refusedProcesses: 0 };

  /**
   * @param pidFile of podman-run(1), written when the container starts
   * @param root where `proc` and `sys/fs/cgroup` are
   */
  constructor(pidFile: string, root = '/') {
    this.#pidFile = pidFile;
    this.#root = root;
    this.#timer = setInterval(() => this.look(), intervalMs).unref();
  }

  /** Reads the counters now, as long as there are any. @returns what has been seen up to now */
  look(): Usage {
    this.#groups ??= this.#find();
    if (this.#groups === null) return this.#usage;
    const { whole, inner } = this.#groups;
    const { peakMemory, memoryKills, refusedProcesses } = this.#usage;
    const peak = Number(read(whole, 'memory.peak') ?? Number.NaN);
    // Before Linux 6.11 a refusal is counted in the group of the process alone.
    const refusals = [whole, inner].map((group) => counter(read(group, 'pids.events'), 'max'));
    this.#usage = {
      peakMemory: Number.isSafeInteger(peak) ? Math.max(peak, peakMemory ?? 0) : peakMemory,
      memoryKills: Math.max(memoryKills, counter(read(whole, 'memory.events'), 'oom_kill')),
      refusedProcesses: Math.max(refusedProcesses, ...refusals),
    };
    return this.#usage;
  }

  /** The container is gone. @returns what was seen of it */
  end(): Usage {
    const usage = this.look();
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    return usage;
  }

  #find(): Groups | null {
    try {
      const pid = readFileSync(this.#pidFile, 'utf8').trim();
      const [, path = ''] = /^0::(\/.*)$/mu.exec(readFileSync(join(this.#root, 'proc', pid, 'cgroup'), 'utf8')) ?? [];
      const [group] = containerGroup.exec(path) ?? [];
      if (group === undefined) return null;
      const whole = join(this.#root, 'sys/fs/cgroup', group);
      const inner = join(this.#root, 'sys/fs/cgroup', path);
      this.#watch(join(whole, 'memory.events'), () => false);
      // One refusal is all there is to know, and a fork bomb has a hundred of them told a second.
      this.#watch(join(inner, 'pids.events'), ({ refusedProcesses }) => refusedProcesses > 0);
      return { whole, inner };
    } catch {
      // Not started yet, or gone already.
      return null;
    }
  }

  /** Changes of counters are told as they happen (Documentation/admin-guide/cgroup-v2.rst, memory.events, pids.events). */
  #watch(file: string, enough: (usage: Usage) => boolean): void {
    // A machine may delegate one controller and not the other.
    if (!existsSync(file)) return;
    const watcher = watch(file, { persistent: false }, () => {
      if (enough(this.look())) watcher.close();
    });
    watcher.on('error', () => {});
    this.#watchers.push(watcher);
  }
}

/** Folders of control groups: the container's own, and the one inside that its first process is in, if it is another. */
interface Groups {
  readonly whole: string;
  readonly inner: string;
}

function read(group: string, file: string): string | null {
  try {
    return readFileSync(join(group, file), 'utf8');
  } catch {
    return null;
  }
}

/** @param bytes a limit @returns as in "exceeded 512 MiB of memory" */
export function memoryPhrase(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB of memory`;
}

function counter(events: string | null, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'mu').exec(events ?? '')?.[1] ?? 0);
}
