import { once } from 'node:events';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import { heard, otherProxy, say, tunnel } from './wire.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(async () => bench.close());
const echo = (client: Socket) => void client.pipe(client);

describe('a tunnel through the proxy of a build', () => {
  it('passes on all, also what comes with the request, and lets either side be done first', async () => {
    const port = await bench.opened.tcp((client) => {
      let words = '';
      client.on('data', (chunk) => (words += String(chunk)));
      // Only when the client has said that it is done.
      client.once('end', () => client.end(`heard ${words}`));
    });
    const proxy = await bench.open([`127.0.0.1:${port}`]);
    const client = await tunnel(bench.socket, `127.0.0.1:${port}`, 'early ');
    client.end('late');
    expect(await heard(client)).toBe('heard early late');

    const said: string[] = [];
    const speaker = await bench.opened.tcp((server) => {
      server.end('goodbye');
      server.on('data', (chunk) => said.push(String(chunk))).once('end', () => said.push('end'));
    });
    await proxy.close();
    await bench.open([`127.0.0.1:${speaker}`]);
    const listener = await tunnel(bench.socket, `127.0.0.1:${speaker}`);
    await once(listener.resume(), 'end');
    listener.end('more');
    await expect.poll(() => said).toEqual(['more', 'end']);
  });

  it('says that nobody is there, and notes why until somebody is', async () => {
    const port = await bench.opened.tcp(echo);
    const proxy = await bench.open(['nobody.invalid', '127.0.0.1:1']);
    expect(await bench.dial('nobody.invalid:443')).toMatch(
      /^HTTP\/1\.1 502 nobody\.invalid:443 could not be reached\r\n/u,
    );
    expect(await bench.dial('127.0.0.1:1')).toMatch(/^HTTP\/1\.1 502 127\.0\.0\.1:1 could not be reached\r\n/u);
    expect(await bench.dial('127.0.0.1:1')).toMatch(/^HTTP\/1\.1 502 /u);
    expect(proxy.faults).toEqual([
      'nobody.invalid:443 could not be reached: getaddrinfo ENOTFOUND nobody.invalid',
      '127.0.0.1:1 could not be reached: connect ECONNREFUSED 127.0.0.1:1',
    ]);
    await proxy.close();
    let there = false;
    const later: LookupFunction = (_, options, done) =>
      there
        ? done(null, [{ address: '127.0.0.1', family: 4 }])
        : done(new Error(options.all === true ? 'not yet' : 'asked for one address'), []);
    const patient = await bench.open([`later.example:${port}`], { lookup: later });
    await bench.dial(`later.example:${port}`);
    expect(patient.faults).toEqual([`later.example:${port} could not be reached: not yet`]);
    there = true;
    (await tunnel(bench.socket, `later.example:${port}`)).destroy();
    expect(patient.faults).toEqual([]);
  });

  it('is not waited for where no address comes', async () => {
    const proxy = await bench.open(['slow.example'], { lookup: () => {}, limits: { connectMs: 200 } });
    expect(await bench.dial('slow.example:443')).toMatch(/^HTTP\/1\.1 502 /u);
    expect(proxy.faults).toEqual(['slow.example:443 could not be reached: no connection within 0.2 s']);
  });

  it('is not noted where its client has left before it was open', async () => {
    let answer = () => {};
    const slow: LookupFunction = (hostname, _, done) => {
      bench.lookedUp.push(hostname);
      answer = () => done(new Error('too late'), []);
    };
    const proxy = await bench.open(['slow.example'], { lookup: slow });
    const client = connect(bench.socket);
    client.write('CONNECT slow.example:443 HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => bench.lookedUp).toEqual(['slow.example']);
    await proxy.close();
    answer();
    expect(proxy.faults).toEqual([]);
  });

  it('ends with a server that resets it', async () => {
    const port = await bench.opened.tcp((server) => {
      server.write('half');
      setTimeout(() => server.resetAndDestroy(), 100);
    });
    await bench.open([`127.0.0.1:${port}`]);
    const client = await tunnel(bench.socket, `127.0.0.1:${port}`);
    expect(await heard(client)).toMatch(/^(?:half)?$/u);
  });

  it('ends for the server, too, when its client goes', async () => {
    const ended: string[] = [];
    const port = await bench.opened.tcp((server) => void server.resume().once('end', () => ended.push('closed')));
    await bench.open([`127.0.0.1:${port}`]);
    (await tunnel(bench.socket, `127.0.0.1:${port}`)).destroy();
    await expect.poll(() => ended).toEqual(['closed']);
  });

  it('ends when nothing is said, on both sides, half closed or not', async () => {
    const ended: string[] = [];
    const port = await bench.opened.tcp((server) => void server.resume().once('end', () => ended.push('server')));
    await bench.open([`127.0.0.1:${port}`], { limits: { idleMs: 300 } });
    const clients = [await tunnel(bench.socket, `127.0.0.1:${port}`), await tunnel(bench.socket, `127.0.0.1:${port}`)];
    clients[1]?.end('and now?');
    for (const client of clients) expect(await heard(client)).toBe('');
    await expect.poll(() => ended.length).toBe(2);
  });

  it('ends with the proxy, and so do those that are not open yet', async () => {
    const ended: string[] = [];
    const port = await bench.opened.tcp((server) => void server.resume().once('end', () => ended.push('server')));
    const hung = await bench.opened.http(() => {});
    const proxy = await bench.open([`127.0.0.1:${port}`, `127.0.0.1:${hung}`]);
    const clients = [await tunnel(bench.socket, `127.0.0.1:${port}`), await tunnel(bench.socket, `127.0.0.1:${port}`)];
    const waiting = [bench.get(`http://127.0.0.1:${hung}/`), say(bench.socket, 'CONNECT '), say(bench.socket, '')];
    const closed = clients.map(async (client) => heard(client));
    await proxy.close();
    expect(await Promise.all(closed)).toEqual(['', '']);
    expect(await Promise.all(waiting)).toEqual(['', '', '']);
    await expect.poll(() => ended).toEqual(['server', 'server']);
    expect(proxy.faults).toEqual([]);
    await proxy.close();
  });
});

describe('the limits of the proxy of a build', () => {
  it('end clients that do not say what they want, slowly or at all', async () => {
    await bench.open([], { limits: { requestMs: 300 } });
    const drip = connect({ path: bench.socket, allowHalfOpen: true });
    drip.on('error', () => {});
    drip.write('CONNECT pypi.org:443 HTTP/1.1\r\n');
    const timer = setInterval(() => drip.write('X: y\r\n'), 50);
    const silent = heard(connect({ path: bench.socket, allowHalfOpen: true }));
    const slow = await heard(drip);
    clearInterval(timer);
    expect(slow).toMatch(/^HTTP\/1\.1 408 |^$/u);
    expect(await silent).toMatch(/^HTTP\/1\.1 408 |^$/u);
  });

  it('hang up on clients that are too many, and let others in when some have gone', async () => {
    const port = await bench.opened.tcp(echo);
    await bench.open([`127.0.0.1:${port}`], { limits: { connections: 2 } });
    const clients = [await tunnel(bench.socket, `127.0.0.1:${port}`), await tunnel(bench.socket, `127.0.0.1:${port}`)];
    expect(await bench.dial(`127.0.0.1:${port}`)).toBe('');
    clients[0]?.destroy();
    await expect.poll(() => bench.dial('evil.example:443')).toMatch(/^HTTP\/1\.1 403 /u);
  });

  it('hang up on a client that asks for too much at once on one connection, and on that alone', async () => {
    let asked = 0;
    const hung = await bench.opened.http(() => void asked++);
    const port = await bench.opened.http((_, response) => response.end('still there'));
    const proxy = await bench.open([`127.0.0.1:${hung}`, `127.0.0.1:${port}`], { limits: { connections: 8 } });
    const one = `GET http://127.0.0.1:${hung}/ HTTP/1.1\r\nHost: x\r\n\r\n`;
    for (let turn = 0; turn < 3; turn++) expect(await say(bench.socket, one.repeat(500))).toBe('');
    expect(asked).toBeLessThanOrEqual(24);
    expect(await bench.get(`http://127.0.0.1:${port}/`)).toMatch(/still there/u);
    expect(proxy.faults).toEqual([]);
  });

  it.each(['down', 'up'])('cut off a tunnel that takes too much %s, and everything after it', async (direction) => {
    const big = Buffer.alloc(200_000);
    const port = await bench.opened.tcp((server) => void (direction === 'down' ? server.end(big) : server.resume()));
    const proxy = await bench.open([`127.0.0.1:${port}`], { maxBytes: 100_000 });
    const client = await tunnel(bench.socket, `127.0.0.1:${port}`);
    if (direction === 'up') client.write(big);
    const got = await heard(client);
    expect(got.length).toBeLessThanOrEqual(100_000);
    expect(proxy.tooLarge).toBe(true);
    expect(await bench.dial(`127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 507 the build has taken more than it may\r\n/u);
    expect(await bench.get('http://pypi.org/')).toMatch(/^HTTP\/1\.1 507 /u);
    expect(proxy.faults).toEqual([]);
  });

  it('count tunnels together, and let pass what is just enough', async () => {
    const port = await bench.opened.tcp(echo);
    const proxy = await bench.open([`127.0.0.1:${port}`], { maxBytes: 40 });
    for (const expected of [false, false, true]) {
      const client = await tunnel(bench.socket, `127.0.0.1:${port}`);
      client.end('0123456789');
      await heard(client);
      expect(proxy.tooLarge).toBe(expected);
    }
  });

  it('cut off a plain answer that is too large, and count what is asked with', async () => {
    const port = await bench.opened.http((_, response) => response.end('x'.repeat(200_000)));
    const proxy = await bench.open([`127.0.0.1:${port}`], { maxBytes: 100_000 });
    expect((await bench.get(`http://127.0.0.1:${port}/`)).length).toBeLessThan(101_000);
    expect(proxy.tooLarge).toBe(true);
    expect(proxy.faults).toEqual([]);
    await proxy.close();
    const small = await bench.open([`127.0.0.1:${port}`], { maxBytes: 1000 });
    await bench.get(`http://127.0.0.1:${port}/${'x'.repeat(1000)}`);
    expect(small.tooLarge).toBe(true);
  });
});

describe('the proxy of a build on a machine that has one itself', () => {
  const login = `Basic ${Buffer.from('me:se cret').toString('base64')}`;
  const proxied = (port: number, more: NodeJS.ProcessEnv = {}) => {
    const env = {
      HTTPS_PROXY: `http://me:se%20cret@127.0.0.1:${port}`,
      HTTP_PROXY: `http://127.0.0.1:${port}`,
      ...more,
    };
    return { env };
  };

  it('asks it for tunnels and plain requests, without asking for addresses', async () => {
    const port = await bench.opened.tcp((server) => {
      server.write('hello ');
      echo(server);
    });
    const other = await otherProxy(bench.opened, port);
    const proxy = await bench.open(['[::1]:8443'], proxied(other.port));
    for (const authority of ['pypi.org:443', '[::1]:8443']) {
      const client = await tunnel(bench.socket, authority, 'early ');
      client.write('late');
      client.end();
      expect(await heard(client)).toMatch(/^hello early /u);
    }
    expect(await bench.get('http://deb.debian.org/dists/')).toMatch(/by way of the other proxy/u);
    expect(await bench.get('http://deb.debian.org:443/')).toMatch(/by way of the other proxy/u);
    expect(other.asked).toEqual([
      `CONNECT pypi.org:443 pypi.org:443 ${login}`,
      `CONNECT [::1]:8443 [::1]:8443 ${login}`,
      'GET http://deb.debian.org/dists/ deb.debian.org -',
      'GET http://deb.debian.org:443/ deb.debian.org:443 -',
    ]);
    expect(bench.lookedUp).toEqual([]);
    expect(await bench.dial('evil.example:443')).toMatch(/^HTTP\/1\.1 403 evil\.example:443 is not among/u);
    expect(other.asked).toHaveLength(4);
    expect(proxy.faults).toEqual([]);
  });

  it('does not ask it for what NO_PROXY names', async () => {
    const port = await bench.opened.tcp(echo);
    const other = await otherProxy(bench.opened, port);
    await bench.open([`near.example:${port}`], proxied(other.port, { NO_PROXY: '.near.example,pypi.org' }));
    const client = await tunnel(bench.socket, `near.example:${port}`);
    client.end('near');
    expect(await heard(client)).toBe('near');
    // Asked for directly, its address counts again.
    expect(await bench.dial('pypi.org:443')).toMatch(/^HTTP\/1\.1 403 pypi\.org:443 is at no public address/u);
    expect(other.asked).toEqual([]);
    expect(bench.lookedUp).toEqual(['near.example', 'pypi.org']);
  });

  it.each([403, 407, 502, 503])('notes that it answers HTTP %s, without its login', async (status) => {
    const other = await otherProxy(bench.opened, 1, status);
    const proxy = await bench.open([], proxied(other.port));
    expect(await bench.dial('pypi.org:443')).toMatch(/^HTTP\/1\.1 502 pypi\.org:443 could not be reached\r\n/u);
    expect(await bench.get('http://deb.debian.org/')).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status === 407 ? 502 : status} `, 'u'),
    );
    expect(proxy.faults[0]).toBe(
      `the proxy 127.0.0.1:${other.port} of this machine answers HTTP ${status} for pypi.org:443`,
    );
    expect(proxy.faults).toHaveLength(status === 403 ? 1 : 2);
    expect(proxy.faults.join('')).not.toMatch(/cret|Basic/u);
  });

  it.each([
    ['is not there', async () => 1, /by the proxy 127\.0\.0\.1:1 of this machine: connect ECONNREFUSED/u],
    ['hangs', async () => bench.opened.tcp(() => {}), /of this machine: no answer within 0\.3 s/u],
    ['speaks no HTTP', async () => bench.opened.tcp((client) => void client.end('SSH-2.0-x\r\n')), /: Parse Error/u],
    [
      'leaves',
      async () => bench.opened.tcp((client) => void client.destroy()),
      /: (?:socket hang up|read ECONNRESET)/u,
    ],
  ])('notes that it %s', async (_, start, fault) => {
    const proxy = await bench.open([], { ...proxied(await start()), limits: { connectMs: 300, idleMs: 300 } });
    expect(await bench.dial('pypi.org:443')).toMatch(/^HTTP\/1\.1 502 pypi\.org:443 could not be reached\r\n/u);
    expect(await bench.get('http://deb.debian.org/')).toMatch(/^HTTP\/1\.1 502 /u);
    expect(proxy.faults).toEqual([expect.stringMatching(fault), expect.stringMatching(fault)]);
  });

  it('ends tunnels through it with the build', async () => {
    const ended: string[] = [];
    const port = await bench.opened.tcp((server) => void server.resume().once('end', () => ended.push('server')));
    const other = await otherProxy(bench.opened, port);
    const proxy = await bench.open([], proxied(other.port));
    await tunnel(bench.socket, 'pypi.org:443');
    await proxy.close();
    await expect.poll(() => ended).toEqual(['server']);
  });

  it('is not opened where that is no proxy, or a listed host is none', async () => {
    await expect(bench.open([], { env: { HTTPS_PROXY: 'socks5://127.0.0.1:1' } })).rejects.toThrow(
      /^HTTPS_PROXY of this machine is not the address of/u,
    );
    await expect(bench.open(['https://pypi.org'])).rejects.toThrow(
      '"https://pypi.org" under `build.hosts` is no host and no host:port',
    );
  });
});
