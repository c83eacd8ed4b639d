// Runs in a container of ours whose network namespace has only `lo`, and which a container joins that fetches packages
// with tools of its own: one port of that loopback leads to the gateway's socket. It ends with its stdin. Plain Node
// without dependencies.
import { connect, createServer } from 'node:net';
const [socketPath = '', port = ''] = process.argv.slice(2);
const server = createServer((client) => {
    const upstream = connect(socketPath);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
});
server.maxConnections = 256;
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
process.stdin.resume().once('end', () => process.exit(0));
