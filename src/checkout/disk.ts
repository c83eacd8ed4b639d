import { createHash } from 'node:crypto';
import { lstat, readlink, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Contents, ContentReader } from './contents.ts';
import { type Entry, foldersAbove } from './entry.ts';
import { CheckoutUnavailable } from './errors.ts';
import { openFile } from './open-file.ts';

/** @returns a function that looks at one path below `root`: null where there is neither a file nor a link. */
export function diskEntries(root: string): (path: string) => Promise<Entry | null> {
  const folders = new Map<string, boolean>();
  const isFolder = async (path: string) => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const real = (await lstat(join(root, path)).catch(() => null))?.isDirectory() ?? false;
    folders.set(path, real);
    return real;
  };
  return async (path) => {
    // A tracked folder may have become a link that leads out.
    for (const folder of foldersAbove(path)) if (!(await isFolder(folder))) return null;
    const stats = await lstat(join(root, path)).catch(() => null);
    if (stats?.isSymbolicLink() === true) {
      const target = await readlink(join(root, path));
      return { path, kind: 'link', executable: false, size: Buffer.byteLength(target), target, oid: null };
    }
    if (stats?.isFile() !== true) return null;
    return { path, kind: 'file', executable: (stats.mode & 0o100) !== 0, size: stats.size, target: null, oid: null };
  };
}

/** @param root an absolute path without links */
export function diskContents(root: string): Contents {
  let closed = false;
  return {
    reader: () => {
      if (closed) throw new CheckoutUnavailable('The checkout is closed.');
      return diskReader(root);
    },
    close: async () => {
      closed = true;
    },
  };
}

export function diskReader(root: string): ContentReader {
  let last: { close(): Promise<void> } | null = null;
  const closeLast = async () => {
    await last?.close();
    last = null;
  };
  return {
    open: async ({ path }) => {
      await closeLast();
      const file = join(root, path);
      if ((await realpath(dirname(file))) !== dirname(file)) throw new Error(`${path} lies behind a link now`);
      const opened = await openFile(file);
      last = opened;
      return opened;
    },
    close: closeLast,
  };
}

/** @returns the id that git would give the content as it is, without any filter. @param like an id of the same kind */
export async function objectId(entry: Entry, reader: ContentReader, like: string): Promise<string> {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  if (entry.target !== null) return hash.update(`blob ${entry.size}\0${entry.target}`).digest('hex');
  const { size, chunks } = await reader.open(entry);
  hash.update(`blob ${size}\0`);
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
