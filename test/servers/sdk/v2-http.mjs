// Over streamable HTTP, on the port of its first argument; the second one says what becomes of the legacy era.
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { modernServer } from './v2-tools.mjs';

const [port = '0', legacy = 'stateless'] = process.argv.slice(2);
const handle = toNodeHandler(createMcpHandler(modernServer, { legacy }));
const server = createServer((request, response) => {
  if (request.url === '/mcp') void handle(request, response);
  else response.writeHead(404).end();
});
server.listen(Number(port), '127.0.0.1', () => process.stderr.write(`listening on ${server.address().port}\n`));
