import { leftovers } from '../test/action/leftovers.ts';

/** Fails, and names them, where a run has left anything on this machine. */
const left = leftovers();
for (const line of left) process.stderr.write(`left behind: ${line}\n`);
process.exit(left.length > 0 ? 1 : 0);
