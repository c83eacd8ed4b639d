// What the fixture servers share: newline-delimited JSON-RPC over stdio, in plain Node, with nothing installed.
import { createInterface } from 'node:readline';

export const revision = '2025-11-25';

export function send(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

export function answer(id, result) {
  send({ jsonrpc: '2.0', id, result });
}

export function refuse(id, code, message, data) {
  send({ jsonrpc: '2.0', id, error: data === undefined ? { code, message } : { code, message, data } });
}

export function text(value, more = {}) {
  return { content: [{ type: 'text', text: value }], ...more };
}

export function tool(name, properties = {}, more = {}) {
  return {
    name,
    description: `The tool ${name}.`,
    inputSchema: { type: 'object', properties, required: Object.keys(properties) },
    ...more,
  };
}

export function initializeResult(more = {}) {
  return {
    protocolVersion: revision,
    capabilities: { tools: {} },
    serverInfo: { name: 'fixture', version: '1.0.0' },
    ...more,
  };
}

/**
 * Serves until stdin ends. `methods` maps a method to `(params, message) => result`; a method may return `undefined`
 * when it has answered (or will never answer) by itself. `calls` maps a tool's name to `(args) => result`.
 */
export function serve({ tools = [], calls = {}, methods = {}, initialize = {} } = {}) {
  const known = {
    initialize: () => initializeResult(initialize),
    ping: () => ({}),
    'tools/list': () => ({ tools }),
    'tools/call': async ({ name, arguments: args = {} }) =>
      Object.hasOwn(calls, name) ? calls[name](args) : text(`Unknown tool: ${name}`, { isError: true }),
    ...methods,
  };
  createInterface({ input: process.stdin }).on('line', async (line) => {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      return;
    }
    const method = known[message.method];
    if (message.id === undefined || message.method === undefined) {
      await method?.(message.params, message);
      return;
    }
    if (method === undefined) return refuse(message.id, -32601, 'Method not found');
    const result = await method(message.params ?? {}, message);
    if (result !== undefined) answer(message.id, result);
  });
}

/** The smallest server that works, for fixtures whose point lies elsewhere. */
export const echo = {
  tools: [tool('echo', { message: { type: 'string' } })],
  calls: { echo: ({ message }) => text(String(message)) },
};
