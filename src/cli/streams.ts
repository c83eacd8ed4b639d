import { logText } from '../text/untrusted.ts';
import type { Terminal } from './terminal.ts';

/** Longer than any sentence of ours, and a schema error or a path still fits. */
const maxLine = 10_000;

/** The streams of this process. In a job of CI they are its log: what is said passes the one door. */
export const streams: Pick<Terminal, 'print' | 'say'> = {
  // Reports are neutralised where they are made: colours, and the commands of one of them, are wanted.
  print: (text) => void process.stdout.write(text),
  say: (line) => void process.stderr.write(`${logText(line, { maxLine })}\n`),
};
