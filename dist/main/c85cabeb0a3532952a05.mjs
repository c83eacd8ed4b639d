// Runs in a container of ours whose network namespace has only `lo`, and which a server and its services join: answers
// on Unix sockets in a folder that nobody else sees, and passes each connection on to a port of that loopback. A further
// socket says whether a port is open. It ends with its stdin. Plain Node without dependencies.
import { chmodSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
/** @typedef {{ folder: string, ports: number[], maxConnections: number, control: string }} Request */
/** @type {Request} */
const request = JSON.parse(process.argv[2] ?? '{}');
/** @param {string} host @param {number} port @returns {Promise<import('node:net').Socket>} */
function dialAddress(host, port) {
    return new Promise((resolve, reject) => {
        const socket = connect({ host, port, allowHalfOpen: true });
        socket.once('error', reject);
        socket.once('connect', () => {
            socket.off('error', reject);
            resolve(socket);
        });
    });
}
/** Whoever listens on `localhost` may have meant either. @param {number} port */
function dial(port) {
    return dialAddress('127.0.0.1', port).catch(() => dialAddress('::1', port));
}
/** @param {import('node:net').Socket} one @param {import('node:net').Socket} other */
function connectBoth(one, other) {
    one.pipe(other);
    other.pipe(one);
    one.once('close', () => other.destroy());
    other.once('close', () => one.destroy());
}
/** @param {string} name @param {(client: import('node:net').Socket) => void} onConnection @returns {Promise<void>} */
function serve(name, onConnection) {
    const server = createServer({ allowHalfOpen: true }, (client) => {
        client.on('error', () => client.destroy());
        onConnection(client);
    });
    server.maxConnections = request.maxConnections;
    const path = join(request.folder, name);
    return new Promise((resolve) => {
        server.listen(path, () => {
            // The host's user is neither owner nor group.
            chmodSync(path, 0o666);
            resolve();
        });
    });
}
/** @param {number} port */
function servePort(port) {
    return serve(`${port}.sock`, async (client) => {
        try {
            const upstream = await dial(port);
            upstream.on('error', () => upstream.destroy());
            if (client.destroyed)
                upstream.destroy();
            else
                connectBoth(client, upstream);
        }
        catch {
            client.destroy();
        }
    });
}
/** A port as a line, then `open` or `closed` as a line. @param {import('node:net').Socket} client */
function tellWhetherOpen(client) {
    client.once('data', async (data) => {
        const port = Number(data.toString('latin1', 0, 8).trim());
        try {
            const upstream = await dial(request.ports.includes(port) ? port : -1);
            // Politely: a reset, for what was sent and not read, ends services that do not expect one.
            upstream.on('error', () => upstream.destroy());
            upstream.resume().end();
            setTimeout(() => upstream.destroy(), 1000).unref();
            client.end('open\n');
        }
        catch {
            client.end('closed\n');
        }
    });
}
await Promise.all([serve(request.control, tellWhetherOpen), ...request.ports.map(servePort)]);
process.stdout.write('ready\n');
process.stdin.resume().once('end', () => process.exit(0));
