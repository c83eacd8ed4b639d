// Listens on the port of its argument and lets nobody in.
import { createServer } from 'node:http';

createServer((_, response) => response.writeHead(401).end()).listen(Number(process.argv[2]), '127.0.0.1');
