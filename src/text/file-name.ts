import { createHash } from 'node:crypto';

const maxBytes = 64;
const plain = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
// A name that looks as if it were made here gets a hash as well: nobody can choose another one's name.
const hashed = /-[0-9a-f]{12}$/;

/**
 * Foreign text as the name of one file: only `[A-Za-z0-9._-]`, 1 to 64 bytes, never hidden, never an option, never
 * `.` or `..`. Text that is such a name stays as it is; any other gets a hash of the whole text at its end, so that
 * different texts have different names.
 */
export function fileName(text: string): string {
  if (plain.test(text) && text.length <= maxBytes && !hashed.test(text)) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const readable = text
    .slice(0, maxBytes - hash.length - 1)
    .replace(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[.-]+/, '_');
  return `${readable || '_'}-${hash}`;
}
