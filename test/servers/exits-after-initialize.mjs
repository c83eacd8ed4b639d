// Answers the handshake and is gone before the first list.
import { answer, initializeResult, serve } from './lib.mjs';

serve({
  methods: {
    initialize: (_, { id }) => {
      answer(id, initializeResult());
      process.stderr.write('That was all\n');
      setTimeout(() => process.exit(4), 5);
    },
    'tools/list': () => undefined,
  },
});
