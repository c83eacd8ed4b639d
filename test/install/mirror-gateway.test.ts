import { mkdtempSync, rmSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexUpstream } from '../../src/install/index-upstream.ts';
import { type Mirror, MirrorGateway, mirrorSocket } from '../../src/install/mirror-gateway.ts';
import { indexOf } from '../../src/install/package-index.ts';

describe('a gateway for tools that speak HTTP by themselves', () => {
  let folder: string;
  let server: Server;
  let upstream: IndexUpstream;
  let gateway: MirrorGateway;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[] = [];
  beforeEach(async () => {
    asked.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-mirror-'));
    answer = (_, response) => response.end('the file');
    server = createServer((request, response) => {
      asked.push({ path: request.url ?? '', headers: request.headers });
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    upstream = new IndexUpstream(indexOf('the test', `http://me:secret@127.0.0.1:${port}/base`, null), {}, 500);
    const mirror: Mirror = {
      find: async (path) => {
        if (path === '/known') return new URL('known', upstream.index.url);
        return path === '/text' ? { text: '{}' } : null;
      },
    };
    gateway = await MirrorGateway.open(upstream, mirror, folder, 100);
  });
  afterEach(async () => {
    await gateway.close();
    upstream.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  const ask = (path: string, method = 'GET') =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = { cookie: 'a=b', 'x-leak': 'c' };
      httpRequest({ socketPath: join(folder, mirrorSocket), path, method, headers }, (incoming) => {
        text(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, body }), reject);
      })
        .once('error', reject)
        .end();
    });

  it('passes on what its mirror shows, with the login of the upstream and nothing of the client', async () => {
    expect(await ask('/known')).toEqual({ status: 200, body: 'the file' });
    expect(asked[0]?.path).toBe('/base/known');
    expect(asked[0]?.headers).toMatchObject({ authorization: `Basic ${Buffer.from('me:secret').toString('base64')}` });
    expect(Object.keys(asked[0]?.headers ?? {}).sort()).toEqual(['authorization', 'connection', 'host', 'user-agent']);
    expect(await ask('/text')).toEqual({ status: 200, body: '{}' });
  });

  it('answers for nothing else, and only for reading', async () => {
    expect((await ask('/other')).status).toBe(404);
    expect((await ask('/known', 'POST')).status).toBe(405);
    expect((await ask('/known', 'CONNECT').catch(() => ({ status: 0 }))).status).not.toBe(200);
    expect(asked).toEqual([]);
    expect(gateway.faults).toEqual([]);
  });

  it.each([404, 410])('takes HTTP %s for an answer', async (status) => {
    answer = (_, response) => response.writeHead(status).end('gone');
    expect(await ask('/known')).toEqual({ status, body: 'gone' });
    expect(gateway.faults).toEqual([]);
  });

  it('tries again where it may have been an accident', async () => {
    answer = (_, response) => (asked.length < 3 ? response.writeHead(503).end() : response.end('at last'));
    expect(await ask('/known')).toEqual({ status: 200, body: 'at last' });
    expect(gateway.faults).toEqual([]);
  });

  it.each([401, 403, 500])('notes HTTP %s as a fault', async (status) => {
    answer = (_, response) => response.writeHead(status).end();
    expect((await ask('/known')).status).toBe(status);
    expect(gateway.faults[0]).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+ answers HTTP ${status} for /base/known$`, 'u'));
  });

  it('gives up on an upstream that hangs, and follows no redirect without encryption', async () => {
    answer = () => {};
    expect((await ask('/known')).status).toBe(502);
    expect(gateway.faults[0]).toMatch(/no answer within 0\.5 s/u);
    answer = (_, response) => response.writeHead(302, { location: 'http://elsewhere.example/x' }).end();
    expect((await ask('/known')).status).toBe(502);
    expect(gateway.faults[1]).toMatch(/which is not followed/u);
  });

  it('stops where more is asked for than an install may have', async () => {
    answer = (_, response) => response.end('x'.repeat(101));
    await ask('/known').catch(() => null);
    expect(gateway.tooLarge).toBe(true);
    expect(gateway.faults).toEqual([]);
    expect((await ask('/known')).status).toBe(507);
  });
});
