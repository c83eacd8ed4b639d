import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerConfig } from '../../src/config/model.ts';
import { installImage } from '../../src/install/image.ts';
import { ImageRefused } from '../../src/sandbox/errors.ts';
import { ServerSite } from '../../src/workflow/server-site.ts';
import { type OpenedSandbox, openSandbox, outputOf, serverConfig, siteOptions } from './sandbox-fixture.ts';
import { importImage, removeImages, testTag } from './test-image.ts';

const tag = testTag;
const passwd = 'root:x:0:0:root:/root:/bin/sh\napp:x:70:71:app:/home/app:/bin/sh\ndisguised:x:0:0::/:/bin/sh\n';
const group = 'root:x:0:\napp:x:71:\ntools:x:99:\n';
const accounts = [
  { name: 'etc/passwd', content: passwd },
  { name: 'etc/group', content: group },
];
const { signal } = new AbortController();

/** What a program sees of itself and of some places. */
const look = `const fs = require('node:fs');
  const attempt = (work) => { try { return work(); } catch (error) { return error.code; } };
  console.log(JSON.stringify({
    uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), cwd: process.cwd(), home: process.env.HOME, lang: process.env.LANG,
    path: process.env.PATH, argv: process.argv.slice(2), homeWrite: attempt(() => fs.writeFileSync(process.env.HOME + '/x', 'x') ?? 'written'),
    data: attempt(() => fs.readdirSync('/data').sort()), seed: attempt(() => fs.readFileSync('/data/sub/seed', 'utf8')),
    owner: attempt(() => fs.statSync('/data/sub/seed').uid), dataWrite: attempt(() => fs.writeFileSync('/data/new', 'x') ?? 'written'),
    rewrite: attempt(() => fs.appendFileSync('/data/sub/seed', '!') ?? 'written'), rootWrite: attempt(() => fs.writeFileSync('/x', 'x') ?? 'written'),
    usr: attempt(() => fs.readdirSync('/usr').sort()), localhost: attempt(() => fs.readFileSync('/etc/hosts', 'utf8')),
  }));`;

describe('a server that is an image', () => {
  let opened: OpenedSandbox;
  beforeAll(async () => {
    opened = await openSandbox();
    const files = [
      ...accounts,
      { name: 'look.js', content: look },
      { name: 'data/', uid: 70, gid: 71 },
      { name: 'data/sub/', uid: 70, gid: 71 },
      { name: 'data/sub/seed', content: 'seed', uid: 70, gid: 71 },
      { name: 'data/away', link: '/etc/shadow' },
      { name: 'app/' },
      { name: 'home/app/' },
      { name: 'elsewhere', link: '/usr' },
    ];
    const start = ['ENTRYPOINT ["/usr/bin/node", "/look.js"]', 'CMD ["from", "cmd"]', 'WORKDIR /app', 'VOLUME /data'];
    await importImage(tag('user'), { files, node: true }, [...start, 'USER app', 'ENV LANG=de_DE.UTF-8']);
    await importImage(tag('root'), { files, node: true }, [...start, 'ENV HOME=/data/home', 'VOLUME /elsewhere']);
  });
  afterAll(async () => {
    await opened.sweep();
    await removeImages(
      ['user', 'root', 'small', 'foreign', 'no-user', 'huge-uid', 'disguised', 'group', 'no-start'].map(tag),
    );
  });

  const oci = (name: string, more: Partial<ServerConfig> = {}) =>
    serverConfig({ source: { kind: 'oci', given: `oci:${tag(name)}`, reference: tag(name) }, ...more });
  const place = async (server: ServerConfig) => {
    const { sandbox } = opened;
    if (server.source.kind !== 'oci') throw new Error('no image');
    const options = siteOptions();
    const installed = await installImage(server.source, (given) => sandbox.prepareImage(given, options));
    if (installed.kind !== 'installed') throw new Error(installed.kind);
    const site = await ServerSite.prepare(sandbox, server, installed.tree, options);
    return { installed, made: await site.place() };
  };
  const run = async (server: ServerConfig) => {
    const { made, installed } = await place(server);
    if ('outcome' in made) throw new Error(made.advice);
    const output = await outputOf(made.reach.start?.() ?? never());
    await made.close();
    expect(output.stderr).toBe('');
    return { seen: JSON.parse(output.stdout) as Record<string, unknown>, installed };
  };
  const never = (): never => {
    throw new Error('nothing to start');
  };

  it('starts its entry point with its command, as its user, in its folder, with what its volumes hold', async () => {
    const { seen, installed } = await run(oci('user'));
    expect(seen).toMatchObject({
      uid: 70,
      gid: 71,
      cwd: '/app',
      argv: ['from', 'cmd'],
      lang: 'de_DE.UTF-8',
      home: '/home/user',
      homeWrite: 'written',
      data: ['away', 'sub'],
      seed: 'seed',
      dataWrite: 'written',
      rewrite: 'written',
      rootWrite: 'EROFS',
      usr: ['bin'],
      localhost: expect.stringContaining('127.0.0.1 localhost'),
    });
    expect(installed.tree).toMatchObject({
      volume: null,
      resolved: { kind: 'oci', name: tag('user'), digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/u) },
    });
  });

  it('runs as nobody else where it names no user, and owns its volumes; a HOME in one of them is kept', async () => {
    const { seen } = await run(oci('root', { args: ['mine'] }));
    expect(seen['uid']).toBeGreaterThanOrEqual(10_000);
    expect(seen['gid']).toBe(seen['uid']);
    expect(seen).toMatchObject({
      argv: ['mine'],
      owner: seen['uid'],
      seed: 'seed',
      rewrite: 'written',
      home: '/data/home',
    });
  });

  it('finds its volumes as they were at first in each place', async () => {
    await run(oci('user'));
    expect((await run(oci('user'))).seen['data']).toEqual(['away', 'sub']);
  });

  it("never gets a folder of ours by a volume that is a link, and never the host's programs", async () => {
    const script = `console.log(JSON.stringify(require('node:fs').readdirSync('/usr')))`;
    const { seen } = await run(oci('root', { command: ['node', '--eval', script] }));
    // The volume lies where the link leads, and holds the image's own.
    expect(seen).toEqual(['bin']);
  });

  it('starts the configured command instead, found on the PATH of the image', async () => {
    const { seen } = await run(oci('user', { command: ['node', '/look.js', 'own'], args: ['args'] }));
    expect(seen['argv']).toEqual(['own', 'args']);
  });

  it('gives a group that is root to nobody, and a group by its name', async () => {
    await importImage(tag('group'), { files: [...accounts, { name: 'look.js', content: look }], node: true }, [
      'USER 1234:tools',
      'CMD ["/usr/bin/node", "/look.js"]',
    ]);
    expect((await run(oci('group'))).seen).toMatchObject({ uid: 1234, gid: 99, groups: [99] });
    await removeImages([tag('group')]);
    await importImage(tag('group'), { files: [{ name: 'look.js', content: look }], node: true }, [
      'USER 1234',
      'CMD ["/usr/bin/node", "/look.js"]',
    ]);
    const again = await openSandbox();
    const image = await again.sandbox.prepareImage(tag('group'), { signal });
    await again.sweep();
    expect(image.user).toEqual({ uid: 1234, gid: 1234 });
  });

  it('never runs as root by the name of another', async () => {
    await importImage(tag('disguised'), { files: accounts }, ['USER disguised']);
    const image = await opened.sandbox.prepareImage(tag('disguised'), { signal });
    expect(image.user).toBe(null);
  });

  it('that cannot run here is refused with a sentence', async () => {
    await importImage(tag('no-user'), { files: accounts }, ['USER ghost']);
    await importImage(tag('huge-uid'), { files: accounts }, ['USER 4000000']);
    // The header of a program for another machine (elf(5)), in an image that says it is for this one.
    const elf = `\x7fELF\x01\x01\x01${'\0'.repeat(9)}\x02\0\x16\0`;
    await importImage(tag('foreign'), { files: [{ name: 'start', content: elf, mode: 0o755 }] }, ['CMD ["/start"]']);
    const refused = async (name: string) => opened.sandbox.prepareImage(tag(name), { signal }).catch((error) => error);
    expect(await refused('no-user')).toBeInstanceOf(ImageRefused);
    expect((await refused('no-user')).message).toContain('the user "ghost", who is not in its /etc/passwd');
    expect(await refused('foreign')).toMatchObject({ outcome: 'unsupported_platform' });
    expect((await refused('foreign')).message).toContain('its program /start is for another kind of processor');
    expect((await refused('huge-uid')).message).toContain('ids up to 65535');
  });

  it('that names no program says what to configure', async () => {
    await importImage(tag('no-start'), { files: accounts });
    expect((await place(oci('no-start'))).made).toMatchObject({
      outcome: 'not_mcp',
      advice: expect.stringContaining('set `command`'),
    });
  });

  it('has no Node unless it is on its PATH', async () => {
    await importImage(tag('small'), { files: [{ name: 'usr/bin/node/' }, ...accounts] });
    expect((await opened.sandbox.prepareImage(tag('small'), { signal })).hasNode).toBe(false);
    expect((await opened.sandbox.prepareImage(tag('user'), { signal })).hasNode).toBe(true);
  });
});
