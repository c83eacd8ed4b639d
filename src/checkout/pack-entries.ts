import { messageOf } from '../process/failure.ts';
import type { ContentReader } from './contents.ts';
import { type Entry, foldersAbove } from './entry.ts';
import { CheckoutUnavailable } from './errors.ts';
import type { CheckoutPackOptions } from './model.ts';
import { staysBelow } from './paths.ts';
import { show } from './show.ts';
import { FolderRefused, type PackedFolder, type TarWriter, writeTar } from './tar.ts';

/** Packs the entries below a folder, in their order, as {@link packFolder} packs a folder of the disk. */
export function packEntries(
  entries: readonly Entry[],
  folder: string,
  options: CheckoutPackOptions,
  openReader: () => ContentReader,
): PackedFolder {
  return writeTar(
    options.uid,
    async (tar) => {
      const root = folder.replace(/^(?:\.\/)+|\/+$/gu, '') || '.';
      const below = entries.filter(({ path }) => isBelow(root, path));
      if (below.length === 0 && root !== '.') {
        throw new FolderRefused(`it has no folder ${show(root)}`);
      }
      const kept = below.filter((entry) => !namesBelow(root, entry.path).some((name) => options.leaveOut(name)));
      const reader = openReader();
      try {
        await writeAll(kept, root, reader, tar);
      } finally {
        await reader.close();
      }
    },
    (error) =>
      error instanceof CheckoutUnavailable ? error : new FolderRefused(`it cannot be read: ${messageOf(error)}`),
  );
}

async function writeAll(entries: readonly Entry[], root: string, reader: ContentReader, tar: TarWriter): Promise<void> {
  const folders = new Set<string>();
  tar.folder('.');
  for (const entry of entries) {
    const name = namesBelow(root, entry.path).join('/');
    if (entry.kind === 'link' && (entry.target === null || !staysBelow(root, entry.path, entry.target))) continue;
    for (const above of foldersAbove(name)) {
      if (folders.has(above)) continue;
      folders.add(above);
      tar.folder(above);
    }
    if (entry.target !== null) tar.link(name, entry.target);
    else await tar.file(name, entry.executable, await reader.open(entry));
  }
}

function isBelow(root: string, path: string): boolean {
  return root === '.' || path.startsWith(`${root}/`);
}

function namesBelow(root: string, path: string): string[] {
  return (root === '.' ? path : path.slice(root.length + 1)).split('/');
}
