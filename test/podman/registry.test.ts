import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installer } from '../../src/install/installer.ts';
import { runCommand } from '../../src/process/run.ts';
import { ServerSite } from '../../src/workflow/server-site.ts';
import { goArchitecture, registriesConf, registryProgram, startRegistry, type TestRegistry } from './registry.ts';
import { type OpenedSandbox, openSandbox, outputOf, serverConfig, siteOptions } from './sandbox-fixture.ts';
import { removeImages } from './test-image.ts';

const program = registryProgram();
const { signal } = new AbortController();

describe.skipIf(program === null)('images of a registry (skipped without one to be had from Debian)', () => {
  let registry: TestRegistry;
  let closed: TestRegistry;
  let opened: OpenedSandbox;
  let installer: Installer;
  const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-registries-'));
  const pulled: string[] = [];
  const progress: string[] = [];

  beforeAll(async () => {
    registry = await startRegistry(program ?? '');
    closed = await startRegistry(program ?? '', { closed: true });
    process.env['CONTAINERS_REGISTRIES_CONF'] = registriesConf(folder, [registry.host, closed.host, '127.0.0.1:9']);
    opened = await openSandbox();
    const unasked = Promise.reject(new Error('images need no npm'));
    unasked.catch(() => {});
    installer = new Installer(opened.sandbox, {
      registry: unasked,
      env: process.env,
      signal,
      progress: (_, message) => progress.push(message),
    });
  });
  afterAll(async () => {
    await removeImages(pulled);
    await opened.sweep();
    await registry.stop();
    await closed.stop();
    delete process.env['CONTAINERS_REGISTRIES_CONF'];
    rmSync(folder, { recursive: true });
  });

  const install = async (reference: string, host = registry.host) => {
    const full = `${host}/${reference}`;
    pulled.push(full);
    return installer.install(serverConfig({ source: { kind: 'oci', given: `oci:${full}`, reference: full } }));
  };

  it('are pulled by tag, say that they are, and have the digest that pins them', async () => {
    const config = { Entrypoint: ['/usr/bin/node', '-p', '6 * 7'], WorkingDir: '/srv' };
    const digest = await registry.push('runs', '1', { node: true, files: [{ name: 'srv/' }] }, config);
    const installed = await install('runs:1');
    expect(installed).toMatchObject({
      kind: 'installed',
      tree: { resolved: { kind: 'oci', digest }, workdir: '/srv' },
    });
    expect(progress).toContainEqual(expect.stringContaining(`pulling the image ${registry.host}/runs:1`));
    if (installed.kind !== 'installed') return;
    const source = { kind: 'oci', given: '', reference: `${registry.host}/runs:1` } as const;
    const site = await ServerSite.prepare(opened.sandbox, serverConfig({ source }), installed.tree, siteOptions());
    expect(site.image).toMatchObject({ digest, given: source.reference });
    const place = await site.place();
    if ('outcome' in place || place.reach.start === null) throw new Error('no place');
    expect((await outputOf(place.reach.start())).stdout).toBe('42\n');
    await place.close();
  });

  it('are pulled by digest, and once a run', async () => {
    const digest = await registry.push('pinned', 'digest', {}, { Cmd: ['/x'] });
    expect(await install(`pinned@${digest}`)).toMatchObject({ kind: 'installed', tree: { resolved: { digest } } });
    const before = progress.length;
    expect(await install(`pinned@${digest}`)).toMatchObject({ kind: 'installed', tree: { resolved: { digest } } });
    expect(progress.length).toBe(before);
  });

  it('of several processors are recorded by the digest that is good for all', async () => {
    const own = {
      digest: await registry.push('several', 'digest', {}, { Cmd: ['/own'] }),
      architecture: goArchitecture(),
    };
    const other = {
      digest: await registry.push('several', 'digest', {}, { Cmd: ['/other'] }, 's390x'),
      architecture: 's390x',
    };
    const digest = await registry.pushList('several', '1', [other, own]);
    expect(await install('several:1')).toMatchObject({
      kind: 'installed',
      tree: { resolved: { digest }, start: { command: ['/own'] } },
    });
    expect(await install(`several@${digest}`)).toMatchObject({ kind: 'installed', tree: { resolved: { digest } } });
  });

  it('for another processor alone are refused, as a list and as themselves', async () => {
    const digest = await registry.push('foreign', '1', {}, { Cmd: ['/x'] }, 's390x');
    await registry.pushList('foreign', 'list', [{ digest, architecture: 's390x' }]);
    const failure = (advice: string) => ({
      kind: 'failed',
      failure: { outcome: 'unsupported_platform', advice: expect.stringContaining(advice) },
    });
    expect(await install('foreign:1')).toMatchObject(failure('is for linux/s390x, and this machine is'));
    expect(await install('foreign:list')).toMatchObject(failure('does not exist for this processor'));
  });

  it('that do not exist fail the server; nothing else does', async () => {
    await registry.push('there', '1', {}, {});
    const missing = {
      kind: 'failed',
      failure: { outcome: 'install_failed', advice: expect.stringContaining('does not exist in its registry') },
    };
    expect(await install('there:2')).toMatchObject(missing);
    expect(await install('nowhere:1')).toMatchObject(missing);
    expect(await install(`there@sha256:${'0'.repeat(64)}`)).toMatchObject(missing);
    const infrastructure = (reason: string) => ({ kind: 'infrastructure', reason: expect.stringContaining(reason) });
    expect(await install('private:1', closed.host)).toMatchObject(infrastructure('log in with `podman login`'));
    expect(await install('x:1', '127.0.0.1:9')).toMatchObject(infrastructure('connection refused'));
    expect(await install('x:1', 'registry.invalid')).toMatchObject(infrastructure('could not be pulled'));
  });

  it('that name no registry say how to write them', async () => {
    const source = { kind: 'oci', given: 'oci:nobody-has-this:1', reference: 'nobody-has-this:1' } as const;
    expect(await installer.install(serverConfig({ source }))).toMatchObject({
      kind: 'failed',
      failure: { advice: expect.stringContaining('docker.io/library/nobody-has-this:1') },
    });
  });

  it('without Node cannot run packages of npm, and say so before anything is fetched', async () => {
    await registry.push('small', '1', {}, {});
    const image = `${registry.host}/small:1`;
    pulled.push(image);
    const npmless = new Installer(opened.sandbox, {
      registry: Promise.resolve({ url: new URL('http://127.0.0.1:9/'), ca: null, scopes: new Map() }),
      env: process.env,
      signal,
      progress: () => {},
    });
    const server = serverConfig({ source: { kind: 'path', given: '.', path: folder }, image });
    const installed = await npmless.install(server);
    await npmless.close();
    expect(installed).toMatchObject({ kind: 'failed', failure: { advice: expect.stringContaining('has no Node') } });
  });

  it('stay on the machine', async () => {
    const { ok } = await runCommand('podman', ['image', 'exists', `${registry.host}/runs:1`], { deadlineMs: 30_000 });
    expect(ok).toBe(true);
  });
});
