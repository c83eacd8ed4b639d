// Tries what the sandbox is there to prevent, and tells what became of each attempt.
import { serve, text, tool } from './lib.mjs';
import { attemptAll } from './probes.mjs';

serve({
  tools: [tool('try')],
  calls: {
    try: async () => {
      const attempts = await attemptAll();
      const escaped = attempts.flatMap(({ id, held, outcome }) => (held ? [] : [`${id}: ${outcome}`]));
      const outcomes = Object.fromEntries(attempts.map(({ id, outcome }) => [id, outcome]));
      return text(`${attempts.length} attempts`, { structuredContent: { escaped, outcomes } });
    },
  },
});
