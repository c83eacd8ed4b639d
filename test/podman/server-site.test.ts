import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerConfig, WorkFolder } from '../../src/config/model.ts';
import type { Reach } from '../../src/mcp/model.ts';
import { type ServerPlace, ServerSite } from '../../src/workflow/server-site.ts';
import { leftovers } from '../action/leftovers.ts';
import {
  node,
  type OpenedSandbox,
  openSandbox,
  outputOf,
  serverConfig,
  serviceConfig,
  siteOptions,
  firstOutput,
} from './sandbox-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-site-'));
const work: WorkFolder = { from: folder, at: '/work', reset: 'case' };

describe('the places of a server', () => {
  let opened: OpenedSandbox;
  beforeAll(async () => {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'seed.txt'), 'seed');
    writeFileSync(join(folder, 'one.txt'), 'one');
    opened = await openSandbox();
  });
  afterAll(async () => {
    await opened.sweep();
    rmSync(folder, { recursive: true });
  });

  const siteOf = (server: Partial<ServerConfig>) =>
    ServerSite.prepare(opened.sandbox, serverConfig(server), null, siteOptions());
  const placeOf = async (site: ServerSite): Promise<ServerPlace> => {
    const place = await site.place();
    if ('outcome' in place) throw new Error(place.advice);
    return place;
  };
  const start = ({ reach }: { reach: Reach }) => {
    if (reach.start === null) throw new Error('nothing to start');
    return reach.start();
  };
  const things = () => leftovers([opened]).filter((line) => /^(container|volume)/u.test(line));

  it('have a work folder each, as it was at first, and forget it when they are closed', async () => {
    const before = things();
    const script = `const fs = require('node:fs'); const was = fs.readdirSync('/work').sort();
      fs.writeFileSync('/work/made.txt', 'made'); fs.appendFileSync('/work/sub/seed.txt', '!'); console.log(JSON.stringify([was, process.cwd()]));`;
    const site = await siteOf({ work, command: node(script) });
    const [first, second] = [await placeOf(site), await placeOf(site)];
    for (const place of [first, second]) {
      expect(JSON.parse((await outputOf(start(place))).stdout)).toEqual([['one.txt', 'sub'], '/work']);
    }
    // Started again in the same place it finds what it left.
    expect(JSON.parse((await outputOf(start(first))).stdout)).toEqual([['made.txt', 'one.txt', 'sub'], '/work']);
    const states = await first.files(['made.txt', 'sub/seed.txt']);
    expect(states).toEqual(
      new Map([
        ['made.txt', { kind: 'file', size: 4, sha256: expect.stringMatching(/^[0-9a-f]{64}$/u), text: 'made' }],
        ['sub/seed.txt', { kind: 'file', size: 6, sha256: expect.any(String), text: 'seed!!' }],
      ]),
    );
    expect(await second.files(['sub/seed.txt'])).toMatchObject(
      new Map([['sub/seed.txt', { kind: 'file', size: 5, sha256: expect.any(String), text: 'seed!' }]]),
    );
    await Promise.all([first.close(), second.close(), second.close()]);
    expect(things()).toEqual(before);
  });

  it('tell what paths are, without following a link or reading what is too large', async () => {
    const script = `const fs = require('node:fs'); process.chdir('/work');
      fs.symlinkSync('/etc/passwd', 'link'); fs.symlinkSync('/', 'root'); fs.writeFileSync('private.txt', 'mine', { mode: 0o600 });
      fs.writeFileSync('binary', Buffer.from([0xff, 0xfe, 0])); fs.writeFileSync('empty', ''); fs.writeFileSync('large', Buffer.alloc(8 * 1024 ** 2 + 1, 97));
      fs.writeFileSync('fits', Buffer.alloc(8 * 1024 ** 2, 1)); fs.mkdirSync('a/b', { recursive: true });
      require('node:child_process').spawnSync('mkfifo', ['pipe']); fs.writeFileSync('late', ''); fs.truncateSync('late', 200 * 1024 ** 2);`;
    const place = await placeOf(await siteOf({ work, command: node(script) }));
    await outputOf(start(place));
    const paths = [
      'link',
      'root/etc/passwd',
      'private.txt',
      'binary',
      'empty',
      'large',
      'fits',
      'a/b',
      'a',
      'pipe',
      'late',
      'none',
      'one.txt/x',
    ];
    const states = await place.files([...paths, '../../etc/passwd', '.']);
    if ('failed' in states) throw new Error(states.failed);
    const kinds = [...states].map(([path, { kind, size, text: content }]) => [
      path,
      kind,
      size,
      content?.length ?? null,
    ]);
    expect(kinds).toEqual([
      ['link', 'link', 0, null],
      ['root/etc/passwd', 'link', 0, null],
      ['private.txt', 'file', 4, 4],
      ['binary', 'file', 3, null],
      ['empty', 'file', 0, 0],
      ['large', 'file', 8 * 1024 ** 2 + 1, null],
      ['fits', 'file', 8 * 1024 ** 2, 8 * 1024 ** 2],
      ['a/b', 'folder', 0, null],
      ['a', 'folder', 0, null],
      ['pipe', 'other', 0, null],
      ['late', 'file', 200 * 1024 ** 2, null],
      ['none', 'absent', 0, null],
      ['one.txt/x', 'absent', 0, null],
      // Never above the folder.
      ['../../etc/passwd', 'absent', 0, null],
      ['.', 'folder', 0, null],
    ]);
    await place.close();
  });

  it('say that there is nothing to look into, or that it is closed', async () => {
    const bare = await placeOf(await siteOf({ command: node('1') }));
    expect(await bare.files(['x'])).toEqual({ failed: expect.stringContaining('no `work` folder') });
    await bare.close();
    const script = `require('node:fs').mkdirSync('/work/closed', { mode: 0 })`;
    const place = await placeOf(await siteOf({ work, command: node(script) }));
    await outputOf(start(place));
    expect(await place.files(['one.txt', 'closed/x'])).toEqual({ failed: expect.stringContaining('EACCES') });
    const late = place.files(['one.txt']);
    await place.close();
    expect(await late).toMatchObject(
      new Map([['one.txt', { kind: 'file', size: 3, sha256: expect.any(String), text: 'one' }]]),
    );
    // Podman makes volumes that it is asked for by name, and labels them by none.
    expect(await place.files(['one.txt'])).toEqual({ failed: expect.stringContaining('removed already') });
    expect(() => start(place)).toThrow('closed');
    expect(things().filter((line) => line.includes('work'))).toEqual([]);
  });

  it('copy what is mounted once, and show it read-only to all', async () => {
    symlinkSync('/etc/hostname', join(folder, 'away'));
    const mounts = [
      { from: folder, at: '/data' },
      { from: join(folder, 'one.txt'), at: '/one.txt' },
    ];
    const script = `const fs = require('node:fs'); const attempt = (work) => { try { return work(); } catch (error) { return error.code; } };
      console.log(JSON.stringify([fs.readFileSync('/data/sub/seed.txt', 'utf8'), fs.readFileSync('/one.txt', 'utf8'), fs.readlinkSync('/data/away'),
        attempt(() => fs.writeFileSync('/data/x', 'x')), attempt(() => fs.writeFileSync('/one.txt', 'x'))]));`;
    const site = await siteOf({ mounts, command: node(script) });
    const [first, second] = [await placeOf(site), await placeOf(site)];
    for (const place of [first, second]) {
      const seen = JSON.parse((await outputOf(start(place))).stdout);
      expect(seen).toEqual(['seed', 'one', '/etc/hostname', 'EROFS', 'EROFS']);
      await place.close();
    }
    rmSync(join(folder, 'away'));
  });

  it('reach a server that speaks HTTP on its own loopback, several of them on one port', async () => {
    const script = `let count = 0; require('node:http').createServer((asked, answer) => answer.end(asked.headers.host + ' ' + ++count)).listen(3000, 'localhost', () => console.log('up'))`;
    const site = await siteOf({ transport: { kind: 'http', port: 3000, path: '/mcp' }, command: node(script) });
    const places = [await placeOf(site), await placeOf(site)];
    const ask = (reach: Reach): Promise<string> => {
      if (reach.kind !== 'http' || reach.endpoint.socketPath === null) throw new Error('no socket');
      const { socketPath, url } = reach.endpoint;
      const { host, pathname } = new URL(url);
      return new Promise((resolve, reject) => {
        request({ socketPath, path: pathname, headers: { host } }, (answer) => void text(answer).then(resolve, reject))
          .on('error', reject)
          .end();
      });
    };
    for (const { reach } of places) {
      expect(reach).toMatchObject({
        kind: 'http',
        endpoint: { url: 'http://localhost:3000/mcp', headers: {}, auth: null },
      });
      const server = start({ reach });
      await firstOutput(server);
      expect(await ask(reach)).toBe('localhost:3000 1');
      expect(await ask(reach)).toBe('localhost:3000 2');
    }
    const again = start(places[0] ?? never());
    const { stderr } = await outputOf(again);
    expect(stderr).toContain('EADDRINUSE');
    await Promise.all(places.map((place) => place.close()));
    expect(things().filter((line) => line.startsWith('container'))).toEqual([]);
  });

  it('cost a plain server one podman command, which is its own', async () => {
    const calls = countPodman();
    const place = await placeOf(await siteOf({ command: node('console.log(1)') }));
    expect((await outputOf(start(place))).stdout).toBe('1\n');
    await place.close();
    expect(calls.end()).toEqual(['run']);
  });

  it('never run out of users, however many there were', async () => {
    const site = await siteOf({ command: node('1'), services: [] });
    const seen = new Set<number>();
    for (let n = 0; n < 300; n++) {
      const place = await placeOf(site);
      await place.close();
    }
    for (let n = 0; n < 3; n++) seen.add(opened.sandbox.nextUid());
    expect(Math.max(...seen) - Math.min(...seen)).toBeLessThan(20);
  });

  it('close whatever still runs in them', async () => {
    const place = await placeOf(
      await siteOf({
        work,
        command: node(`process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`),
      }),
    );
    const server = start(place);
    await firstOutput(server);
    await place.close();
    expect(await server.exited).toMatchObject({ spawnError: null });
    expect(things().filter((line) => line.startsWith('container') || line.includes('work'))).toEqual([]);
  });

  it('share services with nobody: each place has its own', async () => {
    const namer = `const id = require('node:crypto').randomUUID(); require('node:net').createServer((socket) => socket.end(id)).listen(7000, '127.0.0.1')`;
    const script = `require('node:net').connect(7000, 'namer').on('data', (data) => console.log(String(data)))`;
    const services = [serviceConfig({ name: 'namer', command: node(namer), ready: { kind: 'tcp', port: 7000 } })];
    const site = await siteOf({ command: node(script), services });
    const ids: string[] = [];
    for (const place of [await placeOf(site), await placeOf(site)]) {
      ids.push((await outputOf(start(place))).stdout.trim());
      await place.close();
    }
    expect(ids.every((id) => /^[0-9a-f-]{36}$/u.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(2);
  });
});

/** Stands before podman on the PATH, and notes what it is called for. */
function countPodman(): { end(): string[] } {
  const before = process.env['PATH'] ?? '';
  const shim = mkdtempSync(join(tmpdir(), 'mcp-workflow-shim-'));
  const real = execFileSync('which', ['podman'], { encoding: 'utf8' }).trim();
  writeFileSync(join(shim, 'calls'), '');
  writeFileSync(join(shim, 'podman'), `#!/bin/sh\necho "$1" >>${shim}/calls\nexec ${real} "$@"\n`, { mode: 0o755 });
  process.env['PATH'] = `${shim}:${before}`;
  return {
    end: () => {
      process.env['PATH'] = before;
      const calls = readFileSync(join(shim, 'calls'), 'utf8').split('\n').filter(Boolean);
      rmSync(shim, { recursive: true });
      return calls;
    },
  };
}

function never(): never {
  throw new Error('there is none');
}
