// Works, but every call comes with 20,000 notifications that are valid messages.
import { send, serve, text, tool } from './lib.mjs';

serve({
  tools: [tool('chat')],
  calls: {
    chat: () => {
      for (let index = 0; index < 20_000; index++) {
        send({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: `line ${index}` } });
      }
      return text('Heard?');
    },
  },
});
