import type { PipedProcess } from '../process/piped.ts';
import { startPiped } from '../process/run.ts';
import { ByteReader } from './byte-reader.ts';
import type { ContentReader, Contents } from './contents.ts';
import type { Entry } from './entry.ts';
import { CheckoutUnavailable } from './errors.ts';
import { gitEnvironment, gitSettings } from './git-settings.ts';
import type { Sized } from './tar.ts';

/**
 * Reads blobs of a repository as they are stored, by `git cat-file --batch`: no filter, no attribute and no link has a
 * say in that.
 */
class ObjectReader implements ContentReader {
  readonly #gitDir: string;
  #git: { readonly process: PipedProcess; readonly bytes: ByteReader } | null = null;
  #closed = false;
  /** Bytes of the current content, and the line feed after it, that nobody has read. */
  #left = 0;

  constructor(gitDir: string) {
    this.#gitDir = gitDir;
  }

  async open(entry: Entry): Promise<Sized> {
    const { process, bytes } = this.#start();
    while (this.#left > 0) this.#left -= (await this.#some(this.#left)).length;
    process.stdin.write(`${entry.oid}\n`);
    const header = await bytes.line(200).catch((error: unknown) => ended(error));
    const [, type, size] = header.split(' ');
    if (type !== 'blob' || size === undefined) return ended(header);
    this.#left = Number(size) + 1;
    return { size: Number(size), chunks: this.#content(Number(size)) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const process = this.#git?.process;
    process?.kill();
    // What nobody reads would keep it from having ended.
    process?.stdout.destroy();
    await process?.exited;
  }

  #start() {
    if (this.#closed) return ended('closed');
    if (this.#git !== null) return this.#git;
    const args = [...gitSettings(null), `--git-dir=${this.#gitDir}`, 'cat-file', '--batch'];
    const process = startPiped('git', args, { env: gitEnvironment(null, null, {}) });
    process.stderr.resume();
    this.#git = { process, bytes: new ByteReader(process.stdout) };
    return this.#git;
  }

  async *#content(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0;) {
      const part = await this.#some(left);
      left -= part.length;
      this.#left -= part.length;
      yield part;
    }
  }

  async #some(maxBytes: number): Promise<Buffer> {
    return this.#start()
      .bytes.some(maxBytes)
      .catch((error: unknown) => ended(error));
  }
}

function ended(cause: unknown): never {
  throw new CheckoutUnavailable(
    'The files of the repository cannot be read: git ended, or lacks one of them, or the checkout is closed.',
    {
      cause,
    },
  );
}

/** Contents of a bare repository's blobs. @param remove removes the repository */
export function repositoryContents(gitDir: string, remove: () => Promise<void>): Contents {
  const readers = new Set<ContentReader>();
  let closed = false;
  return {
    reader: () => {
      if (closed) return ended('closed');
      const reader = new ObjectReader(gitDir);
      readers.add(reader);
      return {
        open: async (entry) => reader.open(entry),
        close: async () => {
          readers.delete(reader);
          await reader.close();
        },
      };
    },
    close: async () => {
      closed = true;
      await Promise.all([...readers].map(async (reader) => reader.close()));
      readers.clear();
      await remove();
    },
  };
}
