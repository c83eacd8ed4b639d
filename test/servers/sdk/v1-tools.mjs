// What the servers of the official SDK, 1.x line, share: tools that report progress, write logs and ask the client.
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as z from 'zod';

const text = (value) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });

export function talkativeServer() {
  const server = new McpServer({ name: 'talkative', version: '1.0.0' }, { capabilities: { logging: {} } });
  server.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => text(a + b));
  server.registerTool('work', { inputSchema: { steps: z.number() } }, async ({ steps }, extra) => {
    for (let progress = 1; progress <= steps; progress++) {
      const { progressToken } = extra._meta ?? {};
      await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress } });
      await server.sendLoggingMessage({ level: 'debug', data: `step ${progress}` }, extra.sessionId);
    }
    return text('done');
  });
  server.registerTool('wait', {}, () => new Promise(() => {}));
  const ask = (name, method, params) =>
    server.registerTool(name, {}, async (extra) => {
      const answer = await extra.sendRequest({ method, params }, z.looseObject({})).catch((error) => error.message);
      return text(answer);
    });
  const schema = { type: 'object', properties: { name: { type: 'string' } } };
  ask('elicit', 'elicitation/create', { message: 'Who?', requestedSchema: schema });
  ask('visit', 'elicitation/create', { mode: 'url', message: 'Go', url: 'https://example.com/', elicitationId: '1' });
  ask('sample', 'sampling/createMessage', { messages: [], maxTokens: 5 });
  ask('roots', 'roots/list', {});
  server.registerPrompt(
    'greet',
    { argsSchema: { name: completable(z.string(), (value) => [`${value}da`]) } },
    (args) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Hello ${args.name}` } }],
    }),
  );
  server.registerResource('one', 'fixture://one', {}, (uri) => ({ contents: [{ uri: uri.href, text: '1' }] }));
  server.registerResource(
    'any',
    new ResourceTemplate('fixture://any/{id}', { list: undefined }),
    {},
    (uri, { id }) => ({
      contents: [{ uri: uri.href, text: id }],
    }),
  );
  return server;
}
