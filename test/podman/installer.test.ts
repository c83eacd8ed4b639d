import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installer } from '../../src/install/installer.ts';
import { findRegistry } from '../../src/install/npm-settings.ts';
import { leftovers } from '../action/leftovers.ts';
import { type OpenedSandbox, openSandbox, serverConfig } from './sandbox-fixture.ts';

describe('what is installed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-install-'));
  const server = serverConfig({ source: { kind: 'path', given: '.', path: folder } });
  let opened: OpenedSandbox;
  let installer: Installer;
  beforeAll(async () => {
    opened = await openSandbox();
    const { signal } = new AbortController();
    installer = new Installer(opened.sandbox, {
      registry: findRegistry(),
      env: process.env,
      signal,
      progress: () => {},
    });
  });
  afterAll(async () => {
    await installer.close();
    await opened.sweep();
    rmSync(folder, { recursive: true });
  });
  const volumes = () => leftovers([opened]).filter((line) => line.startsWith('volume'));
  const install = async (each = server) => {
    const installed = await installer.install(each);
    if (installed.kind !== 'installed') throw new Error(JSON.stringify(installed));
    return installed.tree;
  };

  it('is kept for whoever needs the same, and looked at again when a new round begins', async () => {
    writeFileSync(join(folder, 'server.mjs'), '1');
    const [first, same] = [await install(), await install()];
    expect(same).toBe(first);
    writeFileSync(join(folder, 'server.mjs'), '2');
    await installer.forget();
    const second = await install();
    expect(second.resolved.digest).not.toBe(first.resolved.digest);
    // The first is gone, and its user is used again.
    expect(second.uid).toBe(first.uid);
    expect(volumes()).toEqual([`volume ${second.volume}`]);
    await installer.release([server.name]);
  });

  it('goes with the last server that is started from it, and is installed anew for one that comes later', async () => {
    const [one, other] = ['one', 'other'].map((name) => ({ ...server, name }));
    const first = await install(one);
    expect(await install(other)).toBe(first);
    await installer.release(['one']);
    expect(await install(one)).toBe(first);
    await installer.release(['one', 'never-installed']);
    expect(volumes()).toEqual([`volume ${first.volume}`]);
    await installer.release(['other']);
    expect(volumes()).toEqual([]);
    const second = await install(one);
    expect(second.volume).not.toBe(first.volume);
    expect(second.uid).toBe(first.uid);
    expect(volumes()).toEqual([`volume ${second.volume}`]);
    await installer.release(['one']);
  });
});
