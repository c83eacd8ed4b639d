// Sends requests without end and reads none of the answers.
import { send, serve, tool } from './lib.mjs';

function ask() {
  for (let index = 0; index < 1000; index++) send({ jsonrpc: '2.0', id: `${index}`, method: 'roots/list' });
  if (process.stdout.writableNeedDrain) process.stdout.once('drain', ask);
  else setImmediate(ask);
}

serve({
  tools: [tool('ask')],
  calls: {
    ask: () => {
      process.stdin.pause();
      ask();
    },
  },
});
