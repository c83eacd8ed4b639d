import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const fileLimit = 32 * 1024 * 1024;

/** `absent`: there is none. `refused`: a clause that says why it is not touched. */
export type SnapshotContent = { readonly text: string } | 'absent' | { readonly refused: string };

/**
 * Reads a snapshot file. A pull request may have put anything there: only a plain file in a plain folder is read, never
 * one that a link leads to. Never rejects.
 */
export async function readSnapshotFile(file: string): Promise<SnapshotContent> {
  const wrong = await wrongPlace(file);
  if (wrong !== null) return wrong;
  try {
    // Not blocking, or a named pipe would be waited for.
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await handle.stat();
      if (size > fileLimit) return { refused: 'it is larger than 32 MiB' };
      return { text: await handle.readFile('utf8') };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { refused: `it cannot be read (${codeOf(error)})` };
  }
}

/**
 * Puts the text in the file's place at once, so that a kill leaves the old or the new one. Makes `__snapshots__` where it
 * is missing, never the folder above it. Never rejects.
 *
 * @returns null, or why it was not written, as a clause
 */
export async function writeSnapshotFile(file: string, text: string): Promise<string | null> {
  const fresh = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(dirname(file)).catch(ignoreCode('EEXIST'));
    const wrong = await wrongPlace(file);
    if (wrong !== null && wrong !== 'absent') return wrong.refused;
    const handle = await open(fresh, 'wx', 0o644);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
    return null;
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => {});
    return `it cannot be written (${codeOf(error)})`;
  }
}

/** @returns null, or why it was not removed, as a clause */
export async function removeSnapshotFile(file: string): Promise<string | null> {
  try {
    await rm(file, { force: true });
    return null;
  } catch (error) {
    return `it cannot be removed (${codeOf(error)})`;
  }
}

/** null: a plain file in a plain folder. */
async function wrongPlace(file: string): Promise<'absent' | { readonly refused: string } | null> {
  try {
    const folder = await lstat(dirname(file));
    if (!folder.isDirectory()) return { refused: `its folder is ${folder.isSymbolicLink() ? 'a link' : 'no folder'}` };
    const found = await lstat(file);
    if (found.isFile()) return null;
    return { refused: found.isSymbolicLink() ? 'it is a link' : 'it is no plain file' };
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'absent' : { refused: `it cannot be read (${codeOf(error)})` };
  }
}

function ignoreCode(code: string): (error: unknown) => void {
  return (error) => {
    if (codeOf(error) !== code) throw error;
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'for an unknown reason';
}
