import { connect, createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { remote, served, serveHttp, speak } from './http-servers.ts';
import { callTool, openOk, openRefused } from './servers.ts';

const limit = 20_000;
const text = { content: [{ type: 'text', text: 'ok' }] };

/** A server whose health can be changed. */
async function ailing(status: number) {
  const state = { status };
  const speaking = speak({ ping: () => ({}), 'tools/call': () => delay(300, text) });
  const server = await serveHttp((seen, response) => {
    if (seen.path !== '/health?deep') return speaking(seen, response);
    return response.writeHead(state.status).end('Because.');
  });
  const asked = () => server.seen.filter(({ path }) => path === '/health?deep').length;
  return { ...server, state, asked };
}

const check = (path: string | null) => ({ path, intervalMs: 50, timeoutMs: 5000 });

describe('health of a remote server', () => {
  test('is waited for before the session, and asked for during it', async () => {
    const server = await ailing(503);
    setTimeout(() => (server.state.status = 204), 300);
    const session = await openOk(remote(`${server.origin}/mcp`, { health: check('/health?deep') }));
    expect(server.seen[0]).toMatchObject({ method: 'GET', path: '/health?deep' });
    expect(server.asked()).toBeGreaterThan(2);
    expect(session.findings()).toEqual([]);
    server.state.status = 500;
    await expect
      .poll(() => session.findings())
      .toMatchObject([
        { check: 'health', severity: 'medium', message: expect.stringMatching(/\d+ of \d+ health checks .*HTTP 500/) },
      ]);
    await session.close();
    const after = server.asked();
    await delay(200);
    expect(server.asked()).toBe(after);
  });

  test('that never comes is no verdict on the server', async () => {
    const server = await ailing(503);
    const { startup } = await openRefused(remote(`${server.origin}/mcp`, { health: check('/health?deep') }), {
      startTimeoutMs: 400,
    });
    expect(startup).toMatchObject({
      outcome: 'unreachable',
      advice: expect.stringMatching(/health check GET \/health .*503/),
    });
    expect(server.seen.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('without a path is asked for by the protocol, never while a call is under way', async () => {
    const server = await ailing(200);
    const session = await openOk(remote(`${server.origin}/mcp`, { health: check(null) }));
    const pings = () => server.seen.filter(({ message }) => message['method'] === 'ping').length;
    await expect.poll(pings).toBeGreaterThan(2);
    const [before] = [pings()];
    await callTool(session, 'tell', {}, limit);
    expect(pings() - before).toBeLessThanOrEqual(1);
    expect(session.findings()).toEqual([]);
  });

  test('by a path leads nowhere else', async () => {
    const server = await serveHttp(speak({}));
    await openRefused(remote(`${server.origin}/mcp`, { health: check('//example.com/health') }), {
      startTimeoutMs: 300,
    });
    expect(server.seen[0]?.path).toBe('//example.com/health');
  });
});

test('a server behind a socket is waited for, whether nothing or nobody behind it listens yet', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-socket-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const socketPath = join(folder, 's');
  const server = await served('sdk/v1-http.mjs', ['600']);
  if (server.reach?.kind !== 'http') throw new Error('It is reached over HTTP.');
  const { endpoint } = server.reach;
  const port = Number(new URL(endpoint.url).port);
  const forwarder = createServer((inside) => {
    const outside = connect(port, '127.0.0.1');
    for (const end of [inside, outside]) end.on('error', () => {});
    inside.on('close', () => outside.destroy());
    outside.on('close', () => inside.destroy());
    inside.pipe(outside).pipe(inside);
  });
  onTestFinished(() => void forwarder.close());
  setTimeout(() => forwarder.listen(socketPath), 200);
  const session = await openOk({
    ...server,
    reach: { ...server.reach, endpoint: { ...endpoint, url: 'http://server.invalid/mcp', socketPath } },
  });
  expect(await callTool(session, 'add', { a: 1, b: 1 }, limit)).toMatchObject({ kind: 'result' });
});
