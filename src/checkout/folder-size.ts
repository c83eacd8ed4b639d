import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds between two looks: a fast disk takes some 100 MB meanwhile. */
const everyMs = 100;

/** @returns bytes of all files below a folder; what goes while it is looked at counts as nothing. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (entry.isFile()) bytes += (await lstat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  }
  return bytes;
}

export interface SizeWatch {
  /** Aborts when the folder has become larger than it may. */
  readonly signal: AbortSignal;
  /** Looks a last time. @returns whether the folder was ever too large */
  stop(): Promise<boolean>;
}

/** Watches what somebody else writes into a folder. */
export function watchSize(folder: string, maxBytes: number): SizeWatch {
  const tooLarge = new AbortController();
  const stopped = new AbortController();
  const look = async () => {
    if ((await folderSize(folder)) > maxBytes) tooLarge.abort();
  };
  const looking = (async () => {
    while (!stopped.signal.aborted && !tooLarge.signal.aborted) {
      await look();
      await setTimeout(everyMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  })();
  return {
    signal: tooLarge.signal,
    stop: async () => {
      stopped.abort();
      await looking;
      await look();
      return tooLarge.signal.aborted;
    },
  };
}
