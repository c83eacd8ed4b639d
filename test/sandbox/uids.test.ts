import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseUidBlocks, reserveUidBlock } from '../../src/sandbox/uids.ts';

describe('blocks of uids', () => {
  let folder: string;
  const release = (runId: string) => releaseUidBlocks(folder, runId, readdirSync(folder));
  const holders = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-uids-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('belong to one run each, and go back whole', async () => {
    const runs = Array.from({ length: 20 }, (_, at) => `run-${at}`);
    const blocks = await Promise.all(runs.map((runId) => reserveUidBlock(folder, runId)));
    expect(new Set(blocks.map(({ slot }) => slot)).size).toBe(runs.length);
    expect(new Set(blocks.flatMap((block) => [block.uid(0), block.uid(255)])).size).toBe(2 * runs.length);
    expect(await release('run-7')).toBe(1);
    expect(holders().toSorted()).toEqual(runs.filter((runId) => runId !== 'run-7').toSorted());
    expect((await reserveUidBlock(folder, 'next')).slot).toBe(blocks[7]?.slot);
  });

  it('are given back too where a kill cut the reservation or the release short', async () => {
    writeFileSync(join(folder, 'new-run'), 'ru');
    writeFileSync(join(folder, '3-4711-1'), 'run');
    writeFileSync(join(folder, '4-4711-1'), 'other');
    expect(await release('run')).toBe(2);
    expect(holders()).toEqual(['other']);
  });

  it('that another run got meanwhile stay with it, however many sweep the run before', async () => {
    for (let round = 0; round < 300; round++) {
      await reserveUidBlock(folder, `old-${round}`);
      const sweeps = Array.from({ length: 4 }, () => release(`old-${round}`));
      const next = Promise.race(sweeps).then(() => reserveUidBlock(folder, `new-${round}`));
      const released = await Promise.all(sweeps);
      await next;
      expect(released.reduce((sum, count) => sum + count)).toBe(1);
      expect(holders()).toEqual([`new-${round}`]);
      expect(await release(`new-${round}`)).toBe(1);
    }
  });
});
