const maxPathBytes = 4096;
const maxNameBytes = 255;
const maxDepth = 64;

/** Code points that HFS+ ignores when it compares names: `.g\u200cit` is `.git` there. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;
/** Control characters, the sign of a name that was no UTF-8, and half a surrogate pair. */
const unusable = /[\p{Cc}\ufffd\p{Cs}]/u;

/**
 * Judges one path of a repository or archive, which may have been made by anybody.
 * @returns why the file is left out, as words after "its path"; null when the path may be used.
 */
export function faultOfPath(path: string): string | null {
  if (path === '') return 'is empty';
  if (unusable.test(path)) return 'holds a control character or is no UTF-8';
  if (path.includes('\\')) return 'holds a backslash';
  if (path.startsWith('/') || /^[a-z]:/iu.test(path)) return 'is absolute';
  if (Buffer.byteLength(path) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  const names = path.split('/');
  if (names.length > maxDepth) return `is deeper than ${maxDepth} folders`;
  for (const name of names) {
    const fault = faultOfName(name);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfName(name: string): string | null {
  if (name === '') return 'holds an empty name';
  if (name === '.' || name === '..') return `holds \`${name}\``;
  if (Buffer.byteLength(name) > maxNameBytes) return `holds a name longer than ${maxNameBytes} bytes`;
  return isGitFolder(name) ? 'holds `.git`' : null;
}

/** Whether some file system would take the name for `.git`. */
export function isGitFolder(name: string): boolean {
  // NTFS ignores dots and spaces at the end and what follows a colon, and calls `.git` also `git~1`.
  const plain = name
    .replaceAll(ignoredByHfs, '')
    .replace(/:.*$/su, '')
    .replace(/[. ]+$/u, '')
    .toLowerCase();
  return plain === '.git' || plain === 'git~1';
}

/**
 * Whether a link may be written: its target is relative, begins with all its `..`, and stays below `folder`. One that
 * climbs after it went down, over another link perhaps, cannot be judged without a file system.
 *
 * @param link path of the link, relative to the root. @param folder what must not be left, relative to the root; `.` for it
 */
export function staysBelow(folder: string, link: string, target: string): boolean {
  if (target === '' || unusable.test(target) || target.includes('\\') || target.startsWith('/')) return false;
  const names = target.replace(/\/$/u, '').split('/');
  const down = names.findIndex((name) => name !== '..');
  const climbs = down === -1 ? names.length : down;
  const rest = names.slice(climbs);
  if (rest.some((name) => name === '..' || name === '' || isGitFolder(name))) return false;
  return climbs <= link.split('/').length - 1 - (folder === '.' ? 0 : folder.split('/').length);
}
