// Inside a fetch container, which has no network: a local port that leads to the registry gateway's socket.
import { createServer, connect } from 'node:net';

/** @param {string} socketPath @returns {Promise<number>} the local port */
export function forward(socketPath) {
  const server = createServer((client) => {
    const upstream = connect(socketPath);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  server.unref();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
