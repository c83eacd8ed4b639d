// Each tool answers with something that is no proper answer.
import { refuse, send, serve, tool } from './lib.mjs';

const nested = `${'['.repeat(5000)}${']'.repeat(5000)}`;
const answers = {
  null: (id) => send({ jsonrpc: '2.0', id, result: null }),
  number: (id) => send({ jsonrpc: '2.0', id, result: 5 }),
  array: (id) => send({ jsonrpc: '2.0', id, result: [] }),
  'text-error': (id) => send({ jsonrpc: '2.0', id, error: 'broken' }),
  'text-code': (id) => send({ jsonrpc: '2.0', id, error: { code: 'E1', message: 'broken' } }),
  'no-version': (id) => send({ id, result: {} }),
  nested: (id) => process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":{"deep":${nested}}}\n`),
  'resource-error': (id) => refuse(id, -32002, 'Resource not found', { uri: 'fixture://none' }),
  'odd-fields': (id) =>
    send({
      jsonrpc: '2.0',
      id,
      result: { _meta: 5, resultType: 'x', content: 'none', structuredContent: 7 },
      extra: 1,
    }),
};

serve({
  tools: Object.keys(answers).map((name) => tool(name)),
  methods: {
    'tools/call': ({ name }, { id }) => {
      answers[name](id);
    },
  },
});
