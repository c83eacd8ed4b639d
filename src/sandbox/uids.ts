import { link, mkdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../process/failure.ts';
import { PodmanFailed, SandboxUnavailable } from './errors.ts';

/**
 * Container uids that no other run uses: `ulimit nproc` counts per uid, so two servers with one uid would share it.
 * A block is reserved by creating its file, which only one process can.
 */
export interface UidBlock {
  readonly slot: number;
  /** @returns the uid of the n-th container identity of this run, counting from 0. */
  uid(index: number): number;
}

const firstUid = 10_000;
const blockSize = 256;
/** Sub-id ranges hold 65,536 ids by default, and container uids are counted inside them. */
const slots = 200;

/** @param directory where the reservations lie; @param runId written into the reservation. */
export async function reserveUidBlock(directory: string, runId: string): Promise<UidBlock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Written first and then linked: a reservation that a kill cut short must still say whose it is.
  const unfinished = join(directory, unfinishedName(runId));
  await writeFile(unfinished, runId);
  for (let slot = 0; slot < slots; slot++) {
    try {
      await link(unfinished, join(directory, String(slot)));
      await unlink(unfinished);
      return { slot, uid: (index) => uidOf(slot, index) };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  throw new SandboxUnavailable(
    `All ${slots} uid blocks are reserved by other runs: remove the files in ${directory} if no run is alive.`,
  );
}

function unfinishedName(runId: string): string {
  return `new-${runId}`;
}

function uidOf(slot: number, index: number): number {
  if (index < blockSize) return firstUid + slot * blockSize + index;
  throw new PodmanFailed(
    `a run has ${blockSize} container identities, and all are taken: test fewer servers in one run`,
  );
}

/** Gives back every block that `runId` holds. */
export async function releaseUidBlocks(directory: string, runId: string, names: readonly string[]): Promise<number> {
  let released = 0;
  for (const name of names) {
    const file = join(directory, name);
    const holder = await readFile(file, 'utf8').catch(() => null);
    if (holder !== runId && name !== unfinishedName(runId)) continue;
    // Another sweep of the same run may have been faster.
    await rm(file, { force: true });
    released++;
  }
  return released;
}
