// Streamable HTTP of the SDK's 1.x line, with sessions, on the port of its first argument (0: any, printed on stderr).
// Its second argument is how many milliseconds it takes to begin to listen.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { talkativeServer } from './v1-tools.mjs';

const [port = '0', startMs = '0'] = process.argv.slice(2);
const sessions = new Map();

async function transportFor(request) {
  const id = request.headers['mcp-session-id'];
  if (id !== undefined) return sessions.get(id) ?? null;
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (made) => sessions.set(made, transport),
    onsessionclosed: (closed) => {
      sessions.delete(closed);
      process.stdout.write(`session closed\n`);
    },
  });
  await talkativeServer().connect(transport);
  return transport;
}

const server = createServer(async (request, response) => {
  if (request.url === '/forget') sessions.clear();
  if (request.url === '/crash') process.exit(3);
  if (request.url !== '/mcp') return response.writeHead(request.url === '/health' ? 200 : 404).end();
  const transport = await transportFor(request);
  if (transport === null) return response.writeHead(404).end();
  return transport.handleRequest(request, response);
});
process.stdout.write('starting\n');
await delay(Number(startMs));
server.listen(Number(port), '127.0.0.1', () => process.stderr.write(`listening on ${server.address().port}\n`));
