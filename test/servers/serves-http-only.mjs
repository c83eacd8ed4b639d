// Listens on HTTP and does not look at stdin, as servers do that want `--stdio`; with that argument it speaks.
import { createServer } from 'node:http';
import { echo, serve } from './lib.mjs';

if (process.argv.includes('--stdio')) {
  serve(echo);
} else {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1', () => {
    process.stderr.write(`[INFO] HTTP server listening on port ${server.address().port}\n`);
  });
}
