import { referencesIn } from './references.ts';
import { show } from './words.ts';

/** @returns why a text cannot be the path of something in the work folder, or null */
export function fileProblem(path: string): string | null {
  const shown = show(path);
  if (path === '') return 'expected the path of a file in the work folder, found an empty text';
  if (path.length > 1000) return `${shown} is longer than 1000 characters`;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(path)) return `${shown} holds a control or invisible character`;
  if (path.startsWith('/')) return `${shown} is absolute; write it relative to the work folder, without \`work.at\``;
  const parts = path.split('/');
  if (parts.includes('..')) return `${shown} leads out of the work folder`;
  if (parts.some((part) => part === '' || part === '.')) {
    return `${shown} is not a plain path: no \`./\`, no \`//\`, no \`/\` at the end`;
  }
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return `${shown} holds a name of more than 255 bytes`;
  return referencesIn(path).length === 0
    ? null
    : `${shown}: captured values are not put into paths; write the path out`;
}
