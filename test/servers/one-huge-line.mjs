// Answers a call with one line of the given size in MB (argument, default 100).
import { serve, text, tool } from './lib.mjs';

const size = Number(process.argv[2] ?? 100) * 1_000_000;
serve({
  tools: [tool('huge'), tool('small')],
  calls: { huge: () => text('x'.repeat(size)), small: () => text('small') },
});
