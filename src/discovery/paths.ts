/** @returns the folder that holds `path`; `.` for the root. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end === -1 ? '.' : path.slice(0, end);
}

/** @returns the last segment of a path, or of the root (`.`) itself. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * @param given as a manifest writes it, relative to `folder`
 * @returns the path relative to the root, normalised; null for one that is absolute or leaves the root
 */
export function within(folder: string, given: string): string | null {
  if (given.startsWith('/') || /^[A-Za-z]:/.test(given)) return null;
  const kept: string[] = folder === '.' ? [] : folder.split('/');
  for (const segment of given.replaceAll('\\', '/').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.pop() === undefined) return null;
  }
  return kept.length === 0 ? '.' : kept.join('/');
}

/** @returns whether `path` is `folder` or lies below it. */
export function isInside(path: string, folder: string): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`);
}

/** @returns `path` as seen from `folder`, in which it lies; `.` for the folder itself. */
export function relativeTo(folder: string, path: string): string {
  if (folder === '.') return path;
  return path === folder ? '.' : path.slice(folder.length + 1);
}

export function depthOf(path: string): number {
  return path === '.' ? 0 : path.split('/').length;
}
