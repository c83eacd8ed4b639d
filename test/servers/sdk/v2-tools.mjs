// What the servers of the official SDK, 2.x line, share. In the modern era they ask the client by what they answer.
import { acceptedContent, inputRequired, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import * as z from 'zod';

const text = (value) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });

export function modernServer() {
  const server = new McpServer(
    { name: 'modern', version: '2.0.0' },
    { capabilities: { logging: {} }, instructions: 'Be modern.' },
  );
  const sum = { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) };
  server.registerTool('add', sum, ({ a, b }) => ({ ...text(a + b), structuredContent: { sum: a + b } }));
  server.registerTool('work', { inputSchema: z.object({ steps: z.number() }) }, async ({ steps }, { mcpReq }) => {
    for (let progress = 1; progress <= steps; progress++) {
      const { progressToken } = mcpReq._meta ?? {};
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress } });
      await mcpReq.log('debug', `step ${progress}`);
    }
    return text('done');
  });
  server.registerTool('slow', { inputSchema: z.object({ ms: z.number() }) }, async ({ ms }, { mcpReq }) => {
    const stopped = await new Promise((resolve) => {
      setTimeout(() => resolve(false), ms).unref();
      mcpReq.signal.addEventListener('abort', () => resolve(true));
    });
    if (stopped) process.stderr.write('slow was cancelled\n');
    return text('slept');
  });
  server.registerTool('elicit', { inputSchema: z.object({}) }, (_, { mcpReq }) => {
    const who = acceptedContent(mcpReq.inputResponses, 'who');
    if (who !== undefined) return text(who);
    if (mcpReq.inputResponses !== undefined) return text('declined');
    const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } };
    return inputRequired({ inputRequests: { who: inputRequired.elicit({ message: 'Who?', requestedSchema }) } });
  });
  server.registerPrompt('greet', { argsSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Hello ${name}` } }],
  }));
  server.registerResource('one', 'fixture://one', {}, (uri) => ({ contents: [{ uri: uri.href, text: '1' }] }));
  const template = new ResourceTemplate('fixture://any/{id}', { list: undefined });
  server.registerResource('any', template, {}, (uri, { id }) => ({ contents: [{ uri: uri.href, text: id }] }));
  return server;
}
