import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FoundServer } from '../../src/discovery/model.ts';
import type { InstallerContext } from '../../src/install/installer.ts';
import type { InstalledTree, InstallResult } from '../../src/install/model.ts';
import { treePath } from '../../src/install/model.ts';
import { installNode } from '../../src/install/node-checkout.ts';
import { NodeRoots } from '../../src/install/node-roots.ts';
import { findRegistry } from '../../src/install/npm-settings.ts';
import { findNpm } from '../../src/install/npm-tool.ts';
import { Upstream } from '../../src/install/upstream.ts';
import { type FixtureManager, foundServer, repositoryOf } from '../install/node-fixtures.ts';
import { plainCheckout } from '../install/plain-checkout.ts';
import { type OpenedSandbox, openSandbox, serverConfig } from './sandbox-fixture.ts';

describe('servers of a repository, installed and built by its package manager', () => {
  let opened: OpenedSandbox;
  let context: InstallerContext;
  const roots = new NodeRoots();
  const progress: string[] = [];
  beforeAll(async () => {
    opened = await openSandbox();
    const { sandbox } = opened;
    const upstream = new Upstream(await findRegistry(), process.env);
    const npm = await findNpm(upstream, sandbox.directories.cache, process.env);
    const { signal } = new AbortController();
    context = { sandbox, upstream, npm, signal, progress: (server, message) => progress.push(`${server}: ${message}`) };
  });
  afterAll(async () => {
    context.upstream.close();
    await opened.sweep();
  });

  const install = async (
    files: Readonly<Record<string, string>>,
    found: FoundServer = foundServer(),
    checkout = plainCheckout(files),
  ): Promise<InstallResult> => {
    const server = serverConfig({
      installScripts: 'sandboxed',
      timeouts: { ...serverConfig().timeouts, install: 280_000 },
    });
    return installNode(context, server, { checkout, found }, opened.sandbox.hostImage, roots);
  };
  const installed = async (...given: Parameters<typeof install>): Promise<InstalledTree> => {
    const result = await install(...given);
    if (result.kind !== 'installed') throw new Error(JSON.stringify(result, null, 2));
    return result.tree;
  };
  /** What a command prints in the tree, as the server would be started there. */
  const run = async (tree: InstalledTree, command: readonly string[] = tree.start?.entrypoint ?? []) => {
    const started = opened.sandbox.start({
      phase: 'run',
      label: 'server',
      image: opened.sandbox.hostImage,
      uid: opened.sandbox.nextUid(),
      command,
      workdir: tree.workdir ?? '/',
      volumes: [{ volume: tree.volume ?? '', at: treePath, writable: false }],
      resources: serverConfig().resources,
      timeoutSeconds: 60,
    });
    const [stdout, stderr] = await Promise.all([text(started.stdout), text(started.stderr)]);
    return stdout + stderr;
  };

  const managers: readonly (readonly [FixtureManager, string, string])[] = [
    ['npm', 'npm', ''],
    ['pnpm', 'pnpm', '10.34.9'],
    ['yarn', 'yarn', '1.22.22'],
    ['berry', 'yarn', '4.18.1'],
  ];
  it.each(managers)(
    '%s, with its lock file: nothing that the repository sets redirects or runs anything',
    async (manager, tool, version) => {
      const commit = createHash('sha1').update(manager).digest('hex');
      const tree = await installed(
        repositoryOf(manager),
        foundServer(),
        plainCheckout(repositoryOf(manager), { commit }),
      );
      expect(tree).toMatchObject({
        resolved: { kind: 'git', name: '@fixture/server', version: '2.0.0', integrity: null, digest: commit },
        start: { entrypoint: ['node', `${treePath}/packages/server/dist/server.js`], command: [] },
        workdir: `${treePath}/packages/server`,
        tools: { [tool]: version === '' ? context.npm.version : version },
      });
      expect(await run(tree)).toBe('42 1000\n');
      const names = await run(tree, ['sh', '-c', `ls -A ${treePath}`]);
      expect(names).toContain('node_modules');
      expect(names).not.toMatch(/^(ran-|kept|\.npmrc|\.pnpmfile|\.yarnrc|\.mcp-workflow-cache)/mu);
    },
  );

  it.each(['pnpm', 'yarn', 'berry'] as const)(
    '%s, without a lock file, through the gateway all the same',
    async (manager) => {
      const tree = await installed(repositoryOf(manager, { locked: false }));
      expect(tree.resolved).toMatchObject({ kind: 'path', digest: expect.stringMatching(/^sha256:/u) });
      expect(await run(tree)).toBe('42 1000\n');
    },
  );

  /** Nothing to fetch, so that only the point of the test takes time. */
  const small = (manifest: Record<string, unknown>, more: Record<string, string> = {}) => ({
    'package.json': JSON.stringify({ name: 'small', version: '1.2.3', type: 'module', ...manifest }),
    ...more,
  });
  const atRoot = (more: Partial<FoundServer> = {}) => foundServer({ folder: '.', ...more });
  const failed = (outcome: string, advice: RegExp) => ({
    kind: 'failed',
    failure: { outcome, advice: expect.stringMatching(advice) },
  });
  const make = (file: string) =>
    `node --eval "fs.mkdirSync('dist',{recursive:true});fs.writeFileSync('${file}','console.log(6*7)')"`;

  it('two servers of a root share one tree; each is built once, after what it needs', async () => {
    const member = (name: string, more: Record<string, unknown> = {}) =>
      JSON.stringify({
        name,
        version: '1.0.0',
        scripts: { build: `echo ${name} >>../../order && ${make('dist/x.js')}` },
        ...more,
      });
    const checkout = plainCheckout({
      'package.json': JSON.stringify({ name: 'root', private: true, workspaces: ['p/*'] }),
      'p/a/package.json': member('a', { dependencies: { lib: '*' } }),
      'p/b/package.json': member('b', { dependencies: { lib: '^1.0.0' } }),
      'p/lib/package.json': member('lib'),
      'p/unused/package.json': JSON.stringify({ name: 'unused', version: '1.0.0', scripts: { build: 'exit 9' } }),
    });
    const found = (folder: string) =>
      foundServer({ folder, start: { kind: 'node', bin: null, file: './dist/x.js', args: ['--flag'] } });
    const [a, b] = await Promise.all(['p/a', 'p/b'].map((folder) => installed({}, found(folder), checkout)));
    expect(a?.volume).toBe(b?.volume);
    expect([a?.resolved.name, b?.resolved.name]).toEqual(['a', 'b']);
    expect(b?.start?.entrypoint).toEqual(['node', `${treePath}/p/b/dist/x.js`, '--flag']);
    if (a === undefined) throw new Error('no tree');
    expect(await run(a, ['cat', `${treePath}/order`])).toBe('lib\na\nb\n');
    expect(progress.filter((line) => line.includes('installing root'))).toHaveLength(1);
  });

  it.each([
    [
      'a script that fails',
      { scripts: { build: 'echo went wrong >&2; exit 7' } },
      /`build` of small failed with exit code 7/u,
    ],
    ['a script that makes something else', { scripts: { build: 'true' } }, /was not there after the build/u],
    ['no script at all', {}, /has no script `build`/u],
    ['only hooks for developers', { scripts: { prepare: 'husky' } }, /has no script `build`/u],
  ])('%s is install_failed and says so', async (_, manifest, advice) => {
    expect(await install(small(manifest), atRoot())).toMatchObject(failed('install_failed', advice));
  });

  it('the last lines of a build are kept', async () => {
    const result = await install(small({ scripts: { build: 'echo went wrong >&2; exit 3' } }), atRoot());
    expect(result).toMatchObject({
      failure: {
        stderrTail: expect.stringContaining('went wrong'),
        exitCode: 3,
        resolved: { name: 'small', version: '1.2.3' },
      },
    });
  });

  it('a server for another operating system or processor is unsupported_platform', async () => {
    const bin = { 'dist/server.js': '' };
    const expected = failed('unsupported_platform', /small says that it runs on/u);
    expect(await install(small({ os: ['win32', 'darwin'] }, bin), atRoot({ needsBuild: false }))).toMatchObject(
      expected,
    );
    expect(await install(small({ cpu: ['s390x'] }, bin), atRoot({ needsBuild: false }))).toMatchObject(expected);
  });

  it('an entry outside of the repository, or behind a link that leads out of it, is not started', async () => {
    const start = (file: string) => ({ kind: 'node', bin: null, file, args: [] }) as const;
    const at = (file: string) => atRoot({ needsBuild: false, start: start(file) });
    const links = { link: '->/usr/bin', 'package.json': '{"name":"small","version":"1.0.0"}' };
    expect(await install(links, at('../../usr/bin/node'))).toMatchObject(
      failed('install_failed', /outside of the repository/u),
    );
    expect(await install(links, at('link/env'))).toMatchObject(failed('install_failed', /is not there/u));
  });

  it.each([
    [
      'git',
      'yarn.lock',
      '# yarn lockfile v1\n\n"evil@git+https://git.invalid/evil.git":\n  version "1.0.0"\n  resolved "git+https://git.invalid/evil.git#0123"\n',
    ],
    [
      'an address',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\n\npackages:\n\n  evil@https://host.invalid/evil.tgz:\n    resolution: {tarball: https://host.invalid/evil.tgz}\n    version: 1.0.0\n",
    ],
    [
      'a generator',
      'yarn.lock',
      '__metadata:\n  version: 10\n\n"evil@exec:./evil.cjs::locator=small%40workspace%3A.":\n  version: 0.0.0\n  resolution: "evil@exec:./evil.cjs#./evil.cjs::hash=0&locator=small"\n',
    ],
  ])('a lock file that takes something from %s is refused before anything is fetched', async (_, name, lock) => {
    const result = await install(
      small({ dependencies: { evil: '*' } }, { [name]: lock }),
      atRoot({ needsBuild: false }),
    );
    expect(result).toMatchObject(failed('install_failed', /not from the registry \(evil: /u));
  });

  it.each(['pnpm', 'yarn', 'berry'] as const)('%s starts no program while it fetches', async (manager) => {
    const files = repositoryOf(manager, { locked: false });
    const manifest = JSON.parse(files['package.json'] ?? '');
    const evil = manager === 'berry' ? 'exec:./evil.cjs' : 'git+https://127.0.0.1:9/evil.git';
    const changed = { ...files, 'package.json': JSON.stringify({ ...manifest, dependencies: { evil } }) };
    expect(await install(changed)).toMatchObject(failed('install_failed', /fetched with a program/u));
  });

  it.each(['npm', 'pnpm', 'yarn', 'berry'] as const)(
    '%s: a package that is not the recorded one is refused',
    async (manager) => {
      const files = repositoryOf(manager);
      const name = Object.keys(files).find((each) => /lock/u.test(each)) ?? '';
      const wrong = (files[name] ?? '')
        .replace('6FlzubTLZG3J2a', 'AAAAubTLZG3J2a')
        .replace('d924b57e7312b3b6', '0000b57e7312b3b6');
      expect(await install({ ...files, [name]: wrong })).toMatchObject(
        failed('install_failed', /not the one whose integrity/u),
      );
    },
  );

  it.each(['npm', 'pnpm', 'yarn', 'berry'] as const)('%s: a lock file that does not fit is told', async (manager) => {
    const files = repositoryOf(manager);
    const path = 'packages/server/package.json';
    const changed = { ...files, [path]: (files[path] ?? '').replace('"ms":"2.1.3"', '"ms":"2.1.2"') };
    expect(await install(changed)).toMatchObject(failed('install_failed', /do not fit together/u));
  });
});
