// A call that sends progress without end, as fast as it is read, and is never answered. Argument: bytes of each message
// (default: a few).
import { once } from 'node:events';
import { serve, text, tool } from './lib.mjs';

const message = 'x'.repeat(Number(process.argv[2] ?? 0));

async function report(progressToken) {
  for (let progress = 1; ; progress++) {
    const params = { progressToken, progress, message };
    const line = `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params })}\n`;
    if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  }
}

serve({
  tools: [tool('work'), tool('rest')],
  methods: {
    'tools/call': ({ name, _meta }) => {
      if (name === 'rest') return text('Rested.');
      void report(_meta.progressToken);
    },
  },
});
