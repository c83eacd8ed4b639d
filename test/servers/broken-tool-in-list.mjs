// A list in which good definitions stand among broken ones.
import { serve, text, tool } from './lib.mjs';

serve({
  tools: [
    tool('good'),
    { name: 'no-schema', description: 'Lacks its inputSchema.' },
    { name: 'schema-is-text', inputSchema: '{"type":"object"}' },
    { name: 'schema-without-type', inputSchema: { properties: {} } },
    { name: 'schema-of-array', inputSchema: { type: 'array' } },
    { name: '', inputSchema: { type: 'object' } },
    { name: 7, inputSchema: { type: 'object' } },
    { inputSchema: { type: 'object' } },
    null,
    'tool',
    tool('good', {}, { description: 'The same name again.' }),
    tool('bad-output', {}, { outputSchema: 'none' }),
    tool('huge', {}, { description: 'x'.repeat(1_100_000) }),
    tool('described-by-number', {}, { description: 5 }),
    tool('also-good'),
  ],
  calls: { good: () => text('good') },
});
