import { link, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
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
    // By name: a kill may have cut its text short.
    const unfinished = name === unfinishedName(runId);
    if (!unfinished && (await holderOf(file)) !== runId) continue;
    if (await take(file, unfinished ? null : runId)) released++;
  }
  return released;
}

async function holderOf(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

/**
 * Removes a reservation of `runId`. Another sweep of that run may have been faster, and a third run be the holder by now:
 * whose it is, is read again where nobody else can change it.
 * @param runId null where the name says it. @returns whether it was `runId`'s
 */
async function take(file: string, runId: string | null): Promise<boolean> {
  const aside = `${file}-${process.pid}-${Date.now()}`;
  try {
    await rename(file, aside);
  } catch {
    return false;
  }
  const taken = runId === null || (await holderOf(aside)) === runId;
  if (!taken) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
  return taken;
}
