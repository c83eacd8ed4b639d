import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { find, probes } from '../../src/sandbox/programs/probes.mjs';

/** Outside of any sandbox these attempts work: an attempt that is always refused would prove nothing. */
describe('what the sandbox is to prevent', () => {
  it('own-code is seen to work where a program is its own', async () => {
    // The repository may be somebody else's.
    const folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-probes-'));
    copyFileSync(new URL('../../src/sandbox/programs/probes.mjs', import.meta.url), join(folder, 'probes.mjs'));
    const own = (await import(join(folder, 'probes.mjs'))) as { probes: typeof probes };
    expect(await own.probes.find(({ id }) => id === 'own-code')?.attempt()).toMatchObject({ held: false });
    rmSync(folder, { recursive: true });
  });

  it.each(['processes', 'run-from-tmp'])('%s is seen to work where there is no sandbox', async (id) => {
    const probe = probes.find((each) => each.id === id);
    expect(await probe?.attempt()).toMatchObject({ held: false });
  });

  it('the environment of a runner is seen', async () => {
    process.env['GITHUB_TOKEN'] = 'x';
    const attempted = await probes.find((each) => each.id === 'environment')?.attempt();
    delete process.env['GITHUB_TOKEN'];
    expect(attempted).toMatchObject({ held: false, outcome: expect.stringContaining('GITHUB_TOKEN') });
  });

  it('files of the workspace are found, wherever they lie', () => {
    const root = mkdtempSync(join(tmpdir(), 'mcp-workflow-probes-'));
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/b/mcp-workflow.yml'), '');
    expect(find(new Set(['mcp-workflow.yml']), root)).toEqual([join(root, 'a/b/mcp-workflow.yml')]);
    rmSync(root, { recursive: true });
  });

  it('every attempt has an id of its own', () => {
    const ids = probes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(20);
  });
});
