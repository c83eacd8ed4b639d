const maxLength = 2048;
/** Characters that no source, name or path needs, and that could disguise one. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const outerSpace = /^\s|\s$/u;

/** How a source is written, for the end of a sentence. */
export const forms =
  'write `npm:NAME`, `npm:NAME@VERSION`, `pypi:NAME`, `oci:IMAGE:TAG`, `registry:NAME`, `OWNER/REPO`, `https://HOST/PATH`, or a folder of this repository such as `.` or `./server`';

/** @returns why a text can be neither a source nor a path, or null */
export function faultOfText(text: string): string | null {
  if (text === '') return `found an empty text; ${forms}`;
  if (text.length > maxLength) return `longer than ${maxLength} characters`;
  if (hidden.test(text)) return `${show(text)} holds a control or invisible character`;
  if (outerSpace.test(text)) return `${show(text)} begins or ends with white space`;
  if (text.startsWith('-')) return `${show(text)} begins with \`-\` and would be read as an option`;
  return null;
}

/** A foreign text as part of a sentence. */
export function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
