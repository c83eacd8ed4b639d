// Logs each call on stdout, and ends its own lines with CRLF.
import { serve, text, tool } from './lib.mjs';

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (chunk) => write(String(chunk).replaceAll('\n', '\r\n'));

serve({
  tools: [tool('noisy')],
  calls: {
    noisy: () => {
      process.stdout.write('DEBUG handling noisy\n[]\n[{"jsonrpc":"2.0","method":"batched"}]\n42\n{"jsonrpc":"2.0"}\n');
      return text('done');
    },
  },
});
