// Its results hold bytes that are no UTF-8, and characters that arrive in pieces.
import { setTimeout as delay } from 'node:timers/promises';
import { serve, tool } from './lib.mjs';

const line = (id, bytes) =>
  Buffer.concat([
    Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`),
    Buffer.from(bytes),
    Buffer.from('"}]}}\n'),
  ]);

serve({
  tools: [tool('invalid'), tool('pieces')],
  methods: {
    'tools/call': async ({ name }, { id }) => {
      if (name === 'invalid') return void process.stdout.write(line(id, [0x61, 0xff, 0xc3, 0x62]));
      for (const byte of line(id, Buffer.from('grüße 🎉'))) {
        process.stdout.write(Buffer.of(byte));
        await delay(1);
      }
    },
  },
});
