import { lastLines, splitsPair } from '../text/untrusted.ts';

const mostLines = 30;
const mostUnits = 6000;

/** @returns the end of what a program wrote to stderr, at most 30 lines and 6,000 characters; still foreign text */
export function stderrLines(stderr: string): string {
  const from = Math.max(0, stderr.length - mostUnits);
  const end = stderr.slice(splitsPair(stderr, from) ? from + 1 : from);
  return lastLines(from > 0 ? `…${end}` : end, mostLines);
}
