import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerConfig } from '../../src/config/model.ts';
import type { InstalledTree } from '../../src/install/model.ts';
import { PodmanFailed } from '../../src/sandbox/errors.ts';
import { ServerSite } from '../../src/workflow/server-site.ts';
import { leftovers } from '../action/leftovers.ts';
import {
  node,
  type OpenedSandbox,
  openSandbox,
  outputOf,
  serverConfig,
  serviceConfig,
  siteOptions,
} from './sandbox-fixture.ts';
import { importImage, removeImages, testTag } from './test-image.ts';

const image = testTag('service');
const tree: InstalledTree | null = null;

/** A service that takes its time before it listens, and says so. */
const slow = (port: number, more = '') => `
  console.error('starting');
  setTimeout(() => {
    const http = require('node:http');
    http.createServer((asked, answer) => { answer.statusCode = asked.url === '/health' ? 204 : 404; answer.end(); })
      .listen(${port}, '127.0.0.1', () => { console.log('ready to accept connections'); ${more} });
  }, 500);`;

const dialer = (to: string) => `
  require('node:net').connect(${to}).on('connect', () => { console.log('connected'); process.exit(); })
    .on('error', (error) => { console.log(error.code); process.exit(); });`;

describe('services', () => {
  let opened: OpenedSandbox;
  beforeAll(async () => {
    opened = await openSandbox();
  });
  afterAll(async () => {
    await opened.sweep();
    await removeImages([image]);
  });

  const siteOf = async (server: Partial<ServerConfig>, options = siteOptions()) => {
    const site = await ServerSite.prepare(
      opened.sandbox,
      serverConfig({ command: node('1'), ...server }),
      tree,
      options,
    );
    return { site, options };
  };
  const run = async (server: Partial<ServerConfig>) => {
    const { site, options } = await siteOf(server);
    const place = await site.place();
    if ('outcome' in place) throw new Error(place.advice);
    if (place.reach.start === null) throw new Error('nothing to start');
    const { stdout } = await outputOf(place.reach.start());
    const services = site.services;
    await place.close();
    return { stdout, services, options };
  };

  it.each([
    { kind: 'tcp', port: 5432 },
    { kind: 'http', port: 5432, path: '/health' },
    { kind: 'log', contains: 'ready to accept' },
  ] as const)('are ready by $kind before the server starts, and found by their names', async (ready) => {
    const db = serviceConfig({ command: node(slow(5432)), ready });
    const { stdout, services, options } = await run({
      services: [db],
      command: node(dialer(`{ host: 'db', port: 5432 }`)),
    });
    expect(stdout).toBe('connected\n');
    expect(services).toMatchObject([
      { name: 'db', state: 'passed', reason: null, image: { given: 'host', digest: null } },
    ]);
    expect(services[0]?.readyMs).toBeGreaterThan(400);
    expect(services[0]?.logTail).toContain('starting');
    expect(options.logLines).toEqual(['db: starting', 'db: ready to accept connections']);
  });

  it('are started in the order they are named in, each when the one before is ready', async () => {
    const first = serviceConfig({ name: 'first', command: node(slow(4001)), ready: { kind: 'tcp', port: 4001 } });
    const second = serviceConfig({
      name: 'second',
      command: node(
        `${dialer(`{ host: 'first', port: 4001 }`).replace('process.exit()', '')}; setInterval(() => {}, 1000)`,
      ),
      ready: { kind: 'log', contains: 'connected' },
    });
    const { services } = await run({ services: [first, second] });
    expect(services.map(({ state }) => state)).toEqual(['passed', 'passed']);
  });

  it('get plain values and granted secrets, a user of their own, and the lock-down of servers', async () => {
    const script = `const fs = require('node:fs');
      const attempt = (work) => { try { return work(); } catch (error) { return error.code; } };
      console.log(JSON.stringify({ plain: process.env.PLAIN, secret: process.env.SECRET, uid: process.getuid() > 9999,
        root: attempt(() => fs.writeFileSync('/x', 'x')), run: attempt(() => fs.writeFileSync('/run/x.pid', 'x') ?? 'written'),
        capabilities: /CapEff:\\s*0+\\n/u.test(fs.readFileSync('/proc/self/status', 'utf8')), interfaces: Object.keys(require('node:os').networkInterfaces()) }));
      setInterval(() => {}, 1000)`;
    const env = [
      { kind: 'plain', name: 'PLAIN', value: 'a' },
      { kind: 'secret', name: 'SECRET', secret: 'S', value: 'b', otherwise: 'skip' },
    ] as const;
    const { options } = await run({
      services: [serviceConfig({ command: node(script), env, ready: { kind: 'log', contains: '{' } })],
    });
    expect(JSON.parse((options.logLines[0] ?? '').replace('db: ', ''))).toEqual({
      plain: 'a',
      secret: 'b',
      uid: true,
      root: 'EROFS',
      run: 'written',
      capabilities: true,
      interfaces: ['lo'],
    });
  });

  it('that never get ready fail the server, with their last lines, and leave nothing', async () => {
    const { site } = await siteOf({
      services: [
        serviceConfig({
          command: node(`console.error('FATAL: could not do it'); setInterval(() => {}, 1000)`),
          ready: { kind: 'tcp', port: 5432 },
          startTimeout: 8000,
        }),
        serviceConfig({ name: 'after' }),
      ],
    });
    const place = await site.place();
    expect(place).toMatchObject({ outcome: 'needs_service', stderrTail: 'FATAL: could not do it' });
    expect('advice' in place && place.advice).toBe(
      'Its service db did not get ready: it was not ready within 8 s: nobody listens on port 5432 (its last line: FATAL: could not do it).',
    );
    expect(site.services).toMatchObject([
      { name: 'db', state: 'failed', readyMs: null, logTail: 'FATAL: could not do it' },
      { name: 'after', state: 'skipped', reason: 'not started' },
    ]);
    expect(leftovers([opened]).filter((line) => /^(container|volume)/u.test(line))).toEqual([]);
  });

  it('that end fail the server at once, not after their time', async () => {
    const { site } = await siteOf({
      services: [
        serviceConfig({
          command: node(`console.log('no space'); process.exit(3)`),
          ready: { kind: 'tcp', port: 1 },
          startTimeout: 60_000,
        }),
      ],
    });
    const started = performance.now();
    expect(await site.place()).toMatchObject({ advice: expect.stringContaining('exit code 3') });
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it('that end while the server runs are known afterwards', async () => {
    const ready = { kind: 'tcp', port: 4002 } as const;
    const { site } = await siteOf({
      command: node('setTimeout(() => {}, 2000)'),
      services: [serviceConfig({ command: node(slow(4002, 'setTimeout(() => process.exit(7), 1000)')), ready })],
    });
    const place = await site.place();
    if ('outcome' in place || place.reach.start === null) throw new Error('no place');
    await outputOf(place.reach.start());
    expect(site.services).toMatchObject([{ state: 'failed', reason: expect.stringContaining('exit code 7') }]);
    await place.close();
  });

  it('that flood their output neither hang nor fill the memory', async () => {
    const flood = `const line = 'x'.repeat(1_000_000); let left = 50;
      const more = () => process.stdout.write(left % 2 ? line : line + '\\n', () => (--left > 0 ? more() : console.log('\\nend of it')));
      more(); setInterval(() => {}, 1000);`;
    const { options, services } = await run({
      services: [serviceConfig({ command: node(flood), ready: { kind: 'log', contains: 'end of it' } })],
    });
    expect(services[0]?.state).toBe('passed');
    expect(services[0]?.logTail.length).toBeLessThanOrEqual(8192 + 40);
    expect(options.logLines.join('').length).toBeLessThan(5 * 1024 ** 2);
  });

  it('of a named image run its entry point as its user, with its volume', async () => {
    const script = `require('node:fs').writeFileSync('/data/x', 'x'); console.log('wrote as ' + process.getuid()); setInterval(() => {}, 1000)`;
    await importImage(image, { node: true, files: [{ name: 'service.js', content: script }, { name: 'data/' }] }, [
      'ENTRYPOINT ["/usr/bin/node", "/service.js"]',
      'USER 1500:1500',
      'VOLUME /data',
    ]);
    const { services, options } = await run({
      services: [serviceConfig({ image, ready: { kind: 'log', contains: 'wrote' } })],
    });
    expect(options.logLines).toEqual(['db: wrote as 1500']);
    expect(services[0]?.image).toMatchObject({ given: image, digest: expect.stringMatching(/^sha256:/u) });
  });

  it('whose image or command is wanting say so; a registry that cannot be reached is infrastructure', async () => {
    const short = await siteOf({ services: [serviceConfig({ image: 'nobody-has-this:1' })] });
    expect(await short.site.place()).toMatchObject({
      outcome: 'needs_service',
      advice: expect.stringContaining('write its full name'),
    });
    expect(short.site.services).toMatchObject([{ state: 'failed' }]);
    const none = await siteOf({ services: [serviceConfig()] });
    expect(await none.site.place()).toMatchObject({ advice: expect.stringContaining('set `command`') });
    await expect(siteOf({ services: [serviceConfig({ image: 'registry.invalid/x:1' })] })).rejects.toThrow(
      PodmanFailed,
    );
  });
});
