import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Hearing } from '../../src/mcp/heard.ts';
import { StdoutNotes } from '../../src/mcp/stdout-notes.ts';
import { cut } from '../../src/mcp/text.ts';
import { readTools } from '../../src/mcp/tool-definition.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const megabyte = 1024 * 1024;

async function inUse(): Promise<number> {
  // Twice, since the memory behind a buffer goes after the buffer.
  for (let round = 0; round < 2; round++) {
    await turn();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What stays in memory while what `make` returns is held, with room for one text that the machine has not let go yet. */
async function keptBy(make: () => unknown): Promise<number> {
  const before = await inUse();
  const held = make();
  const after = await inUse();
  expect(held).toBeDefined();
  return after - before;
}

/** As it comes from a pipe: each a text of its own. */
const line = (bytes: number, letter = 'x') => Buffer.alloc(bytes, letter).toString('utf8');

describe('of large texts only what is kept stays in memory', () => {
  test('the beginning of a line', async () => {
    const kept = await keptBy(() => Array.from({ length: 16 }, () => cut(line(4 * megabyte), 200)));
    expect(kept).toBeLessThan(12 * megabyte);
  });

  test('lines that are no messages', async () => {
    const notes = new StdoutNotes();
    const kept = await keptBy(() => {
      for (let n = 0; n < 16; n++) notes.addDirt(line(4 * megabyte), 4 * megabyte);
      return notes;
    });
    expect(kept).toBeLessThan(12 * megabyte);
  });

  test('tools with names of many megabytes', async () => {
    const tools = () => Array.from({ length: 16 }, () => JSON.parse(`{"name":"${line(4 * megabyte)}"}`) as unknown);
    expect(await keptBy(() => readTools(tools()))).toBeLessThan(12 * megabyte);
  });

  test('progress and logs of one call, together', async () => {
    const hearing = new Hearing();
    hearing.expect(1);
    const kept = await keptBy(() => {
      for (let n = 0; n < 1000; n++) {
        hearing.notification('notifications/progress', { progressToken: 1, progress: n, message: line(60_000) });
        hearing.notification('notifications/message', { data: line(60_000) });
      }
      return hearing;
    });
    expect(kept).toBeLessThan(12 * megabyte);
    const { progress, logs } = hearing.heard();
    expect(progress.length + logs.length).toBeGreaterThan(60);
    expect(hearing.dropped).toBe(2000 - progress.length - logs.length);
  });

  test('a cut goes through no character', () => {
    expect(cut('a😀b', 3)).toBe('a…');
    expect(cut('a😀b', 4)).toBe('a😀b');
    expect(cut('a😀bc', 4)).toBe('a😀…');
  });
});
