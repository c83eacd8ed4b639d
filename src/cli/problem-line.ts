import type { Problem } from '../result/model.ts';
import { oneLine } from '../text/untrusted.ts';

/** A mistake of the configuration as one line, in the form that editors and terminals make a link of. */
export function problemLine({ message, location }: Problem): string {
  if (location === null) return oneLine(message, 2000);
  return oneLine(`${location.file}:${location.line}:${location.column} ${message}`, 2000);
}
