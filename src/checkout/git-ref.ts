const maxBytes = 250;
// eslint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|^\/|\/$|^\.|\.$/u;

/** A full id of a commit: SHA-1 or SHA-256. */
export function isFullCommit(ref: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/iu.test(ref);
}

export function isAbbreviatedCommit(ref: string): boolean {
  return /^[0-9a-f]{7,63}$/iu.test(ref) && !isFullCommit(ref);
}

/**
 * By the rules of `git check-ref-format --allow-onelevel`, and without what a command line or a refspec would read as
 * something else.
 * @returns why this can be no branch, tag or commit, as words after its name; null when it can
 */
export function faultOfRef(ref: string): string | null {
  if (ref === '') return 'is empty';
  if (Buffer.byteLength(ref) > maxBytes) return `is longer than ${maxBytes} bytes`;
  if (ref.startsWith('-')) return 'begins with `-` and would be read as an option';
  if (ref.startsWith('+')) return 'begins with `+`, which means something else to git';
  if (ref === '@' || forbidden.test(ref) || /[\p{Cc}\p{Cf}\ufffd]/u.test(ref)) {
    return 'cannot be the name of a branch or tag';
  }
  return null;
}
