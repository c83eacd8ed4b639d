import { request } from 'node:http';
import { connect } from 'node:net';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bridge } from '../../src/sandbox/bridge.ts';
import { PodmanFailed } from '../../src/sandbox/errors.ts';
import type { ContainerRequest } from '../../src/sandbox/sandbox.ts';
import { leftovers } from '../action/leftovers.ts';
import { node, type OpenedSandbox, openSandbox, firstOutput } from './sandbox-fixture.ts';

const httpServer = (port: number, host = '127.0.0.1') => `
  const http = require('node:http');
  http.createServer((asked, answer) => {
    if (asked.url === '/stream') { answer.write('first\\n'); asked.on('close', () => console.log('reader gone')); return; }
    answer.end(asked.method + ' ' + asked.url + ' ' + process.getuid());
  }).listen(${port}, '${host}', () => console.log('up'));`;

describe('the bridge', () => {
  let opened: OpenedSandbox;
  let bridge: Bridge;
  beforeAll(async () => {
    opened = await openSandbox();
    bridge = await Bridge.open(opened.sandbox, { label: 'test', ports: [3000, 3001, 3002], timeoutSeconds: 120 });
  });
  afterAll(async () => opened.sweep());

  const requestOf = (script: string, more: Partial<ContainerRequest> = {}): ContainerRequest => ({
    phase: 'run',
    label: 'test',
    image: opened.sandbox.hostImage,
    uid: opened.sandbox.nextUid(),
    command: node(script),
    workdir: '/home/user',
    volumes: [],
    joins: bridge.container,
    resources: { cpus: 0.5, memory: 512 * 1024 ** 2, pids: 256, disk: 64 * 1024 ** 2 },
    timeoutSeconds: 60,
    ...more,
  });
  const listen = async (script: string) => {
    const started = opened.sandbox.start(requestOf(script));
    await firstOutput(started);
    return started;
  };
  const inside = async (expression: string, more: Partial<ContainerRequest> = {}): Promise<unknown> => {
    const program = `const net = require('node:net'), fs = require('node:fs'), dns = require('node:dns/promises');
      const dial = (to) => new Promise((resolve) => {
        const socket = net.connect(to, () => { socket.destroy(); resolve('connected'); }).on('error', (error) => resolve(error.code));
      });
      const attempt = (work) => { try { return work(); } catch (error) { return error.code; } };
      (async () => console.log(JSON.stringify(await (${expression}))))();`;
    const result = await opened.sandbox.run(requestOf(program, more));
    expect(result.stderr).toBe('');
    return JSON.parse(result.stdout);
  };
  const get = (port: number, path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      request({ socketPath: bridge.socketOf(port), path }, (answer) => void text(answer).then(resolve, reject))
        .on('error', reject)
        .end();
    });

  it('passes HTTP on to a server in its namespace, and says which ports are open', async () => {
    expect(await bridge.isOpen(3000)).toBe(false);
    await expect(get(3000, '/')).rejects.toThrow(/hang up|reset|EPIPE/u);
    const server = await listen(httpServer(3000));
    expect(await bridge.isOpen(3000)).toBe(true);
    expect(await get(3000, '/mcp')).toMatch(/^GET \/mcp 1\d+$/u);
    expect(await Promise.all([1, 2, 3, 4].map((n) => get(3000, `/${n}`)))).toHaveLength(4);
    server.kill();
    await server.exited;
    expect(await bridge.isOpen(3000)).toBe(false);
  });

  it('finds a server that listens on IPv6 alone', async () => {
    const server = await listen(httpServer(3001, '::1'));
    expect(await bridge.isOpen(3001)).toBe(true);
    expect(await get(3001, '/')).toContain('GET /');
    server.kill();
    await server.exited;
  });

  it('tells the server when a reader has gone, and passes a stream on as it comes', async () => {
    const server = await listen(httpServer(3002));
    const gone = new Promise((resolve) => server.stdout.once('data', (chunk) => resolve(String(chunk))));
    const first = await new Promise((resolve, reject) => {
      const asked = request({ socketPath: bridge.socketOf(3002), path: '/stream' }, (answer) =>
        answer.once('data', (chunk) => {
          asked.destroy();
          resolve(String(chunk));
        }),
      ).on('error', reject);
      asked.end();
    });
    expect(first).toBe('first\n');
    expect(await gone).toContain('reader gone');
    server.kill();
    await server.exited;
  });

  it('bounds the connections to a port', async () => {
    const server = await listen(httpServer(3000));
    const sockets = Array.from({ length: 80 }, () => connect(bridge.socketOf(3000)));
    const closed = await new Promise<number>((resolve) => {
      let count = 0;
      for (const socket of sockets) socket.on('error', () => {}).once('close', () => ++count === 16 && resolve(count));
    });
    expect(closed).toBe(16);
    for (const socket of sockets) socket.destroy();
    server.kill();
    await server.exited;
  });

  it('leads nowhere: no other interface, no way out, no sight of its sockets', async () => {
    const sockets = dirname(bridge.socketOf(3000));
    expect(readdirSync(sockets).sort()).toEqual(['3000.sock', '3001.sock', '3002.sock', 'control.sock']);
    expect(
      await inside(`(async () => ({
        interfaces: Object.keys(require('node:os').networkInterfaces()),
        out: [await dial({ host: '1.1.1.1', port: 443 }), await dial({ host: '169.254.169.254', port: 80 })],
        sockets: attempt(() => fs.readdirSync('/run/bridge')), hosts: attempt(() => fs.readdirSync('${sockets}')),
        dial: await dial('/run/bridge/control.sock'),
        unix: fs.readFileSync('/proc/net/unix', 'utf8').includes('control.sock') ? (await dial('\\0/run/bridge/control.sock')) : 'unseen',
        bridges: fs.readdirSync('/proc').filter((name) => /^\\d+$/u.test(name) && fs.readFileSync('/proc/' + name + '/cmdline', 'utf8').split('\\0').includes('/opt/mcp-workflow/bridge.mjs')),
      }))()`),
    ).toEqual({
      interfaces: ['lo'],
      out: ['ENETUNREACH', 'ENETUNREACH'],
      sockets: 'ENOENT',
      hosts: 'ENOENT',
      dial: 'ENOENT',
      unix: 'ECONNREFUSED',
      bridges: [],
    });
  });

  it('keeps the namespaces of two servers apart', async () => {
    const server = await listen(httpServer(3000));
    const other = await Bridge.open(opened.sandbox, { label: 'other', ports: [3000], timeoutSeconds: 60 });
    expect(await inside(`dial({ host: '127.0.0.1', port: 3000 })`)).toBe('connected');
    expect(await inside(`dial({ host: '127.0.0.1', port: 3000 })`, { joins: other.container })).toBe('ECONNREFUSED');
    expect(await other.isOpen(3000)).toBe(false);
    await other.close();
    server.kill();
    await server.exited;
  });

  it('resolves localhost, and the names that it is given', async () => {
    const hosts = await opened.sandbox.hostsFile(['db', 'cache']);
    const looked = `Promise.all(['localhost', 'db', 'cache', 'sandbox'].map((name) => dns.lookup(name).then((found) => found.address)))`;
    expect(await inside(looked, { hostMounts: [hosts] })).toEqual(Array.from({ length: 4 }, () => '127.0.0.1'));
    expect(await inside(`dns.lookup('localhost').then((found) => found.address)`)).toBe('127.0.0.1');
    expect(await inside(`dns.lookup('elsewhere.example').catch((error) => error.code)`)).toMatch(
      /EAI_AGAIN|ENOTFOUND/u,
    );
  });

  it('takes all that joined it along when it is closed', async () => {
    const server = await listen(httpServer(3000));
    await bridge.close();
    await server.exited;
    expect(await bridge.isOpen(3000)).toBe(false);
    expect(leftovers([opened]).filter((line) => line.startsWith('container'))).toEqual([]);
    const late = await opened.sandbox.run(requestOf('1'));
    expect(late).toMatchObject({ ok: false, exitCode: 125 });
  });

  // One test each: where every container takes seconds, all of them together take longer than a hang may.
  it.each([0, 15, 30, 45, 60, 75, 90, 105])(
    'is gone when it is closed %i ms after what joined it was told to end by itself',
    async (ms) => {
      const other = await Bridge.open(opened.sandbox, { label: 'race', ports: [1], timeoutSeconds: 120 });
      const joined = Array.from({ length: 4 }, () =>
        opened.sandbox.start(
          requestOf(`console.log('up'); process.stdin.resume().on('end', () => process.exit())`, {
            joins: other.container,
          }),
        ),
      );
      await Promise.all(joined.map(firstOutput));
      for (const { stdin } of joined) stdin.end();
      await new Promise((resolve) => setTimeout(resolve, ms));
      await other.close();
      expect(leftovers([opened]).filter((line) => line.includes('-race'))).toEqual([]);
      await Promise.all(joined.map(({ exited }) => exited));
    },
  );

  it('says why it could not be opened', async () => {
    const options = { label: 'a name with spaces', ports: [1], timeoutSeconds: 10 };
    await expect(Bridge.open(opened.sandbox, options)).rejects.toThrow(PodmanFailed);
  });

  it('is swept with a server that still runs in it', async () => {
    for (const label of ['swept', 'swept-too']) {
      bridge = await Bridge.open(opened.sandbox, { label, ports: [3000], timeoutSeconds: 60 });
      await Promise.all([listen(httpServer(3000)), listen(httpServer(3001)), listen(httpServer(3002))]);
    }
    await opened.sweep();
    expect(leftovers([opened])).toEqual([]);
  });
});
