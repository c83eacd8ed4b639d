import { oneLine } from '../text/untrusted.ts';

const maxShown = 100;

/** Foreign text in the middle of a sentence: in backticks, on one line, harmless to logs. */
export function show(text: string): string {
  return `\`${oneLine(text, maxShown).replaceAll('`', "'")}\``;
}
