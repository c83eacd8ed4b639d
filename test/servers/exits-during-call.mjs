// Every call ends the process before the answer.
import { serve, tool } from './lib.mjs';

serve({
  tools: [tool('leave')],
  calls: {
    leave: () => {
      process.stderr.write('Leaving in the middle of a call\n');
      process.exit(1);
    },
  },
});
