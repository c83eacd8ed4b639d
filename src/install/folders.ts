import { posix } from 'node:path';
import type { Checkout } from '../checkout/model.ts';

/** @returns the innermost of a folder and those above it that holds a file of this name, `.` for the root; null where none does */
export function folderHolding({ files }: Checkout, name: string, folder: string): string | null {
  const paths = new Set(files.flatMap(({ kind, path }) => (kind === 'file' ? [path] : [])));
  for (let each = folder; ; each = posix.dirname(each)) {
    if (paths.has(posix.join(each, name))) return each;
    if (each === '.') return null;
  }
}
