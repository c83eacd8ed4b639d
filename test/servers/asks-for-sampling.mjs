// A call makes it ask the client for roots, sampling, elicitation and a ping first; the result tells what came back.
import { send, serve, text, tool } from './lib.mjs';

const asked = ['roots/list', 'sampling/createMessage', 'elicitation/create', 'ping', 'made/up'];
const answers = new Map();
let finish;

serve({
  tools: [tool('ask')],
  calls: {
    ask: () =>
      new Promise((resolve) => {
        finish = resolve;
        for (const method of asked) send({ jsonrpc: '2.0', id: `of-${method}`, method, params: {} });
      }),
  },
  methods: {
    // An answer has no method: the shared loop looks it up under this name.
    undefined: (_, { id, error }) => {
      answers.set(id, error?.code ?? 'result');
      if (answers.size === asked.length) finish(text(JSON.stringify(Object.fromEntries(answers))));
    },
  },
});
