import type { IncomingMessage, RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import { heard, say, tunnel } from './wire.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(async () => bench.close());
const echo = (client: Socket) => void client.pipe(client);

describe('a plain request through the proxy of a build', () => {
  it('reaches a listed host without what is between client and proxy, and so does the answer', async () => {
    const asked: IncomingMessage[] = [];
    const port = await bench.opened.http((request, response) => {
      asked.push(request);
      response.setHeader('Connection', 'close, X-Hop');
      response.setHeader('X-Hop', 'a');
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.setHeader('Proxy-Authenticate', 'Basic');
      response.end('the file');
    });
    const proxy = await bench.open([`mirror.example:${port}`]);
    const headers =
      'Proxy-Authorization: Basic bWU6eA==\r\nTE: trailers\r\nX-Own: b\r\nAccept: x\r\nRange: bytes=0-9\r\n';
    const answer = await say(
      bench.socket,
      `GET http://mirror.example:${port}/dists/a?b=c HTTP/1.1\r\nHost: pypi.org\r\nConnection: close, X-Own\r\n${headers}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/u);
    expect(answer).toMatch(/Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n/iu);
    expect(answer).not.toMatch(/x-hop|proxy-auth/iu);
    expect(answer).toMatch(/the file/u);
    const [request] = asked;
    expect(request?.url).toBe('/dists/a?b=c');
    expect(request?.headers).toEqual({
      accept: 'x',
      range: 'bytes=0-9',
      host: `mirror.example:${port}`,
      connection: 'close',
    });
    expect(bench.lookedUp).toEqual(['mirror.example']);
    expect(proxy.faults).toEqual([]);
    expect([...proxy.refused]).toEqual([]);
  });

  it('may be many on one connection', async () => {
    const port = await bench.opened.http((request, response) => response.end(`<${request.method} ${request.url}>`));
    await bench.open([`127.0.0.1:${port}`]);
    const one = (path: string, last: boolean) =>
      `GET http://127.0.0.1:${port}${path} HTTP/1.1\r\nHost: x\r\nConnection: ${last ? 'close' : 'keep-alive'}\r\n\r\n`;
    const answer = await say(bench.socket, one('/a', false) + one('', false) + one('?q#fragment', true));
    expect(answer.match(/<[^>]*>/gu)).toEqual(['<GET /a>', '<GET />', '<GET /?q>']);
  });

  it('is answered by HEAD without a body', async () => {
    const port = await bench.opened.http((_, response) => response.writeHead(200, { 'content-length': 7 }).end());
    await bench.open([`127.0.0.1:${port}`]);
    const answer = await bench.get(`http://127.0.0.1:${port}/`, '', 'HEAD');
    expect(answer).toMatch(/content-length: 7\r\n/u);
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('may not be %s', async (method) => {
    let asked = 0;
    const port = await bench.opened.http((_, response) => response.end(`${++asked}`));
    await bench.open([`127.0.0.1:${port}`]);
    expect(await bench.get(`http://127.0.0.1:${port}/`, '', method)).toMatch(
      /^HTTP\/1\.1 405 only GET and HEAD are allowed/u,
    );
    expect(asked).toBe(0);
  });

  it('does not become a WebSocket', async () => {
    const port = await bench.opened.http((request, response) => response.end(`<${request.headers.upgrade ?? 'none'}>`));
    await bench.open([`127.0.0.1:${port}`]);
    expect(await bench.get(`http://127.0.0.1:${port}/`, 'Upgrade: websocket\r\n')).toMatch(/<none>/u);
  });

  it('notes an answer of 500 and above until there is a better one', async () => {
    let status = 503;
    const port = await bench.opened.http((_, response) => response.writeHead(status).end('no'));
    const proxy = await bench.open([`127.0.0.1:${port}`]);
    const url = `http://127.0.0.1:${port}/a`;
    expect(await bench.get(url)).toMatch(/^HTTP\/1\.1 503 /u);
    expect(await bench.get(url)).toMatch(/^HTTP\/1\.1 503 /u);
    expect(proxy.faults).toEqual([`127.0.0.1:${port} answers HTTP 503 for /a`]);
    status = 404;
    expect(await bench.get(url)).toMatch(/^HTTP\/1\.1 404 /u);
    expect(proxy.faults).toEqual([]);
  });

  it.each<[string, RequestListener, RegExp]>([
    ['hangs', () => {}, /no answer within 0\.3 s$/u],
    ['leaves', (request) => request.socket.destroy(), /could not be reached: socket hang up$/u],
    ['speaks no HTTP', (request) => void request.socket.end('SSH-2.0-x\r\n'), /could not be reached: Parse Error/u],
    [
      'has too many headers',
      (_, response) => response.setHeader('x', 'y'.repeat(20_000)).end(),
      /could not be reached: Parse Error: Header overflow/u,
    ],
  ])('says that a server %s, and notes it', async (_, answer, fault) => {
    const port = await bench.opened.http(answer);
    const proxy = await bench.open([`127.0.0.1:${port}`], { limits: { idleMs: 300 } });
    const reason = `127.0.0.1:${port} could not be reached`;
    expect(await bench.get(`http://127.0.0.1:${port}/`)).toMatch(new RegExp(`^HTTP/1\\.1 502 ${reason}\r\n`, 'u'));
    expect(proxy.faults).toEqual([expect.stringMatching(fault)]);
  });

  it('is cut off where the server stops midway, and that is noted', async () => {
    const port = await bench.opened.http((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setTimeout(() => response.destroy(), 100);
    });
    const proxy = await bench.open([`127.0.0.1:${port}`]);
    expect(await bench.get(`http://127.0.0.1:${port}/`)).toMatch(/\r\n\r\nhalf$/u);
    await expect.poll(() => proxy.faults).toEqual([`127.0.0.1:${port} broke off its answer: aborted`]);
  });

  it("is given up with its client, which is nobody's fault", async () => {
    const seen: string[] = [];
    const port = await bench.opened.http((request) => {
      seen.push('asked');
      request.socket.once('close', () => seen.push('closed'));
    });
    const proxy = await bench.open([`127.0.0.1:${port}`]);
    const client = connect(bench.socket);
    client.write(`GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
    await expect.poll(() => seen).toEqual(['asked']);
    client.destroy();
    await expect.poll(() => seen).toEqual(['asked', 'closed']);
    expect(proxy.faults).toEqual([]);
  });
});

describe('what the proxy of a build refuses', () => {
  it.each(['evil.example:443', '127.0.0.1:443', '[::1]:443', '169.254.169.254:80', 'pypi.org:22', 'www.pypi.org:443'])(
    'is a tunnel to %s, with the host and the remedy in the reason and the body',
    async (authority) => {
      const proxy = await bench.open([]);
      const sentence = `${authority} is not among the hosts of this build: add it under build.hosts`;
      const answer = await bench.dial(authority);
      expect(answer.startsWith(`HTTP/1.1 403 ${sentence}\r\n`)).toBe(true);
      expect(answer.endsWith(`\r\n\r\n${sentence}\n`)).toBe(true);
      expect((await bench.get(`http://${authority}/`)).startsWith(`HTTP/1.1 403 ${sentence}\r\n`)).toBe(true);
      expect([...proxy.refused]).toEqual([authority]);
      expect(bench.lookedUp).toEqual([]);
      expect(proxy.faults).toEqual([]);
    },
  );

  it.each([
    'pypi.org.:443',
    'pypi.org',
    'pypi.org:',
    'me@pypi.org:443',
    'evil.example:443@pypi.org:443',
    'pypi.org%00.evil.example:443',
    '[::1%25lo]:443',
    'http://pypi.org:443',
    '/',
    '*',
  ])('is a tunnel to %s', async (authority) => {
    const proxy = await bench.open(['evil.example']);
    expect(await bench.dial(authority)).toMatch(/^HTTP\/1\.1 400 /u);
    expect(bench.lookedUp).toEqual([]);
    expect([...proxy.refused]).toEqual([]);
  });

  it.each([
    '/',
    '/pypi.org/',
    'https://pypi.org/',
    'ftp://pypi.org/',
    'http:///pypi.org/',
    'http:pypi.org/',
    'http://pypi.org./',
    'http://pypi.org:/',
    'http://me:secret@pypi.org/',
    'http://evil.example@pypi.org/',
    'http://pypi%2eorg/',
    'http://pypi.org\\@evil.example/',
  ])('is a request for %s', async (url) => {
    const proxy = await bench.open([]);
    expect(await bench.get(url)).toMatch(/^HTTP\/1\.1 400 /u);
    expect(bench.lookedUp).toEqual([]);
    expect([...proxy.refused]).toEqual([]);
  });

  it('is remembered as often as is of use', async () => {
    const proxy = await bench.open([]);
    for (let host = 0; host < 40; host++) await bench.dial(`host${host}.example:443`);
    expect([...proxy.refused]).toHaveLength(16);
    expect([...proxy.refused].slice(0, 2)).toEqual(['host0.example:443', 'host1.example:443']);
  });

  it('is a name of its own list that leads to this machine, unless it is listed', async () => {
    let asked = 0;
    const port = await bench.opened.tcp(() => void asked++);
    const proxy = await bench.open([`localhost:${port}`]);
    for (const answer of [await bench.dial('pypi.org:443'), await bench.get('http://deb.debian.org/')]) {
      expect(answer).toMatch(
        /^HTTP\/1\.1 403 \S+ is at no public address: if that is meant, add it under build\.hosts/u,
      );
    }
    expect(proxy.faults).toEqual([
      'pypi.org leads to 127.0.0.1, which is not public',
      'deb.debian.org leads to 127.0.0.1, which is not public',
    ]);
    expect([...proxy.refused]).toEqual([]);
    (await tunnel(bench.socket, `localhost:${port}`)).destroy();
    expect(bench.lookedUp).toEqual(['pypi.org', 'deb.debian.org', 'localhost']);
    expect(asked).toBe(1);
  });

  it('is where a cloud answers its machines, which nobody may list', async () => {
    const proxy = await bench.open(['169.254.169.254', '[fd00:ec2::254]:80']);
    const asked = ['169.254.169.254:80', '[fd00:ec2::254]:80'];
    const answers = [
      await bench.dial('169.254.169.254:80'),
      await bench.dial('[fd00:ec2::254]:80'),
      await bench.get('http://169.254.169.254/latest/meta-data/'),
    ];
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 403 \S+ is where this machine asks about itself/u);
    }
    expect(proxy.faults).toEqual(
      ['169.254.169.254', 'fd00:ec2::254'].map((host) => `${host} is where this machine asks about itself`),
    );
    expect(asked.filter((each) => proxy.refused.has(each))).toEqual([]);
  });

  it('is garbage, and it goes on', async () => {
    const port = await bench.opened.tcp(echo);
    const proxy = await bench.open([`127.0.0.1:${port}`]);
    const garbage = [
      '\u0000\u0001\u0002\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001',
      'GET\r\n\r\n',
      'CONNECT\r\n\r\n',
      'CONNECT  HTTP/1.1\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ];
    for (const words of garbage) expect(await say(bench.socket, words)).toMatch(/^(?:HTTP\/1\.1 400 |$)/u);
    // May be hung up on before all of it is written.
    expect(await say(bench.socket, Buffer.alloc(100_000, 0xff))).toMatch(/^(?:HTTP\/1\.1 400 |$)/u);
    const huge = `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`;
    expect(await say(bench.socket, huge)).toMatch(/^HTTP\/1\.1 431 /u);
    expect(await say(bench.socket, `GET http://pypi.org/${'y'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /u,
    );
    const client = await tunnel(bench.socket, `127.0.0.1:${port}`);
    client.end('still there');
    expect(await heard(client)).toBe('still there');
    expect(proxy.faults).toEqual([]);
  });
});
