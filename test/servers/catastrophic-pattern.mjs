// Its output schema holds a pattern that takes a backtracking matcher years on the result that it gives.
import { serve, text, tool } from './lib.mjs';

const value = `${'a'.repeat(60)}!`;
serve({
  tools: [
    tool(
      'match',
      {},
      {
        outputSchema: {
          type: 'object',
          properties: { value: { type: 'string', pattern: '^(a+)+$' } },
          required: ['value'],
        },
      },
    ),
  ],
  calls: { match: () => text(value, { structuredContent: { value } }) },
});
