import { describe, expect, test } from 'vitest';
import type { HttpAuth, HttpEndpoint } from '../../src/mcp/model.ts';
import { json, remote, type Seen, serveHttp, speak } from './http-servers.ts';
import { callTool, openOk, openRefused } from './servers.ts';

const limit = 20_000;
const clientSecret = 'the-secret-of-the-client';
const credentials = (tokenUrl: string | null): HttpAuth => ({
  kind: 'clientCredentials',
  tokenUrl,
  clientId: 'tester',
  clientSecret,
  scope: 'tools',
});

/** A server that wants the newest token of its own token endpoint; `metadata` says what it tells about itself. */
async function guarded(metadata: (origin: string) => object = (origin) => ({ token_endpoint: `${origin}/token` })) {
  let issued = 0;
  let expiresIn: number | undefined;
  const state = { refuse: false, expire: () => void issued++, expireIn: (seconds: number) => (expiresIn = seconds) };
  const mcp = speak({
    'tools/call': ({ headers }) => ({ content: [{ type: 'text', text: headers['authorization'] }] }),
  });
  const server = await serveHttp((seen, response) => {
    const issuer = `${server.origin}/`;
    if (seen.path.startsWith('/.well-known/oauth-protected-resource')) {
      return json(response, {
        resource: `${server.origin}/mcp`,
        authorization_servers: [issuer],
        ...metadata(server.origin),
      });
    }
    if (seen.path.startsWith('/.well-known/oauth-authorization-server')) {
      const endpoints = { authorization_endpoint: `${issuer}authorize`, response_types_supported: ['code'] };
      return json(response, { issuer, ...endpoints, ...metadata(server.origin) });
    }
    if (seen.path === '/token') {
      if (state.refuse) return json(response, { error: 'invalid_client', error_description: `${clientSecret}?` }, 401);
      issued++;
      return json(response, { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: expiresIn });
    }
    if (seen.headers['authorization'] !== `Bearer token-${issued}`) {
      return response
        .writeHead(401, { 'www-authenticate': `Bearer error="${String(seen.headers['authorization'])}"` })
        .end();
    }
    return mcp(seen, response);
  });
  return { ...server, state };
}

const tokensAsked = (seen: readonly Seen[]) => seen.filter(({ path }) => path === '/token');
const open = (origin: string, more: Partial<HttpEndpoint>) => remote(`${origin}/mcp`, more);

describe('a bearer token', () => {
  test('goes with every request, and never into a sentence', async () => {
    const token = 'bearer-value-123';
    const server = await serveHttp((seen, response) => {
      if (seen.headers['authorization'] === `Bearer ${token}`) return speak({})(seen, response);
      const echo = `Bearer error="${seen.headers['authorization']}"`;
      return response.writeHead(401, { 'www-authenticate': echo }).end();
    });
    await openOk(open(server.origin, { auth: { kind: 'bearer', token } }));
    expect((await openRefused(open(server.origin, {}))).startup).toMatchObject({
      outcome: 'auth_required',
      advice: expect.stringContaining('give it credentials'),
    });
    expect(
      (await openRefused(open(server.origin, { auth: { kind: 'bearer', token: 'wrong-one' } }))).startup,
    ).toMatchObject({
      outcome: 'auth_required',
      advice: expect.stringMatching(/error="Bearer \[secret\]".*were not accepted/),
    });
  });

  test('is taken out of whatever the server echoes', async () => {
    const token = 'bearer/value+123';
    const header = 'header-value-456';
    const server = await serveHttp((seen, response) => {
      const echo = `${token} ${encodeURIComponent(token)} ${header}`;
      if (seen.message['method'] === 'tools/call') {
        return json(response, {
          jsonrpc: '2.0',
          id: seen.message['id'],
          error: { code: 1, message: echo, data: [{ [token]: token }] },
        });
      }
      if (seen.message['method'] === 'tools/list')
        return response.writeHead(500, { 'content-type': 'text/plain' }).end(echo);
      return speak({})(seen, response);
    });
    const endpoint = { auth: { kind: 'bearer', token } as const, headers: { 'X-Key': header } };
    const session = await openOk(open(server.origin, endpoint));
    const outcome = await callTool(session, 'tell', {}, limit);
    expect(outcome).toMatchObject({ kind: 'protocolError', data: [{ '[secret]': '[secret]' }] });
    expect(JSON.stringify(outcome)).not.toContain('bearer');
    const findings = JSON.stringify(session.findings());
    expect(findings).toContain('[secret] [secret] [secret]');
    expect(findings).not.toMatch(/bearer|header-value/);
  });
});

describe('client credentials', () => {
  test('bring a token, by the metadata of the server', async () => {
    const server = await guarded();
    const session = await openOk(open(server.origin, { auth: credentials(null) }));
    const [asked] = tokensAsked(server.seen);
    const basic = Buffer.from(`tester:${clientSecret}`).toString('base64');
    expect(asked?.headers['authorization']).toBe(`Basic ${basic}`);
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'tools',
      resource: `${server.origin}/mcp`,
    });
    expect(tokensAsked(server.seen)).toHaveLength(1);
    // The token is a secret as well, and nobody else knows it.
    expect(await callTool(session, 'tell', {}, limit)).toMatchObject({
      result: { content: [{ text: 'Bearer [secret]' }] },
    });
  });

  test('bring another one when a token is refused, or has nearly expired', async () => {
    const server = await guarded();
    const session = await openOk(open(server.origin, { auth: credentials(`${server.origin}/token`) }));
    server.state.expire();
    server.state.expireIn(0);
    expect(await callTool(session, 'tell', {}, limit)).toMatchObject({ kind: 'result' });
    expect(tokensAsked(server.seen)).toHaveLength(2);
    expect(await callTool(session, 'tell', {}, limit)).toMatchObject({ kind: 'result' });
    expect(tokensAsked(server.seen)).toHaveLength(3);
  });

  test('refused ones are told without what the endpoint said', async () => {
    const server = await guarded();
    server.state.refuse = true;
    const { startup } = await openRefused(open(server.origin, { auth: credentials(null) }));
    expect(startup).toMatchObject({ outcome: 'auth_required', advice: expect.stringMatching(/invalid_client: check/) });
    expect(JSON.stringify(startup)).not.toContain(clientSecret);
  });

  test.for([
    ['another host', () => ({ token_endpoint: 'https://thief.example.com/token' })],
    ['another host without TLS', () => ({ token_endpoint: 'http://thief.example.com/token' })],
    ['a host that only looks the same', () => ({ token_endpoint: 'https://127.0.0.1.example.com/token' })],
    ['an authorization server elsewhere', () => ({ authorization_servers: ['https://thief.example.com'] })],
  ] as const)('are not shown to %s', async ([, metadata]) => {
    const server = await guarded(metadata);
    const { startup } = await openRefused(open(server.origin, { auth: credentials(null) }));
    expect(startup).toMatchObject({
      outcome: 'auth_required',
      advice: expect.stringMatching(/example\.com.*secret was not sent there.*`tokenUrl`/),
    });
    expect(tokensAsked(server.seen)).toEqual([]);
  });

  test('are not sent unencrypted, nor after a redirect', async () => {
    const plain = await openRefused(open('http://127.0.0.1:1', { auth: credentials('http://auth.example.com/token') }));
    expect(plain.startup).toMatchObject({ outcome: 'auth_required', advice: expect.stringContaining('https') });
    const thief = await serveHttp((_, response) => response.writeHead(200).end());
    const server = await serveHttp((_, response) =>
      response.writeHead(307, { location: `${thief.origin}/token` }).end(),
    );
    const moved = await openRefused(open(server.origin, { auth: credentials(`${server.origin}/token`) }));
    expect(moved.startup.outcome).toBe('auth_required');
    expect(thief.seen).toEqual([]);
  });

  test('without any metadata, the address is asked for', async () => {
    const server = await serveHttp((_, response) => response.writeHead(404).end());
    const { startup } = await openRefused(open(server.origin, { auth: credentials(null) }));
    expect(startup).toMatchObject({
      outcome: 'auth_required',
      advice: expect.stringMatching(/could not be found.*`tokenUrl`/),
    });
  });
});
