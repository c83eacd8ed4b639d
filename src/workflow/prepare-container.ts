import { copyFile, chmod, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ServerConfig } from '../config/model.ts';
import { FolderRefused, packFolder } from '../install/folder.ts';
import { codeOf, messageOf } from '../process/failure.ts';
import { type InstalledTree, treePath } from '../install/model.ts';
import { homeDirectory, type HostMount, type VolumeMount } from '../sandbox/policy.ts';
import type { ContainerRequest, Sandbox } from '../sandbox/sandbox.ts';
import { pathWith } from './start-command.ts';

/** Copies of single files lie where the runtime folder does, which is often memory. */
const maxFileSize = 64 * 1024 ** 2;

/** What a server gets where its secret was not granted and it only has to list its tools. */
const placeholder = 'mcp-workflow-placeholder';

/**
 * Everything that a server's container needs, made once; the container itself may be started several times.
 * @throws PodmanFailed, FolderRefused
 */
export async function prepareContainer(
  sandbox: Sandbox,
  server: ServerConfig,
  tree: InstalledTree,
  command: readonly string[],
  options: { readonly timeoutSeconds: number; readonly signal: AbortSignal },
): Promise<ContainerRequest> {
  const uid = sandbox.nextUid();
  const image = await sandbox.prepareImage(server.image, options.signal);
  const volumes: VolumeMount[] = [{ volume: tree.volume, at: treePath, writable: false }];
  const hostMounts: HostMount[] = [];
  if (server.work !== null) {
    const volume = await copyIn(sandbox, server, server.work.from, 'work', uid, options.signal);
    volumes.push({ volume, at: server.work.at, writable: true });
  }
  for (const [index, mount] of server.mounts.entries()) {
    if ((await stat(mount.from)).isDirectory()) {
      const volume = await copyIn(sandbox, server, mount.from, `mount${index}`, uid, options.signal);
      volumes.push({ volume, at: mount.at, writable: false });
    } else hostMounts.push({ from: await copyFileIn(sandbox, uid, index, mount.from), at: mount.at });
  }
  return {
    phase: 'run',
    label: server.name,
    image,
    uid,
    command,
    workdir: tree.workdir ?? server.work?.at ?? homeDirectory,
    env: { ...pathWith(image.path), ...plainEnvironment(server) },
    secretEnv: secretEnvironment(server),
    volumes,
    hostMounts,
    resources: server.resources,
    timeoutSeconds: options.timeoutSeconds,
  };
}

async function copyIn(
  sandbox: Sandbox,
  server: ServerConfig,
  from: string | null,
  purpose: string,
  uid: number,
  signal: AbortSignal,
): Promise<string> {
  const volume = await sandbox.createVolume(`${server.name}-${purpose}`, uid);
  if (from === null) return volume;
  const packed = packFolder(from, { uid, leaveOut: (name) => name === '.git' });
  await Promise.all([packed.digest, sandbox.importVolume(volume, packed.tar, server.timeouts.install, signal)]);
  return volume;
}

/** A single file cannot be a volume: a copy of it is mounted, so that the workspace itself never is. */
async function copyFileIn(sandbox: Sandbox, uid: number, index: number, from: string): Promise<string> {
  const folder = await sandbox.runtimeFolder(`m${uid}-${index}`);
  // A name of ours: the user's may hold a colon, which ends a path in podman's arguments.
  const copy = join(folder, 'file');
  try {
    const { size } = await stat(from);
    if (size > maxFileSize) throw new FolderRefused(`${basename(from)} is larger than ${maxFileSize / 1024 ** 2} MiB`);
    await copyFile(from, copy);
    await chmod(copy, 0o644);
  } catch (error) {
    if (error instanceof FolderRefused) throw error;
    throw new FolderRefused(`${basename(from)} cannot be read (${codeOf(error) ?? messageOf(error)})`);
  }
  return copy;
}

function plainEnvironment(server: ServerConfig): Record<string, string> {
  return Object.fromEntries(
    server.env.flatMap((entry) => {
      if (entry.kind === 'plain') return [[entry.name, entry.value]];
      return entry.value === null ? [[entry.name, placeholder]] : [];
    }),
  );
}

function secretEnvironment(server: ServerConfig): Record<string, string> {
  return Object.fromEntries(
    server.env.flatMap((entry) =>
      entry.kind === 'secret' && entry.value !== null ? [[entry.name, entry.value] as const] : [],
    ),
  );
}
