import { chmod, copyFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Mount } from '../config/model.ts';
import { FolderRefused, packFolder } from '../checkout/pack.ts';
import { codeOf, messageOf } from '../process/failure.ts';
import type { HostMount, VolumeMount } from '../sandbox/policy.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** Copies of single files lie where the runtime folder does, which is often memory. */
const maxFileSize = 64 * 1024 ** 2;

export interface CopyOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Copies a folder of the workspace into a volume, as files of this user. @throws PodmanFailed, FolderRefused */
export async function fillFromFolder(
  sandbox: Sandbox,
  volume: string,
  from: string,
  uid: number,
  { deadlineMs, signal }: CopyOptions,
): Promise<void> {
  const packed = packFolder(from, { uid, leaveOut: (name) => name === '.git' });
  await Promise.all([packed.digest, sandbox.importVolume(volume, packed.tar, deadlineMs, signal)]);
}

/** Copies of what is mounted read-only: made once, and shared by all places of a server. */
export interface CopiedMounts {
  readonly volumes: readonly VolumeMount[];
  readonly hostMounts: readonly HostMount[];
}

/** @param label part of the volumes' names. @throws PodmanFailed, FolderRefused */
export async function copyMounts(
  sandbox: Sandbox,
  label: string,
  mounts: readonly Mount[],
  options: CopyOptions,
): Promise<CopiedMounts> {
  const volumes: VolumeMount[] = [];
  const hostMounts: HostMount[] = [];
  for (const [index, { from, at }] of mounts.entries()) {
    if (await isFolder(from)) {
      const volume = await sandbox.createVolume(`${label}-mount${index}`, sandbox.ownUid);
      await fillFromFolder(sandbox, volume, from, sandbox.ownUid, options);
      volumes.push({ volume, at, writable: false });
    } else hostMounts.push({ from: await copyFileIn(sandbox, from), at });
  }
  return { volumes, hostMounts };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A single file cannot be a volume: a copy of it is mounted, so that the workspace itself never is. */
async function copyFileIn(sandbox: Sandbox, from: string): Promise<string> {
  // A name of ours: the user's may hold a colon, which ends a path in podman's arguments.
  const copy = join(await sandbox.freshFolder('m'), 'file');
  try {
    const { size } = await stat(from);
    if (size > maxFileSize) throw new FolderRefused(`${basename(from)} is larger than ${maxFileSize / 1024 ** 2} MiB`);
    await copyFile(from, copy);
    await chmod(copy, 0o644);
  } catch (error) {
    if (error instanceof FolderRefused) throw error;
    throw unreadable(from, error);
  }
  return copy;
}

function unreadable(path: string, error: unknown): FolderRefused {
  return new FolderRefused(`${basename(path)} cannot be read (${codeOf(error) ?? messageOf(error)})`);
}
