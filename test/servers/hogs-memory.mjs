// A call takes 700 MB and keeps it: more than the usual limit of 512 MiB, and no more than that where no limit holds.
import { serve, text, tool } from './lib.mjs';

const held = [];
serve({
  tools: [tool('hog'), tool('rest')],
  calls: {
    hog: () => {
      // Filled, since memory that nobody wrote to is not there yet.
      for (let taken = 0; taken < 700; taken += 50) held.push(Buffer.alloc(50_000_000, 1));
      return text('Holds 700 MB.');
    },
    rest: () => text('Rested.'),
  },
});
