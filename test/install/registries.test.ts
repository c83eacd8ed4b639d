import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createSecureServer, type Server } from 'node:https';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistryGateway, socketName } from '../../src/install/gateway.ts';
import { renameTarballs } from '../../src/install/packument.ts';
import { Routes, type ScopedRegistry } from '../../src/install/registries.ts';
import { readBody, Upstream } from '../../src/install/upstream.ts';
import { type Registry, startRegistry } from '../action/registry.ts';
import { startTokenRegistry, type TokenRegistry } from './token-registry.ts';

const acme = (url: string): ScopedRegistry => ({ scope: '@acme', url: new URL(url), token: 'sesame' });

describe('which registry a package is asked of', () => {
  const routes = new Routes(new URL('https://default.example/npm/'), [acme('https://private.example/base')]);

  it.each([
    ['/npm/plain', 'https://default.example/npm/plain'],
    ['/npm/@types%2fnode', 'https://default.example/npm/@types%2fnode'],
    ['/npm/@acme-not/x', 'https://default.example/npm/@acme-not/x'],
    ['/npm/@acme%2fx', 'https://private.example/base/@acme%2fx'],
    ['/npm/@ACME/x', 'https://private.example/base/@ACME/x'],
    ['/npm/%40acme%2fx?a=1', 'https://private.example/base/%40acme%2fx?a=1'],
    ['/@acme/x/-/x-1.0.0.tgz', 'https://private.example/base/@acme/x/-/x-1.0.0.tgz'],
    ['/base/@acme/x/-/x-1.0.0.tgz', 'https://private.example/base/@acme/x/-/x-1.0.0.tgz'],
    ['/npm/plain/../@acme/x', 'https://private.example/base/@acme/x'],
    ['/npm/plain/%2e%2e/@acme/x', 'https://private.example/base/@acme/x'],
    // As lock files record it of registries that have tarballs elsewhere.
    ['/download/@acme/x/1.0.0/0123', 'https://private.example/download/@acme/x/1.0.0/0123'],
    ['/npm//evil.example/@acme/x', 'https://private.example/npm//evil.example/@acme/x'],
  ])('%s: %s', (path, expected) => {
    const { url, scoped } = routes.route(path);
    expect(url.href).toBe(expected);
    expect(scoped?.scope ?? null).toBe(expected.startsWith('https://private') ? '@acme' : null);
  });

  it.each(['https://evil.example/@acme/x', '//evil.example/plain', 'http://default.example/npm/plain'])(
    '%s lies in none',
    (path) => expect(() => routes.route(path)).toThrow('does not lie in the registry'),
  );
});

describe('a package document', () => {
  const document = {
    name: 'x',
    versions: { '1.0.0': { dist: { tarball: 'https://a.example/x.tgz', integrity: 'i' } } },
  };
  const rename = (tarball: URL) => `http://gateway${tarball.pathname}`;

  it.each([
    ['plain', undefined, Buffer.from(JSON.stringify(document))],
    ['packed', 'gzip', gzipSync(JSON.stringify(document))],
  ])('that is %s names the gateway, and is otherwise as it was', (_, encoding, body) => {
    const renamed = JSON.parse(String(renameTarballs(body, encoding, rename)));
    expect(renamed).toEqual({
      name: 'x',
      versions: { '1.0.0': { dist: { tarball: 'http://gateway/x.tgz', integrity: 'i' } } },
    });
  });

  it.each(['', '[]', '{', '{"versions":7}', 'null'])('that is none is passed on: %j', (text) => {
    expect(renameTarballs(Buffer.from(text), undefined, rename)).toBeNull();
  });

  it('with nonsense in it is renamed where it makes sense', () => {
    const odd = { versions: { a: null, b: { dist: 7 }, c: { dist: { tarball: 'no address' } }, d: { dist: {} } } };
    expect(JSON.parse(String(renameTarballs(Buffer.from(JSON.stringify(odd)), undefined, rename)))).toEqual(odd);
  });
});

describe('a scope with a registry of its own', () => {
  const library = (name: string) => ({ manifest: { name, version: '1.0.0' }, files: {} });
  const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-gateway-'));
  let open: Registry;
  let closed: TokenRegistry;
  let upstream: Upstream;
  let gateway: RegistryGateway;

  beforeAll(async () => {
    // A stranger's package of the same name is there to be taken.
    open = await startRegistry([library('plain'), library('@acme/x')]);
    closed = await startTokenRegistry([library('@acme/x'), library('plain')], 'sesame', { tarballsAt: 'files/' });
    const scopes = new Map([
      ['@acme', 'https://elsewhere.example/'],
      ['@other', 'https://elsewhere.example/'],
    ]);
    const registry = { url: new URL(open.url), ca: null, scopes };
    upstream = new Upstream(registry, {}, [acme(closed.url.href)]);
    gateway = await RegistryGateway.open(upstream, folder, { maxBytes: 1024 ** 2, renamesAll: false });
  });
  afterAll(async () => {
    upstream.close();
    await gateway.close();
    await open.close();
    await closed.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
      const options = { socketPath: join(folder, socketName), path, headers: { host: '127.0.0.1:4711', ...headers } };
      const asked = request(options, (answer) => {
        buffer(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
      });
      asked.on('error', reject).end();
    });

  it('is asked there, with the token, for documents and tarballs; nothing else is', async () => {
    const answer = await ask('/@acme%2fx');
    const tarball = new URL(JSON.parse(String(answer.body)).versions['1.0.0'].dist.tarball);
    expect(tarball.host).toBe('127.0.0.1:4711');
    expect(tarball.pathname).toMatch(/^\/@acme\/-\/elsewhere-[0-9a-f]{32}\.tgz$/u);
    expect((await ask(tarball.pathname)).body.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect((await ask('/plain')).status).toBe(200);
    expect(closed.requests).toEqual([
      { path: '/@acme/x', authorized: true },
      { path: '/files/@acme/x/-/x-1.0.0.tgz', authorized: true },
    ]);
    expect(open.requests).toEqual([{ line: 'GET /plain', authorization: undefined }]);
  });

  it('a client brings no credential of its own to either', async () => {
    const before = open.requests.length;
    await ask('/plain', { authorization: 'Bearer mine', cookie: 'a=b' });
    expect(open.requests.slice(before)).toEqual([{ line: 'GET /plain', authorization: undefined }]);
  });

  it('a scope that the machine alone has elsewhere is asked of nobody', async () => {
    const before = open.requests.length;
    expect((await ask('/@other/y')).status).toBe(502);
    expect(gateway.faults.at(-1)).toContain('list it under `registries`');
    expect(open.requests).toHaveLength(before);
  });

  it('a token that is not good for it is told, without the token', async () => {
    const wrong = new Upstream(upstream.registry, {}, [{ ...acme(closed.url.href), token: 'secret-but-wrong' }]);
    const other = mkdtempSync(join(tmpdir(), 'mcp-workflow-gateway-'));
    const opened = await RegistryGateway.open(wrong, other, { maxBytes: 1024 });
    await new Promise<void>((resolve) => {
      request({ socketPath: join(other, socketName), path: '/@acme/x' }, (answer) =>
        answer.resume().on('end', resolve),
      ).end();
    });
    expect(opened.faults[0]).toMatch(/refuses \/@acme\/x \(HTTP 401\): its token is not good for that/u);
    expect(opened.faults.join()).not.toContain('secret-but-wrong');
    await opened.close();
    wrong.close();
    rmSync(other, { recursive: true });
  });
});

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasOpenssl)('a redirect (skipped without openssl)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-tls-'));
  const seen: string[] = [];
  const servers: Server[] = [];
  let upstream: Upstream;

  beforeAll(async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
    execFileSync('openssl', [...args, ...subject], { stdio: 'ignore' });
    const tls = { key: readFileSync(key), cert: readFileSync(cert) };
    const start = async (name: string, location: (path: string) => string | null) => {
      const server = createSecureServer(tls, ({ url = '', headers }, response) => {
        seen.push(`${name} ${url} ${headers.authorization ?? '-'}`);
        const to = location(url);
        response.writeHead(to === null ? 200 : 302, to === null ? {} : { location: to }).end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(server);
      return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    };
    let home = '';
    const elsewhere = await start('elsewhere', (path) => (path === '/back' ? `${home}end` : null));
    const targets: Record<string, string> = {
      '/@acme/a': '/same',
      '/@acme/b': `${elsewhere}blob`,
      '/@acme/c': `${elsewhere}back`,
    };
    home = await start('home', (path) => targets[path] ?? null);
    const registry = { url: new URL('https://default.invalid/'), ca: tls.cert.toString(), scopes: new Map() };
    upstream = new Upstream(registry, {}, [acme(home)]);
  });
  afterAll(() => {
    upstream.close();
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });

  it('takes the token along on the same origin, and never to another, nor back from there', async () => {
    for (const path of ['/@acme/a', '/@acme/b', '/@acme/c']) await readBody(await upstream.get(path));
    expect(seen).toEqual([
      'home /@acme/a Bearer sesame',
      'home /same Bearer sesame',
      'home /@acme/b Bearer sesame',
      'elsewhere /blob -',
      'home /@acme/c Bearer sesame',
      'elsewhere /back -',
      'home /end -',
    ]);
  });
});
