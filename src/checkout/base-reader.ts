import { diskContents } from './disk.ts';
import type { ElsewhereCommits } from './comparison.ts';
import type { ContentReader } from './contents.ts';
import type { Entry } from './entry.ts';
import { CheckoutRefused } from './errors.ts';
import { repositoryContents } from './git-objects.ts';
import { maxTextBytes } from './limits.ts';
import { decode } from './listed-checkout.ts';
import { faultOfPath } from './paths.ts';
import type { TrackedFile } from './work-tree.ts';

/** The files of the commit that a workspace is compared with: as hostile as any. */
export interface BaseReader {
  /** @returns whether it has a regular file, a link or a submodule there */
  readonly has: (path: string) => boolean;
  /** @returns the regular files below a folder (`.`: all), relative to it, and their texts, as discovery wants them */
  below(folder: string): { readonly paths: readonly string[]; text(path: string): Promise<string | null> };
  /**
   * @returns null where there is no such regular file, and where it is larger than 1 MiB, or is no UTF-8 text
   * @throws CheckoutUnavailable, CheckoutRefused, and what the platform rejects with
   */
  readonly text: (path: string) => Promise<string | null>;
  close(): Promise<void>;
}

/** Each one that is not here is a request: more are not made. */
const mostFetched = 200;

interface BaseParts {
  readonly root: string;
  readonly gitDir: string;
  readonly files: ReadonlyMap<string, TrackedFile>;
  readonly changed: ReadonlySet<string>;
  readonly elsewhere: ElsewhereCommits | null;
}

export function baseReader({ root, gitDir, files, changed, elsewhere }: BaseParts): BaseReader {
  const disk = diskContents(root).reader();
  const objects = repositoryContents(gitDir, async () => {});
  const here = objects.reader();
  const known = new Map<string, Promise<string | null>>();
  let fetched = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const fromHere = async (entry: Entry, reader: ContentReader): Promise<Buffer | null> => {
    const { size, chunks } = await reader.open(entry);
    return size > maxTextBytes ? null : Buffer.concat(await Array.fromAsync(chunks));
  };
  const read = async (file: TrackedFile): Promise<string | null> => {
    const entry = { path: file.path, kind: 'file', executable: false, size: 0, target: null, oid: file.oid } as const;
    if (!changed.has(file.path)) return asText(await fromHere(entry, disk));
    try {
      return asText(await fromHere(entry, here));
    } catch (error) {
      // A shallow or a partial clone.
      if (elsewhere === null) throw error;
    }
    if (++fetched > mostFetched) throw new CheckoutRefused(`more than ${mostFetched} files of the base are not here`);
    return asText(await elsewhere.blob(file.oid));
  };
  const text = (path: string): Promise<string | null> => {
    const file = files.get(path);
    if (file === undefined || !isRegular(file)) return Promise.resolve(null);
    // One reader gives one content at a time.
    const content = known.get(path) ?? turn.then(() => read(file));
    if (!known.has(path)) turn = content.catch(() => {});
    known.set(path, content);
    return content;
  };
  return {
    text,
    has: (path) => files.has(path),
    below: (folder) => {
      const prefix = folder === '.' ? '' : `${folder}/`;
      const usable = [...files.values()].filter((file) => isRegular(file) && faultOfPath(file.path) === null);
      const paths = usable.flatMap(({ path }) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : []));
      return { paths: paths.toSorted(), text: (path) => text(`${prefix}${path}`) };
    },
    close: async () => {
      await Promise.all([disk.close(), objects.close()]);
    },
  };
}

function isRegular({ mode }: TrackedFile): boolean {
  return mode === '100644' || mode === '100755';
}

function asText(bytes: Buffer | null): string | null {
  return bytes === null ? null : decode(bytes);
}
