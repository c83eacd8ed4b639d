import { describe, expect, it } from 'vitest';
import type { InstalledTree } from '../../src/install/model.ts';
import { commandOfImage, startCommand } from '../../src/workflow/start-command.ts';
import { serverConfig } from '../podman/sandbox-fixture.ts';

const tree = (commands: Record<string, string[]>, packageName: string | null = null): InstalledTree => ({
  volume: 'volume',
  uid: 1,
  resolved: { kind: 'npm', name: 'x', version: '1.0.0', integrity: null, digest: null },
  commands: new Map(Object.entries(commands)),
  start: null,
  packageName,
  workdir: null,
  size: 0,
  scripts: { packages: [], ran: false, failure: null },
  timings: { resolveMs: 0, fetchMs: 0, scriptsMs: 0 },
  npm: null,
});
const image = (entrypoint: string[], command: string[]) => ({ ...tree({}), start: { entrypoint, command } });

describe('what starts a server', () => {
  it('of a package is its command, never a guess among several', () => {
    expect(startCommand(serverConfig({ args: ['a'] }), tree({ x: ['/x'] }))).toEqual({
      ok: true,
      command: ['/x', 'a'],
    });
    const several = tree({ x: ['/x'], y: ['/y'] }, '@scope/y');
    expect(startCommand(serverConfig(), several)).toEqual({ ok: true, command: ['/y'] });
    expect(startCommand(serverConfig({ bin: 'x' }), several)).toEqual({ ok: true, command: ['/x'] });
    expect(startCommand(serverConfig(), { ...several, packageName: 'z' })).toMatchObject({ ok: false });
    expect(startCommand(serverConfig(), tree({}))).toMatchObject({
      advice: expect.stringContaining('may be a library'),
    });
  });

  it('of an image is its entry point, with the arguments given or its own', () => {
    expect(startCommand(serverConfig(), image(['/e', '-x'], ['c']))).toEqual({ ok: true, command: ['/e', '-x', 'c'] });
    expect(startCommand(serverConfig({ args: ['a'] }), image(['/e'], ['c']))).toEqual({
      ok: true,
      command: ['/e', 'a'],
    });
    expect(startCommand(serverConfig(), image([], ['c', 'd']))).toEqual({ ok: true, command: ['c', 'd'] });
    expect(startCommand(serverConfig({ args: ['a'] }), image([], ['c']))).toEqual({ ok: true, command: ['a'] });
    expect(commandOfImage({ entrypoint: [], command: [] }, [])).toMatchObject({ ok: false });
  });

  it('is the configured command before all else', () => {
    const server = serverConfig({ command: ['mine'], args: ['a'] });
    expect(startCommand(server, image(['/e'], ['c']))).toEqual({ ok: true, command: ['mine', 'a'] });
    expect(startCommand(server, null)).toEqual({ ok: true, command: ['mine', 'a'] });
    expect(startCommand(serverConfig(), null)).toMatchObject({ ok: false });
  });
});
