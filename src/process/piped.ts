import type { Readable, Writable } from 'node:stream';

/** How a process ended. Exit code and signal exclude each other; both are null when it could not be started. */
export interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  /** Why it could not be started, for example `ENOENT`; null when it ran. */
  readonly spawnError: string | null;
  /** The limit that it was ended for, as in "512 MiB of memory"; absent where there was none, or nobody can tell. */
  readonly exceeded?: string;
}

/** A process that is spoken to over its standard streams for as long as it lives. None of them is inherited. */
export interface PipedProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles once, never rejects. */
  readonly exited: Promise<Exit>;
  /** Sends SIGKILL to the whole tree of the process on this machine. */
  kill(): void;
}
