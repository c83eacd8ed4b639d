import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { json, remote, served, serveHttp, serveProxy, speak, stream } from './http-servers.ts';
import { callTool, memoryGrowth, openOk, openRefused, textOf } from './servers.ts';

const limit = 20_000;
const short = { startTimeoutMs: 1500 };
const text = (value: string) => ({ content: [{ type: 'text', text: value }] });

describe('servers of the official SDK over HTTP', () => {
  test('1.x, with sessions, is waited for until it listens, listed, called and closed', async () => {
    const lines: string[] = [];
    const server = await served('sdk/v1-http.mjs', ['400']);
    const client = { elicitation: [{ action: 'accept', content: { name: 'Ada' } }] } as const;
    const session = await openOk(server, { client, onStderr: (line) => lines.push(line) });
    expect(session.surface.protocol).toMatchObject({ era: 'legacy', serverInfo: { name: 'talkative' } });
    expect(session.surface.resourceTemplates).toHaveLength(1);
    expect(textOf(await callTool(session, 'add', { a: 2, b: 3 }, limit))).toBe('5');
    expect(await callTool(session, 'work', { steps: 2 }, limit)).toMatchObject({
      heard: { progress: [{ progress: 1 }, { progress: 2 }], logs: [{ data: 'step 1' }, { data: 'step 2' }] },
    });
    expect(textOf(await callTool(session, 'elicit', {}, limit))).toContain('"Ada"');
    expect(session.findings()).toEqual([]);
    await session.close();
    // Its stdout is output like any other.
    expect(lines).toContain('starting');
    expect(lines).toContain('session closed');
  });

  test('2.x, in both eras', async () => {
    const legacy = await openOk(await served('sdk/v2-http.mjs'));
    expect(legacy.surface.protocol).toMatchObject({ era: 'legacy' });
    expect(textOf(await callTool(legacy, 'add', { a: 2, b: 3 }, limit))).toBe('5');
    const modern = await openOk(await served('sdk/v2-http.mjs'), { protocol: 'modern' });
    expect(modern.surface.protocol).toMatchObject({ era: 'modern', serverInfo: { name: 'modern' } });
    expect(await callTool(modern, 'work', { steps: 2 }, limit)).toMatchObject({
      heard: { progress: [{ progress: 1 }, { progress: 2 }], logs: [{ data: 'step 1' }, { data: 'step 2' }] },
    });
    expect(modern.findings()).toEqual([]);
  });

  test('2.x, the modern era only, is found in the second try', async () => {
    const session = await openOk(await served('sdk/v2-http.mjs', ['reject']));
    expect(session.surface.protocol).toMatchObject({ era: 'modern' });
    expect(textOf(await callTool(session, 'add', { a: 2, b: 3 }, limit))).toBe('5');
    expect(await callTool(session, 'slow', { ms: 30_000 }, 300)).toMatchObject({ kind: 'timeout' });
    // In this era the end of the stream is what tells it.
    await expect.poll(() => session.stderrTail()).toContain('slow was cancelled');
  });

  test('the end of its process ends the session', async () => {
    const server = await served('sdk/v1-http.mjs');
    const session = await openOk(server);
    const origin = server.reach?.kind === 'http' ? new URL(server.reach.endpoint.url).origin : '';
    const call = callTool(session, 'wait', {}, limit);
    await fetch(`${origin}/crash`).catch(() => {});
    expect(await call).toMatchObject({
      kind: 'closed',
      reason: expect.stringMatching(/exited with code 3 during tools\/call.*listening on/),
    });
    expect(session.alive).toBe(false);
    expect(await callTool(session, 'add', { a: 1, b: 1 }, limit)).toMatchObject({
      kind: 'closed',
      reason: expect.stringMatching(/exited with code 3 before tools\/call.*listening on/),
    });
  });

  test('a session that the server forgot is over', async () => {
    const server = await served('sdk/v1-http.mjs');
    const session = await openOk(server);
    const origin = server.reach?.kind === 'http' ? new URL(server.reach.endpoint.url).origin : '';
    await fetch(`${origin}/forget`);
    expect(await callTool(session, 'add', { a: 1, b: 1 }, limit)).toMatchObject({
      kind: 'closed',
      reason: expect.stringContaining('no longer knows the session (HTTP 404)'),
    });
    expect(session.alive).toBe(false);
  });
});

describe('what goes over HTTP', () => {
  test('headers of the legacy era, and the end of the session', async () => {
    const server = await serveHttp(
      speak({
        initialize: (_, response) => {
          response.setHeader('mcp-session-id', 's-1');
          return {
            protocolVersion: '2025-06-18',
            capabilities: { tools: {} },
            serverInfo: { name: 'x', version: '1' },
          };
        },
        'tools/call': () => text('ok'),
      }),
    );
    const session = await openOk(remote(`${server.origin}/mcp?team=a`, { headers: { 'X-Team': 'blue' } }));
    await callTool(session, 'tell', {}, limit);
    await session.close();
    const [first, second] = server.seen;
    const last = server.seen.at(-1);
    expect(first).toMatchObject({ method: 'POST', path: '/mcp?team=a', headers: { 'x-team': 'blue' } });
    expect(first?.headers['accept']).toBe('application/json, text/event-stream');
    expect(first?.headers['mcp-protocol-version']).toBeUndefined();
    expect(second).toMatchObject({ message: { method: 'notifications/initialized' } });
    expect(last).toMatchObject({
      method: 'DELETE',
      headers: { 'mcp-session-id': 's-1', 'mcp-protocol-version': '2025-06-18', 'x-team': 'blue' },
    });
    expect(session.findings()).toEqual([]);
  });

  test('headers of the modern era', async () => {
    const schema = {
      type: 'object',
      properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, size: { type: 'integer' } },
    };
    const done = (result: object) => ({ resultType: 'complete', ...result });
    const server = await serveHttp(
      speak({
        'server/discover': () => done({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }),
        'tools/list': () => done({ tools: [{ name: 'größe', inputSchema: schema }] }),
        'tools/call': () => done(text('ok')),
      }),
    );
    const session = await openOk(remote(`${server.origin}/mcp`), { protocol: 'modern' });
    expect(session.surface.protocol.serverInfo).toBeNull();
    await callTool(session, 'größe', { region: 'eu', size: 1 }, limit);
    await session.close();
    expect(server.seen.map(({ headers }) => headers['mcp-method'])).toEqual([
      'server/discover',
      'tools/list',
      'tools/call',
    ]);
    expect(server.seen.at(-1)?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-name': '=?base64?Z3LDtsOfZQ==?=',
      'mcp-param-region': 'eu',
    });
    expect(server.seen.at(-1)?.headers['mcp-param-size']).toBeUndefined();
  });

  test('a stream that breaks off is resumed where it says how', async () => {
    const server = await serveHttp(async (seen, response) => {
      const { id } = seen.message;
      if (seen.method === 'GET' && seen.headers['last-event-id'] === 'e-1') {
        stream(response)({ jsonrpc: '2.0', id: 2, result: text('resumed') });
        return response.end();
      }
      if (seen.message['method'] !== 'tools/call') return speak({})(seen, response);
      expect(id).toBe(2);
      const send = stream(response);
      send(
        { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'a' } },
        'id: e-1\nretry: 10\n',
      );
      return response.end();
    });
    const session = await openOk(remote(`${server.origin}/mcp`));
    expect(textOf(await callTool(session, 'tell', {}, limit))).toBe('resumed');
  });

  test('a proxy of the environment stands between us and a remote server', async () => {
    const server = await serveHttp(speak({ 'tools/call': () => text('through') }));
    const asked: string[] = [];
    const proxy = await serveProxy(server.origin, (target) => asked.push(target));
    vi.stubEnv('http_proxy', proxy);
    vi.stubEnv('no_proxy', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    const session = await openOk(remote('http://server.invalid/mcp'));
    expect(textOf(await callTool(session, 'tell', {}, limit))).toBe('through');
    expect(asked[0]).toContain('server.invalid');
  });

  test('redirects within the origin are followed', async () => {
    const server = await serveHttp((seen, response) => {
      if (seen.path === '/mcp') return response.writeHead(308, { location: '/mcp/' }).end();
      return speak({ 'tools/call': () => text('ok') })(seen, response);
    });
    const session = await openOk(remote(`${server.origin}/mcp`));
    expect(textOf(await callTool(session, 'tell', {}, limit))).toBe('ok');
  });

  test('what no message is, and odd statuses, are noticed', async () => {
    const server = await serveHttp((seen, response) => {
      if (seen.message['method'] === 'notifications/initialized') return response.writeHead(200).end();
      if (seen.message['method'] === 'tools/call') {
        const send = stream(response);
        send('noise');
        send({ jsonrpc: '2.0', id: seen.message['id'], result: text('ok') });
        return response.end();
      }
      return speak({
        'tools/list': ({ message }) => {
          response.writeHead(200, { 'content-type': 'text/plain' });
          response.end(JSON.stringify({ jsonrpc: '2.0', id: message['id'], result: { tools: [] } }));
          return null;
        },
      })(seen, response);
    });
    const session = await openOk(remote(`${server.origin}/mcp`));
    expect(textOf(await callTool(session, 'tell', {}, limit))).toBe('ok');
    expect(session.findings().map(({ check }) => check)).toEqual([
      'http-messages',
      'http-content-type',
      'http-accepted',
    ]);
  });
});

describe('HTTP that comes to no session', () => {
  const answering = (status: number, body = '', headers: Record<string, string> = {}) =>
    serveHttp((_, response) => response.writeHead(status, headers).end(body));

  test.for([
    [401, { 'www-authenticate': 'Bearer realm="acme", scope="tools"' }, 'auth_required', /401.*scope="tools".*`auth`/],
    [403, {}, 'auth_required', /403/],
    [404, {}, 'not_mcp', /404.*check the path/],
    [405, {}, 'not_mcp', /405/],
    [500, { 'content-type': 'text/plain' }, 'not_mcp', /500.*"Body"/],
    [502, {}, 'unreachable', /502.*gateway/],
    [503, {}, 'unreachable', /503/],
    [302, { location: 'https://login.example.com/?next=secret' }, 'not_mcp', /redirect.*login.example.com\/: only/],
    [307, { location: '/again' }, 'not_mcp', /again and again/],
    [200, { 'content-type': 'text/html; charset=utf-8' }, 'not_mcp', /as text\/html/],
    [200, { 'content-type': 'application/json' }, 'not_mcp', /no answer to it/],
    [202, {}, 'not_mcp', /HTTP 202 without a content type/],
    [200, { 'content-type': 'text/event-stream' }, 'not_mcp', /ended the stream/],
  ] as const)('%i %j: %s', async ([status, headers, outcome, advice]) => {
    const server = await answering(status, status === 302 ? '' : 'Body', headers);
    const { startup } = await openRefused(remote(`${server.origin}/mcp`));
    expect(startup).toMatchObject({ outcome, advice: expect.stringMatching(advice) });
    expect(startup.advice).not.toMatch(/[\r\n]|next=/);
  });

  test('the transport of 2024 is recognised', async () => {
    const server = await serveHttp((seen, response) => {
      if (seen.method !== 'GET') return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return response.write('event: endpoint\ndata: /messages?id=1\n\n');
    });
    const { startup } = await openRefused(remote(`${server.origin}/sse`));
    expect(startup).toMatchObject({ outcome: 'not_mcp', advice: expect.stringContaining('HTTP+SSE') });
  });

  test.for([
    ['http://127.0.0.1:1/mcp', /127.0.0.1:1\/mcp \(ECONNREFUSED\)/],
    ['http://does-not-exist.invalid/mcp', /ENOTFOUND|EAI_AGAIN|could not be reached/],
  ] as const)('%s is unreachable', async ([url, advice]) => {
    const { startup } = await openRefused(remote(url), { startTimeoutMs: 5000 });
    expect(startup).toMatchObject({ outcome: 'unreachable', advice: expect.stringMatching(advice), exitCode: null });
  });

  test('plain HTTP where TLS was meant', async () => {
    const server = await answering(200);
    const { startup } = await openRefused(remote(server.origin.replace('http:', 'https:')));
    expect(startup).toMatchObject({ outcome: 'unreachable', advice: expect.stringContaining('TLS') });
  });

  test('one that takes the connection and is silent', async () => {
    const server = await serveHttp(() => delay(60_000, undefined, { ref: false }));
    const { startup } = await openRefused(remote(`${server.origin}/mcp`), short);
    expect(startup).toMatchObject({ outcome: 'unreachable', advice: expect.stringMatching(/within 1.5 s/) });
  });

  test('a process that never listens is told by its output, and one that ends by its end', async () => {
    const silent = await served('sdk/v1-http.mjs', ['60000']);
    expect((await openRefused(silent, short)).startup).toMatchObject({
      outcome: 'init_timeout',
      advice: expect.stringMatching(/ECONNREFUSED.*within 1.5 s.*"starting".*`transport`/),
      stderrTail: 'starting',
    });
    const wanting = await served('needs-env.mjs');
    expect((await openRefused(wanting)).startup).toMatchObject({ outcome: 'needs_env', exitCode: 1 });
    const guarded = await served('http-wants-login.mjs');
    expect((await openRefused(guarded)).startup).toMatchObject({
      outcome: 'auth_required',
      advice: expect.stringMatching(/HTTP 401.*asked without credentials/),
    });
    const elsewhere = await served('sdk/v1-http.mjs', [], '/other');
    expect((await openRefused(elsewhere)).startup).toMatchObject({ outcome: 'not_mcp' });
  });
});

describe('calls over HTTP that fail', () => {
  const calling = (call: Parameters<typeof speak>[0][string]) => serveHttp(speak({ 'tools/call': call }));
  const outcomeOf = async (call: Parameters<typeof speak>[0][string], timeoutMs = limit) => {
    const server = await calling(call);
    const session = await openOk(remote(`${server.origin}/mcp`));
    return { outcome: await callTool(session, 'tell', {}, timeoutMs), session };
  };

  test('a connection that is dropped', async () => {
    const { outcome, session } = await outcomeOf((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"jsonrpc"', () => response.destroy());
      return null;
    });
    expect(outcome).toMatchObject({ kind: 'lost', reason: expect.stringMatching(/connection to .* was dropped/) });
    expect(session.alive).toBe(true);
  });

  test('a stream that ends without the answer', async () => {
    const { outcome } = await outcomeOf((_, response) => {
      stream(response)({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'a' } });
      response.end();
      return null;
    });
    expect(outcome).toMatchObject({
      kind: 'protocolError',
      code: 0,
      message: expect.stringContaining('ended the stream'),
      heard: { logs: [{ data: 'a' }] },
    });
  });

  test.for(['application/json', 'text/event-stream'])('%s without end, in flat memory', async (type) => {
    const growth = await memoryGrowth(async () => {
      const { outcome } = await outcomeOf((_, response) => {
        response.writeHead(200, { 'content-type': type });
        const chunk = `${type === 'application/json' ? '' : 'data: '}${'x'.repeat(64 * 1024)}`;
        const write = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', write);
        write();
        return null;
      });
      expect(outcome).toMatchObject({ kind: 'protocolError', message: expect.stringContaining('more than 16 MiB') });
    });
    expect(growth).toBeLessThan(250 * 1024 * 1024);
  });

  test('events without end and without an answer are left at the timeout', async () => {
    const { outcome, session } = await outcomeOf((_, response) => {
      const send = stream(response);
      const timer = setInterval(() => send({ jsonrpc: '2.0', method: 'notifications/x' }), 5);
      response.on('close', () => clearInterval(timer));
      return null;
    }, 500);
    expect(outcome).toMatchObject({ kind: 'timeout' });
    expect(session.alive).toBe(true);
  });

  test('a stream that stays open after the answer is left', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<boolean>();
    const { outcome } = await outcomeOf(({ message }, response) => {
      stream(response)({ jsonrpc: '2.0', id: message['id'], result: text('ok') });
      response.on('close', () => resolve(true));
      return null;
    });
    expect(textOf(outcome)).toBe('ok');
    expect(await closed).toBe(true);
  });

  test.for([
    [401, 'protocolError', /401/],
    [500, 'protocolError', /500/],
    [503, 'lost', /503/],
  ] as const)('a status of %i', async ([status, kind, said]) => {
    const { outcome } = await outcomeOf((_, response) => {
      response.writeHead(status).end();
      return null;
    });
    expect(outcome.kind).toBe(kind);
    expect(JSON.stringify(outcome)).toMatch(said);
  });

  test('an error in a body counts more than its status, and may lack the id', async () => {
    const { outcome } = await outcomeOf((_, response) => {
      json(response, { jsonrpc: '2.0', id: null, error: { code: -32602, message: 'Bad' } }, 400);
      return null;
    });
    expect(outcome).toMatchObject({ kind: 'protocolError', code: -32602, message: 'Bad' });
  });

  test('a server that asks without end is left', async () => {
    const { outcome, session } = await outcomeOf((_, response) => {
      const send = stream(response);
      for (let index = 0; index < 500; index++) send({ jsonrpc: '2.0', id: `q${index}`, method: 'roots/list' });
      return null;
    });
    expect(outcome).toMatchObject({ kind: 'closed', reason: expect.stringContaining('asks faster') });
    expect(session.alive).toBe(false);
  });

  test('an abort ends it', async () => {
    const controller = new AbortController();
    const server = await calling(() => delay(60_000, null, { ref: false }));
    const session = await openOk(remote(`${server.origin}/mcp`), { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    expect(await callTool(session, 'tell', {}, limit)).toMatchObject({ kind: 'aborted' });
  });
});
