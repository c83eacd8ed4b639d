// The first call of a process works, the second kills it.
import { serve, text, tool } from './lib.mjs';

let calls = 0;
serve({
  tools: [tool('once')],
  calls: {
    once: () => {
      if (++calls === 2) process.kill(process.pid, 'SIGSEGV');
      return text('The first one works.');
    },
  },
});
