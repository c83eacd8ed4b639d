import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { messageOf } from '../process/failure.ts';
import { openFile } from './open-file.ts';
import { FolderRefused, type PackedFolder, type TarWriter, writeTar } from './tar.ts';

export { FolderRefused, type PackedFolder } from './tar.ts';

export interface PackOptions {
  /** Owner of everything in the tar, as the container counts. */
  readonly uid: number;
  /** @returns true for what stays out; `name` is one path segment. */
  readonly leaveOut: (name: string) => boolean;
}

/**
 * Packs a file or folder as a tar stream, links as links: they are never followed here, and lead nowhere inside.
 * Devices, sockets and pipes are left out, and so are relative links that lead out of the folder: there is nothing where
 * they lead, and podman takes no tar that holds one. The order is fixed, so that equal folders have equal digests.
 */
export function packFolder(path: string, options: PackOptions): PackedFolder {
  return writeTar(
    options.uid,
    (tar) => addAll(path, '', { tar, leaveOut: options.leaveOut }),
    // Node's message names the path.
    (error) => new FolderRefused(`it cannot be read: ${messageOf(error)}`),
  );
}

interface Walk extends Pick<PackOptions, 'leaveOut'> {
  readonly tar: TarWriter;
}

async function addAll(path: string, name: string, walk: Walk): Promise<void> {
  const entry = await lstat(path);
  // A lone file is its own root: the caller mounts it by its name.
  const entryName = name === '' ? (entry.isDirectory() ? '.' : (path.split('/').at(-1) ?? 'file')) : name;
  if (entry.isSymbolicLink()) {
    const target = await readlink(path);
    if (!leadsOut(entryName, target)) walk.tar.link(entryName, target);
  } else if (entry.isDirectory()) {
    walk.tar.folder(entryName);
    for (const child of (await readdir(path)).sort()) {
      if (!walk.leaveOut(child)) await addAll(join(path, child), name === '' ? child : `${name}/${child}`, walk);
    }
  } else if (entry.isFile()) await addFile(path, entryName, (entry.mode & 0o111) !== 0, walk.tar);
}

/** As podman judges it: by the words of the link alone. An absolute one leads to a place of the container. */
function leadsOut(name: string, target: string): boolean {
  if (posix.isAbsolute(target)) return false;
  const place = posix.join(posix.dirname(name), target);
  return place === '..' || place.startsWith('../');
}

async function addFile(path: string, name: string, executable: boolean, tar: TarWriter): Promise<void> {
  const file = await openFile(path);
  try {
    await tar.file(name, executable, file);
  } finally {
    await file.close();
  }
}
