import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ServerResult, WorkflowResult } from '../../src/result/model.ts';
import { leftovers } from './leftovers.ts';
import { type Published, type Registry, startRegistry } from './registry.ts';
import { createJob, type Job, type Stage } from './runner.ts';

const source = (name: string) => readFileSync(fileURLToPath(new URL(`../servers/${name}`, import.meta.url)), 'utf8');
const code = { 'server.mjs': `#!/usr/bin/env node\n${source('healthy.mjs')}`, 'lib.mjs': source('lib.mjs') };
const version = '1.0.0';
const server = (name: string, more: Record<string, unknown> = {}): Published => ({
  manifest: { name, version, bin: { [name.split('/').at(-1) ?? name]: 'server.mjs' }, ...more },
  files: code,
});

/** Its script tries the network and the file system, and leaves word of what happened in its own folder. */
const nosy = `
const { writeFileSync } = require('node:fs');
const { connect } = require('node:net');
const seen = { environment: Object.keys(process.env).filter((name) => /TOKEN|SECRET|GITHUB|ACTIONS|RUNNER/.test(name)) };
for (const [key, path] of [['root', '/written'], ['home', process.env.HOME + '/written'], ['gateway', '/run/gateway/written']]) {
  try { writeFileSync(path, 'x'); seen[key] = 'written'; } catch (error) { seen[key] = error.code; }
}
const socket = connect({ host: '1.1.1.1', port: 443 });
socket.on('error', (error) => { seen.network = error.code; writeFileSync('seen.json', JSON.stringify(seen)); });
socket.on('connect', () => { seen.network = 'connected'; writeFileSync('seen.json', JSON.stringify(seen)); socket.destroy(); });
`;

/** Prints more than is read of it, and goes on after npm is stopped. */
const loud = `
const { writeFileSync } = require('node:fs');
process.kill(process.ppid, 'SIGSTOP');
for (let n = 0; n < 10; n++) console.log('x'.repeat(1024 * 1024));
setInterval(() => { try { writeFileSync('still-here', 'x'); } catch {} }, 50);
`;

const packages: Published[] = [
  server('plain'),
  server('@scope/scoped'),
  server('several', { bin: { first: 'server.mjs', second: 'server.mjs' } }),
  server('named', { bin: { named: 'server.mjs', other: 'server.mjs' } }),
  server('only-windows', { os: ['win32'] }),
  server('from-git', { dependencies: { evil: 'git+https://git.invalid/evil.git' } }),
  server('from-url', { dependencies: { evil: 'https://tarballs.invalid/evil.tgz' } }),
  server('missing-dependency', { dependencies: { 'does-not-exist': '^1.0.0' } }),
  server('broken-dependency', { dependencies: { broken: '^1.0.0' } }),
  { ...server('tampered'), integrity: `sha512-${Buffer.alloc(64).toString('base64')}` },
  { manifest: { name: 'library', version, main: 'index.js' }, files: { 'index.js': '' } },
  {
    manifest: { name: 'nosy', version, scripts: { postinstall: 'node postinstall.cjs' } },
    files: { 'postinstall.cjs': nosy },
  },
  // npm would take the registry's package of that path instead, and what is tested were not what users get.
  server('from-other-host', { dependencies: { plain: 'https://elsewhere.invalid/plain/-/plain-1.0.0.tgz' } }),
  { manifest: { name: 'loud', version, scripts: { postinstall: 'node loud.cjs' } }, files: { 'loud.cjs': loud } },
  server('with-loud-scripts', { dependencies: { loud: '1.0.0' } }),
  server('with-scripts', { dependencies: { nosy: '1.0.0' } }),
  server('for-another-node', { engines: { node: '>=99' } }),
  {
    ...server('crashes-on-this-node', { engines: { node: '^99.1.0' } }),
    files: { 'server.mjs': "#!/usr/bin/env node\nprocess.getBuiltinModule('fs').newerThanThis();\n" },
  },
];

/** A package of the workspace that has to be built, with a dependency. */
const localPackage = (more: Record<string, unknown> = {}) => ({
  'package.json': JSON.stringify({
    name: 'local-server',
    version: '0.3.0',
    bin: 'dist/server.mjs',
    scripts: { build: 'node build.cjs' },
    dependencies: { plain: '1.0.0' },
    ...more,
  }),
  'build.cjs': `const fs = require('node:fs'); require.resolve('plain/package.json'); fs.mkdirSync('dist'); fs.cpSync('src', 'dist', { recursive: true });`,
  'src/server.mjs': source('healthy.mjs'),
  'src/lib.mjs': source('lib.mjs'),
  // Would send npm elsewhere, and come with a pull request.
  '.npmrc': 'registry=http://attacker.invalid/\n',
});
const lockFile = (integrity: string, locked = '1.0.0') =>
  JSON.stringify({
    name: 'local-server',
    version: '0.3.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': {
        name: 'local-server',
        version: '0.3.0',
        dependencies: { plain: locked },
        bin: { 'local-server': 'dist/server.mjs' },
      },
      'node_modules/plain': {
        version: locked,
        resolved: `https://registry.example/plain/-/plain-${locked}.tgz`,
        integrity,
        bin: { plain: 'server.mjs' },
      },
    },
  });
const below = (folder: string, files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

describe('packages of the workspace', () => {
  let registry: Registry;
  let job: Job;
  let main: Stage;
  let result: WorkflowResult;
  const find = (name: string) => result.servers.find((each) => each.name === name);

  beforeAll(async () => {
    registry = await startRegistry([server('plain')]);
    const wrong = `sha512-${Buffer.alloc(64).toString('base64')}`;
    const folders = {
      built: localPackage(),
      locked: { ...localPackage(), 'package-lock.json': lockFile(registry.integrityOf('plain')) },
      tampered: { ...localPackage(), 'package-lock.json': lockFile(wrong) },
      outdated: { ...localPackage(), 'package-lock.json': lockFile(registry.integrityOf('plain'), '0.9.0') },
      unbuildable: localPackage({ scripts: { build: 'node --eval "process.exit(7)"' } }),
    };
    const servers = Object.fromEntries(Object.keys(folders).map((name) => [name, { source: `./${name}` }]));
    job = createJob({
      files: {
        '.github/mcp-workflow.yml': stringify({ version: 1, servers }),
        ...Object.assign({}, ...Object.entries(folders).map(([name, files]) => below(name, files))),
      },
      env: { npm_config_registry: registry.url },
    });
    main = await job.main();
    result = WorkflowResult.parse(job.readResult());
  });
  afterAll(async () => {
    await registry.close();
    job.remove();
  });

  it.each(['built', 'locked'])('%s is installed, built without network, and started by its bin', (name) => {
    expect(find(name)?.reason).toBeNull();
    expect(find(name)).toMatchObject({
      state: 'passed',
      source: { resolved: { name: 'local-server', version: '0.3.0', digest: expect.stringMatching(/^sha256:/u) } },
    });
    expect(find(name)?.tools.map((tool) => tool.name)).toContain('echo');
  });

  it.each([
    ['tampered', /integrity/u],
    ['outdated', /lock file/u],
    ['unbuildable', /`npm run build` failed with exit code 7/u],
  ])('%s is install_failed and says why', (name, advice) => {
    expect(find(name)).toMatchObject({ state: 'failed', startup: { outcome: 'install_failed' } });
    expect(find(name)?.startup?.advice).toMatch(advice);
  });

  it('an .npmrc of the workspace redirects nothing', () => {
    expect(main.log).not.toContain('attacker.invalid');
    expect(registry.requests.map(({ line }) => line)).toContain('GET /plain/-/plain-1.0.0.tgz');
  });
});

describe('packages from a registry', () => {
  let registry: Registry;
  let job: Job;
  let main: Stage;
  let result: WorkflowResult;

  beforeAll(async () => {
    registry = await startRegistry(packages);
    const names = packages.map(({ manifest }) => manifest.name).filter((name) => !['nosy', 'loud'].includes(name));
    const servers = {
      ...Object.fromEntries(names.map((name) => [name.replace('@scope/', ''), { source: `npm:${name}` }])),
      again: { source: 'npm:@scope/scoped@^1.0.0' },
      'chosen-bin': { source: 'npm:several', bin: 'second' },
      'without-scripts': { source: 'npm:with-scripts', installScripts: 'never' },
      'no-such-package': { source: 'npm:no-such-package' },
      'no-such-version': { source: 'npm:plain@2' },
    };
    const files = {
      '.github/mcp-workflow.yml': stringify({ version: 1, servers }),
      // What a pull request could bring to redirect an install.
      '.npmrc': 'registry=http://attacker.invalid/\n',
    };
    job = createJob({
      files,
      env: { npm_config_registry: registry.url, NPM_TOKEN: 'sesame', NODE_AUTH_TOKEN: 'sesame' },
    });
    main = await job.main();
    result = WorkflowResult.parse(job.readResult());
  });
  afterAll(async () => {
    await registry.close();
    job.remove();
  });

  const find = (name: string): ServerResult => {
    const found = result.servers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`${name} is not in the result:\n${main.log}`);
    return found;
  };

  it.each(['plain', 'scoped', 'named', 'chosen-bin', 'with-scripts', 'without-scripts'])(
    '%s is installed and answers',
    (name) => {
      expect(find(name)).toMatchObject({
        state: 'passed',
        source: { resolved: { version, integrity: expect.stringMatching(/^sha512-/u) } },
      });
      expect(find(name).tools.map((tool) => tool.name)).toContain('echo');
    },
  );

  it('a package that asks for another Node is tried, and it is said; where it crashes, as what to do', () => {
    const asks = /^Its package\.json asks for Node >=99, and Node \d+\.\d+\.\d+ starts it: .*actions\/setup-node/u;
    expect(find('for-another-node')).toMatchObject({
      state: 'passed',
      findings: [{ check: 'node-version', severity: 'medium', message: expect.stringMatching(asks) }],
    });
    expect(find('plain').findings).toEqual([]);
    expect(find('crashes-on-this-node')).toMatchObject({
      state: 'failed',
      startup: { outcome: 'crashed', advice: expect.stringContaining('asks for Node ^99.1.0') },
    });
  });

  it('the same version is fetched once for several servers', () => {
    expect(find('again').source.resolved).toEqual(find('scoped').source.resolved);
    expect(registry.requests.filter(({ line }) => line === 'GET /@scope/scoped/-/scoped-1.0.0.tgz')).toHaveLength(1);
  });

  it.each([
    ['several', 'not_mcp', /several commands \(first, second\)/u],
    ['library', 'not_mcp', /declares no command/u],
    ['only-windows', 'unsupported_platform', /operating system/u],
    ['from-git', 'install_failed', /git/u],
    ['from-url', 'install_failed', /fetched from elsewhere/u],
    ['missing-dependency', 'install_failed', /does not exist there/u],
    ['from-other-host', 'install_failed', /outside the registry \(plain: https:\/\/elsewhere/u],
    ['tampered', 'install_failed', /integrity/u],
    ['no-such-package', 'install_failed', /no-such-package does not exist/u],
    ['no-such-version', 'install_failed', /no version that matches "2"; the latest is 1\.0\.0/u],
  ])('%s is failed as %s and says what to do', (name, outcome, advice) => {
    expect(find(name)).toMatchObject({ state: 'failed', startup: { outcome } });
    expect(find(name).startup?.advice).toMatch(advice);
  });

  it('a registry that fails is infrastructure, never a verdict on the server', () => {
    expect(find('broken-dependency')).toMatchObject({ state: 'error', startup: null });
    expect(find('broken-dependency').reason).toContain('HTTP 500');
  });

  it('install scripts run without network, secrets, or anything to write to but their tree', () => {
    const finding = find('with-scripts').findings.find((each) => each.check === 'install-scripts');
    expect(finding?.message).toContain('nosy');
    expect(finding?.message).toContain('ran without network');
    expect(find('without-scripts').findings.find((each) => each.check === 'install-scripts')?.message).toContain(
      'not run',
    );
  });

  it('an install script that outgrows its output is ended with its container', () => {
    const found = find('with-loud-scripts').findings.find((each) => each.check === 'install-scripts');
    expect(found?.message).toContain('loud');
    expect(main.log).not.toContain('-scripts-');
    expect(find('with-loud-scripts').state).toBe('passed');
  });

  it('no credential goes to the registry that was not configured, and the workspace redirects nothing', () => {
    expect(registry.requests.length).toBeGreaterThan(10);
    expect(registry.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    expect(main.log).not.toContain('attacker.invalid');
  });

  it('leaves nothing', () => expect(leftovers([job])).toEqual([]));
});
