// Writes to stdout without end. Arguments: `lines` (short ones, default) or `no-newline`; `call` waits for a call.
import { serve, tool } from './lib.mjs';

const chunk = process.argv.includes('no-newline') ? 'x'.repeat(65_536) : 'not a message\n'.repeat(4096);

function flood() {
  while (process.stdout.write(chunk));
  process.stdout.once('drain', flood);
}

if (process.argv.includes('call')) serve({ tools: [tool('flood')], calls: { flood } });
else flood();
