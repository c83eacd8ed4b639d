import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InstallerContext } from '../../src/install/installer.ts';
import { findTool } from '../../src/install/manager-tool.ts';
import { type InstalledTree, type InstallResult, treePath } from '../../src/install/model.ts';
import { installNode } from '../../src/install/node-checkout.ts';
import type { ManagerName } from '../../src/install/node-manager.ts';
import { NodeRoots } from '../../src/install/node-roots.ts';
import { findRegistry } from '../../src/install/npm-settings.ts';
import { findNpm } from '../../src/install/npm-tool.ts';
import { installNpm } from '../../src/install/npm.ts';
import { resolvePackage } from '../../src/install/registry.ts';
import { Upstream } from '../../src/install/upstream.ts';
import type { ContainerRequest } from '../../src/sandbox/sandbox.ts';
import { type Published, type Registry, startRegistry } from '../action/registry.ts';
import { foundServer } from '../install/node-fixtures.ts';
import { plainCheckout } from '../install/plain-checkout.ts';
import { startTokenRegistry, type TokenRegistry } from '../install/token-registry.ts';
import { type OpenedSandbox, openSandbox, serverConfig } from './sandbox-fixture.ts';

const token = 'npm_7f3a9c51e2d84b60a1';
const version = '1.0.0';

/** Keeps all that an install script gets to see: variables, arguments of all processes, and mounted files of ours. */
const nosy = `
const fs = require('node:fs');
const seen = [JSON.stringify(process.env)];
const read = (file) => { try { seen.push(fs.readFileSync(file, 'latin1')); } catch {} };
for (const pid of fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
  read('/proc/' + pid + '/cmdline');
  read('/proc/' + pid + '/environ');
}
for (const name of fs.readdirSync('/opt/mcp-workflow')) read('/opt/mcp-workflow/' + name);
fs.writeFileSync('seen.txt', seen.join('\\n'));
`;
const packages: Published[] = [
  {
    manifest: { name: '@acme/library', version, main: 'index.js', scripts: { postinstall: 'node nosy.cjs' } },
    files: { 'index.js': "module.exports = 'private';", 'nosy.cjs': nosy },
  },
  {
    manifest: {
      name: '@acme/server',
      version,
      bin: 'server.js',
      dependencies: { '@acme/library': '^1.0.0', plain: '1.0.0' },
    },
    files: { 'server.js': "#!/usr/bin/env node\nconsole.log(require('@acme/library'), require('plain'));" },
  },
];
const plain: Published = {
  manifest: { name: 'plain', version, main: 'index.js' },
  files: { 'index.js': "module.exports = 'public';" },
};
/** What a stranger may publish where the scope is not taken. */
const stranger: Published = {
  manifest: { name: '@acme/library', version: '1.9.9', main: 'index.js' },
  files: { 'index.js': "module.exports = 'a stranger';" },
};

describe('a scope with a registry and a token of its own', () => {
  let open: Registry;
  let closed: TokenRegistry;
  let opened: OpenedSandbox;
  let context: InstallerContext;
  /** Every container that was started, with all that it was given. */
  const requests: ContainerRequest[] = [];
  const server = serverConfig({ installScripts: 'sandboxed' });

  beforeAll(async () => {
    open = await startRegistry([plain, stranger]);
    closed = await startTokenRegistry(packages, token, { tarballsAt: 'files/' });
    opened = await openSandbox();
    const { sandbox } = opened;
    const run = sandbox.run.bind(sandbox);
    sandbox.run = (request, options) => {
      requests.push(request);
      return run(request, options);
    };
    const { signal } = new AbortController();
    const real = new Upstream(await findRegistry(), process.env);
    const npm = await findNpm(real, sandbox.directories.cache, process.env);
    context = { sandbox, upstream: real, npm, signal, progress: () => {} };
    // The registry of this test has none of these.
    for (const name of ['pnpm', 'yarn', 'berry'] as const) await findTool(context, managerOf(name));
    real.close();
    const registry = { url: new URL(open.url), ca: null, scopes: new Map() };
    const upstream = new Upstream(registry, process.env, [{ scope: '@acme', url: closed.url, token }]);
    context = { ...context, upstream };
  });
  afterAll(async () => {
    context.upstream.close();
    await opened.sweep();
    await open.close();
    await closed.close();
  });

  const managerOf = (name: ManagerName) => ({ name, version: null, lock: null, generation: null });
  const treeOf = (result: InstallResult): InstalledTree => {
    if (result.kind !== 'installed') throw new Error(JSON.stringify(result, null, 2));
    return result.tree;
  };
  const run = async (tree: InstalledTree, command: readonly string[]) => {
    const started = opened.sandbox.start({
      phase: 'run',
      label: 'server',
      image: opened.sandbox.hostImage,
      uid: opened.sandbox.nextUid(),
      command,
      workdir: treePath,
      volumes: [{ volume: tree.volume ?? '', at: treePath, writable: false }],
      resources: server.resources,
      timeoutSeconds: 60,
    });
    const [stdout, stderr] = await Promise.all([text(started.stdout), text(started.stderr)]);
    return stdout + stderr;
  };
  /** In the whole tree; the search itself must not name it as one word. */
  const findToken = (tree: InstalledTree) =>
    run(tree, ['sh', '-c', `grep -rl '${token.slice(0, 9)}''${token.slice(9)}' ${treePath} || echo nowhere`]);
  const seenByScripts = (tree: InstalledTree) =>
    run(tree, ['sh', '-c', `find ${treePath} -name seen.txt -exec cat {} +`]);
  const expectNoToken = async (tree: InstalledTree) => {
    expect(await findToken(tree)).toBe('nowhere\n');
    // It did look.
    expect(await seenByScripts(tree)).toContain('/opt/mcp-workflow/npm/bin/npm-cli.js');
  };

  it('serves packages of npm', async () => {
    const resolved = await resolvePackage(context.upstream, '@acme/server', '1', context.signal);
    const tree = treeOf(await installNpm(context, server, { resolved, resolveMs: 0 }, opened.sandbox.hostImage));
    expect(tree.resolved).toMatchObject({
      name: '@acme/server',
      version,
      integrity: expect.stringMatching(/^sha512-/u),
    });
    expect(await run(tree, tree.commands.get('server') ?? [])).toBe('private public\n');
    await expectNoToken(tree);
  });

  const files = (manager: ManagerName) => ({
    'package.json': JSON.stringify({
      name: 'private-server',
      version,
      bin: 'server.js',
      dependencies: { '@acme/server': '^1.0.0' },
      ...(manager === 'npm'
        ? {}
        : { devEngines: { packageManager: { name: manager === 'berry' ? 'yarn' : manager } } }),
    }),
    'server.js': "require('@acme/server/server.js');",
    // Would send the token, and the packages, elsewhere.
    '.npmrc': '@acme:registry=http://127.0.0.1:9/\n//127.0.0.1:9/:_authToken=${NPM_TOKEN}\n',
    ...(manager === 'berry'
      ? { '.yarnrc.yml': 'npmScopes: { acme: { npmRegistryServer: "http://127.0.0.1:9" } }\n' }
      : {}),
  });
  const install = (contents: Readonly<Record<string, string>>) => {
    const start = { kind: 'node', bin: null, file: 'server.js', args: [] } as const;
    const origin = { checkout: plainCheckout(contents), found: foundServer({ folder: '.', needsBuild: false, start }) };
    return installNode(context, server, origin, opened.sandbox.hostImage, new NodeRoots());
  };

  it.each(['npm', 'pnpm', 'yarn', 'berry'] as const)('serves what a repository needs, by %s', async (manager) => {
    const tree = treeOf(await install(files(manager)));
    expect(await run(tree, tree.start?.entrypoint ?? [])).toBe('private public\n');
    await expectNoToken(tree);
  });

  it('serves a lock file that has other addresses', async () => {
    const integrity = async (name: string) =>
      (await resolvePackage(context.upstream, name, version, context.signal)).integrity ?? '';
    const entry = async (name: string, resolved: string, more = '') =>
      `"${name}@^1.0.0", "${name}@1.0.0":\n  version "1.0.0"\n  resolved "${resolved}"\n  integrity ${await integrity(name)}\n${more}`;
    const needs = '  dependencies:\n    "@acme/library" "^1.0.0"\n    plain "1.0.0"\n';
    const lock = [
      '# yarn lockfile v1\n',
      await entry('@acme/library', 'https://npm.acme.example/files/@acme/library/-/library-1.0.0.tgz'),
      await entry('@acme/server', 'https://npm.acme.example/@acme/server/-/server-1.0.0.tgz', needs),
      await entry('plain', 'https://registry.yarnpkg.com/plain/-/plain-1.0.0.tgz'),
    ].join('\n');
    const tree = treeOf(await install({ ...files('yarn'), 'yarn.lock': lock }));
    expect(await run(tree, tree.start?.entrypoint ?? [])).toBe('private public\n');
  });

  it('is never asked of the default registry, which never sees the token; and the other way round', () => {
    expect(open.requests.filter(({ line }) => line.includes('@acme'))).toEqual([]);
    expect(open.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    expect(open.requests.length).toBeGreaterThan(0);
    expect(closed.requests.filter(({ path }) => !path.includes('@acme/'))).toEqual([]);
    expect(closed.requests.every(({ authorized }) => authorized)).toBe(true);
  });

  it('gives its token to no container: no variable, no argument, no file', () => {
    expect(requests.filter(({ phase }) => phase === 'fetch').length).toBeGreaterThan(5);
    expect(requests.filter(({ phase }) => phase === 'scripts').length).toBeGreaterThan(4);
    expect(JSON.stringify(requests)).not.toContain(token);
    const own = requests.flatMap(({ hostMounts }) => hostMounts ?? []).filter(({ from }) => !from.includes('/cache/'));
    for (const { from } of own) expect(textsIn(from).join('\n')).not.toContain(token);
    const runtime = join(opened.sandbox.directories.runtime, opened.sandbox.runId);
    expect(textsIn(runtime).join('\n')).not.toContain(token);
  });
});

/** Of a file, or of all files of a folder that are small enough to be ours. */
function textsIn(path: string): string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return readdirSync(path).flatMap((name) => textsIn(join(path, name)));
  return stats?.isFile() === true && stats.size < 1024 ** 2 ? [readFileSync(path, 'utf8')] : [];
}
