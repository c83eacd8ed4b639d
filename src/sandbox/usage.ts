import { type FSWatcher, readFileSync, watch } from 'node:fs';
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
  #watcher: FSWatcher | null = null;
  #folder: string | null = null;
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
    this.#folder ??= this.#find();
    if (this.#folder === null) return this.#usage;
    const { peakMemory, memoryKills, refusedProcesses } = this.#usage;
    const peak = Number(this.#read('memory.peak') ?? Number.NaN);
    this.#usage = {
      peakMemory: Number.isSafeInteger(peak) ? Math.max(peak, peakMemory ?? 0) : peakMemory,
      memoryKills: Math.max(memoryKills, counter(this.#read('memory.events'), 'oom_kill')),
      refusedProcesses: Math.max(refusedProcesses, counter(this.#read('pids.events'), 'max')),
    };
    return this.#usage;
  }

  /** The container is gone. @returns what was seen of it */
  end(): Usage {
    const usage = this.look();
    clearInterval(this.#timer);
    this.#watcher?.close();
    return usage;
  }

  #find(): string | null {
    try {
      const pid = readFileSync(this.#pidFile, 'utf8').trim();
      const [, path = ''] = /^0::(\/.*)$/mu.exec(readFileSync(join(this.#root, 'proc', pid, 'cgroup'), 'utf8')) ?? [];
      const [group] = containerGroup.exec(path) ?? [];
      if (group === undefined) return null;
      const folder = join(this.#root, 'sys/fs/cgroup', group);
      // Changes of its counters are told as they happen (Documentation/admin-guide/cgroup-v2.rst, memory.events).
      this.#watcher = watch(join(folder, 'memory.events'), { persistent: false }, () => this.look());
      this.#watcher.on('error', () => {});
      return folder;
    } catch {
      // Not started yet, or gone already.
      return null;
    }
  }

  #read(file: string): string | null {
    try {
      return readFileSync(join(this.#folder ?? '', file), 'utf8');
    } catch {
      return null;
    }
  }
}

/** @param bytes a limit @returns as in "exceeded 512 MiB of memory" */
export function memoryPhrase(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB of memory`;
}

function counter(events: string | null, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'mu').exec(events ?? '')?.[1] ?? 0);
}
