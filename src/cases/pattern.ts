import type { SchemaValidator } from './schema-validator.ts';

/** UTF-16 units of a text that are searched. */
const searched = 256 * 1024;

export type Found = { readonly found: boolean } | { readonly unchecked: string };

/** Whether the pattern is found somewhere in the text. In the validator's thread: patterns backtrack, texts are hostile. */
export async function findPattern(pattern: string, text: string, validator: SchemaValidator): Promise<Found> {
  const seen = text.slice(0, searched);
  const search = await validator.search(pattern, seen);
  if (search.state === 'notChecked') return { unchecked: search.reason };
  // Where the text was cut, a match that reaches the cut may be none, and none may be one.
  const found = search.state === 'found' && (seen.length === text.length || search.end < seen.length);
  if (found || seen.length === text.length) return { found };
  const rest = `no more of the ${text.length} characters is searched`;
  return { unchecked: `it is not in the first 256 KiB of the text, and ${rest}` };
}
