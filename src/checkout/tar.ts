import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';

/** What a copy may hold at most; more is somebody's mistake, or an attack on the disk. */
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

/** Content with its exact length in bytes. */
export interface Sized {
  readonly size: number;
  readonly chunks: AsyncIterable<Buffer>;
}

/** Writes a tar whose entries belong to one owner and to no time, and counts and hashes what goes in. */
export class TarWriter {
  /** Ends, or fails, with the tar. */
  readonly stream: Readable;
  readonly #tar = pack();
  readonly #hash = createHash('sha256');
  readonly #owner: { readonly uid: number; readonly gid: number; readonly mtime: Date };
  #files = 0;
  #bytes = 0;

  /** @param uid owner of every entry, as the container counts */
  constructor(uid: number) {
    this.#owner = { uid, gid: uid, mtime: new Date(0) };
    this.stream = Readable.from(this.#tar);
  }

  folder(name: string): void {
    this.#count(0);
    this.#note(`folder ${name}`);
    this.#tar.entry({ ...this.#owner, name, type: 'directory', mode: 0o755 });
  }

  link(name: string, linkname: string): void {
    this.#count(0);
    this.#note(`link ${name} ${linkname}`);
    this.#tar.entry({ ...this.#owner, name, mode: 0o755, type: 'symlink', linkname });
  }

  /** Settles when the content was taken. @throws FolderRefused where the tar grows too large */
  async file(name: string, executable: boolean, content: Sized): Promise<void> {
    const mode = executable ? 0o755 : 0o644;
    this.#count(content.size);
    this.#note(`file ${name} ${mode} ${content.size}`);
    const entry = this.#tar.entry({ ...this.#owner, name, mode, size: content.size });
    const taken = new Promise<void>((resolve, reject) => {
      entry.once('finish', () => resolve());
      entry.once('error', reject);
      entry.once('close', () => reject(new Error('the tar was given up')));
    });
    taken.catch(() => {});
    // Not a pipeline: where reading fails, that is the reason to tell, and not that the entry was given up.
    for await (const chunk of content.chunks) {
      this.#hash.update(chunk);
      if (!entry.write(chunk)) await Promise.race([drained(entry), taken]);
    }
    entry.end(null);
    await taken;
  }

  /** @returns the digest of everything written */
  finish(): string {
    this.#tar.finalize();
    return `sha256:${this.#hash.digest('hex')}`;
  }

  fail(error: Error): void {
    this.#tar.destroy(error);
  }

  #count(bytes: number): void {
    if (++this.#files > maxFiles) throw new FolderRefused(`it holds more than ${maxFiles} files`);
    this.#bytes += bytes;
    if (this.#bytes > maxBytes) throw new FolderRefused(`it holds more than ${maxBytes / 1024 ** 2} MiB`);
  }

  #note(line: string): void {
    this.#hash.update(`${line}\n`);
  }
}

async function drained(entry: ReturnType<Pack['entry']>): Promise<void> {
  await new Promise<void>((resolve) => entry.once('drain', () => resolve()));
}

/** Runs `write` into a tar. What it throws fails both the stream and the digest, made a FolderRefused by `refused`. */
export function writeTar(
  uid: number,
  write: (tar: TarWriter) => Promise<void>,
  refused: (error: unknown) => Error,
): PackedFolder {
  const tar = new TarWriter(uid);
  const digest = write(tar).then(
    () => tar.finish(),
    (error: unknown) => {
      const reason = error instanceof FolderRefused ? error : refused(error);
      tar.fail(reason);
      throw reason;
    },
  );
  digest.catch(() => {});
  return { tar: tar.stream, digest };
}
