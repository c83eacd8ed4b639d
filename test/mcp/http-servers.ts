import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { HttpEndpoint, Reach } from '../../src/mcp/model.ts';
import { fixture, type Reached } from './servers.ts';

/** A request as a server of a test sees it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The JSON-RPC message in it; empty where there is none. */
  readonly message: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export type Handler = (seen: Seen, response: ServerResponse) => unknown;

export interface TestServer {
  readonly origin: string;
  readonly seen: Seen[];
}

/** Serves HTTP on this machine until the test is over. */
export async function serveHttp(handler: Handler): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const { method = '', url: path = '', headers } = request;
    const entry = { method, path, headers, body, message: body.startsWith('{') ? JSON.parse(body) : {} };
    seen.push(entry);
    await handler(entry, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, seen };
}

/** A proxy that leads every host to `origin`, by whichever way it is asked. @returns its address */
export async function serveProxy(origin: string, onTarget: (target: string) => void): Promise<string> {
  const { hostname, port } = new URL(origin);
  const proxy = createServer((request, response) => {
    onTarget(request.url ?? '');
    const path = new URL(request.url ?? '/').pathname;
    const onward = httpRequest({ hostname, port, path, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  proxy.on('connect', (request: IncomingMessage, socket: Duplex) => {
    onTarget(request.url ?? '');
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) end.on('error', () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

/** Answers JSON-RPC over HTTP by hand, in the legacy era; null leaves the answer to the handler itself. */
export function speak(answers: Readonly<Record<string, (seen: Seen, response: ServerResponse) => unknown>>): Handler {
  const known: typeof answers = {
    initialize: () => ({
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'by-hand', version: '1' },
    }),
    'tools/list': () => ({ tools: [{ name: 'tell', inputSchema: { type: 'object' } }] }),
    ...answers,
  };
  return async (seen, response) => {
    const { id, method } = seen.message;
    if (seen.method !== 'POST') return response.writeHead(405).end();
    if (id === undefined) return response.writeHead(202).end();
    const answer = known[String(method)];
    if (answer === undefined) return json(response, { jsonrpc: '2.0', id, error: { code: -32601, message: 'No' } });
    const result = await answer(seen, response);
    return result === null ? null : json(response, { jsonrpc: '2.0', id, result });
  };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Begins a stream of events. */
export function stream(response: ServerResponse): (value: unknown, fields?: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return (value, fields = '') => response.write(`${fields}data: ${JSON.stringify(value)}\n\n`);
}

/** A server that runs elsewhere. */
export function remote(url: string, more: Partial<HttpEndpoint> = {}): Reached {
  const endpoint = { url, socketPath: null, headers: {}, auth: null, health: null, ...more };
  return { start: neverStarted, leftovers: () => Promise.resolve([]), reach: { kind: 'http', start: null, endpoint } };
}

/** A fixture that serves HTTP, in a process of its own, on a port that is free now. */
export async function served(file: string, args: readonly string[] = [], path = '/mcp'): Promise<Reached> {
  const port = await freePort();
  const started = fixture(file, [String(port), ...args]);
  const endpoint = { url: `http://127.0.0.1:${port}${path}`, socketPath: null, headers: {}, auth: null, health: null };
  const reach: Reach = { kind: 'http', start: started.start, endpoint };
  return { ...started, reach };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function neverStarted(): never {
  throw new Error('Nothing is started for a remote server.');
}
