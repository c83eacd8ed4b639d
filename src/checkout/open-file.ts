import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Sized } from './tar.ts';

/**
 * Opens a regular file, and takes its size from what is open: names may become links, and files grow, at any time.
 * @returns its content, which closes the file at its end; `close` is for one who does not read so far. Idempotent.
 * @throws Node's error where there is none, or where it is a link
 */
export async function openFile(path: string): Promise<Sized & { close(): Promise<void> }> {
  // Without O_NONBLOCK, opening a pipe waits for somebody to write.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
    return { size: stats.size, chunks: chunksOf(file, stats.size), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* chunksOf(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  try {
    for (let left = size; left > 0;) {
      const buffer = Buffer.alloc(Math.min(left, 256 * 1024));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) throw new Error('it became shorter while it was read');
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
