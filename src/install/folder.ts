import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../process/failure.ts';
import { pack, type Header, type Pack } from 'tar-stream';

/** What a copy of a folder may hold at most; more is somebody's mistake, or an attack on the disk. */
const maxFiles = 50_000;
const maxBytes = 1024 ** 3;

/** A folder is larger than what is copied into a sandbox, or could not be read. The message is for the user. */
export class FolderRefused extends Error {
  override readonly name = 'FolderRefused';
}

export interface PackedFolder {
  readonly tar: Readable;
  /** Settles when the tar was read to its end: `sha256:…` over names, modes and contents. */
  readonly digest: Promise<string>;
}

export interface PackOptions {
  /** Owner of everything in the tar, as the container counts. */
  readonly uid: number;
  /** @returns true for what stays out; `name` is one path segment. */
  readonly leaveOut: (name: string) => boolean;
}

/**
 * Packs a file or folder as a tar stream, links as links: they are never followed here, and lead nowhere inside.
 * Devices, sockets and pipes are left out. The order is fixed, so that equal folders have equal digests.
 */
export function packFolder(path: string, options: PackOptions): PackedFolder {
  const tar = pack();
  const hash = createHash('sha256');
  const state: Walk = { tar, hash, options, files: 0, bytes: 0 };
  const digest = addAll(path, '', state).then(
    () => {
      tar.finalize();
      return `sha256:${hash.digest('hex')}`;
    },
    (error: unknown) => {
      const refused = error instanceof FolderRefused ? error : new FolderRefused(unreadable(error));
      tar.destroy(refused);
      throw refused;
    },
  );
  digest.catch(() => {});
  return { tar: Readable.from(tar), digest };
}

/** Node's message names the path. */
function unreadable(error: unknown): string {
  return `it cannot be read: ${messageOf(error)}`;
}

interface Walk {
  readonly tar: Pack;
  readonly hash: Hash;
  readonly options: PackOptions;
  files: number;
  bytes: number;
}

async function addAll(path: string, name: string, walk: Walk): Promise<void> {
  const entry = await lstat(path);
  if (++walk.files > maxFiles) throw new FolderRefused(`it holds more than ${maxFiles} files`);
  const owner = { uid: walk.options.uid, gid: walk.options.uid, mtime: new Date(0) };
  // A lone file is its own root: the caller mounts it by its name.
  const entryName = name === '' ? (entry.isDirectory() ? '.' : (path.split('/').at(-1) ?? 'file')) : name;
  const header = { ...owner, name: entryName, mode: (entry.mode & 0o111) === 0 ? 0o644 : 0o755 };
  if (entry.isSymbolicLink()) {
    const linkname = await readlink(path);
    note(walk, `link ${entryName} ${linkname}`);
    walk.tar.entry({ ...header, type: 'symlink', linkname });
  } else if (entry.isDirectory()) {
    note(walk, `folder ${entryName}`);
    walk.tar.entry({ ...header, type: 'directory', mode: 0o755 });
    for (const child of (await readdir(path)).sort()) {
      if (!walk.options.leaveOut(child))
        await addAll(join(path, child), name === '' ? child : `${name}/${child}`, walk);
    }
  } else if (entry.isFile()) await addFile(path, header, walk);
}

async function addFile(path: string, header: Partial<Header> & { name: string }, walk: Walk): Promise<void> {
  // It may have become a link since it was looked at.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    // The size of the open file: it may change while the folder is walked.
    const { size } = await file.stat();
    walk.bytes += size;
    if (walk.bytes > maxBytes) throw new FolderRefused(`it holds more than ${maxBytes / 1024 ** 2} MiB`);
    note(walk, `file ${header.name} ${header.mode ?? 0} ${size}`);
    const entry = walk.tar.entry({ ...header, size });
    const content =
      size === 0 ? Readable.from([]) : createReadStream('', { fd: file.fd, autoClose: false, end: size - 1 });
    content.on('data', (chunk: Buffer) => walk.hash.update(chunk));
    await pipeline(content, entry);
  } finally {
    await file.close();
  }
}

function note(walk: Walk, line: string): void {
  walk.hash.update(`${line}\n`);
}
