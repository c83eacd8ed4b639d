import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const usualMs = 30_000;

describe('what a cleanup from outside waits for podman', () => {
  let folder: string;
  const state = () => ({ runs: '', uids: '', runtime: '', cache: join(folder, 'cache') });
  // What is known of podman is known by the whole process.
  const fresh = async () => {
    vi.resetModules();
    return import('../../src/sandbox/patience.ts');
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-patience-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['all there is where nobody knows what it takes', null, usualMs],
    ['a few seconds where it answers at once', 80, 5000],
    ['four times what it took when the machine was less busy', 2000, 8000],
    ['not more than anybody would', 12_000, usualMs],
  ])('is %s', async (_, answerMs, expected) => {
    const { noteAnswer, patienceHere } = await fresh();
    if (answerMs !== null) await noteAnswer(state(), answerMs);
    expect((await patienceHere(state())).deadline(usualMs)).toBe(expected);
  });

  it('is little after a call that hung, whoever made it, until one is answered', async () => {
    const { Patience } = await fresh();
    const one = new Patience(100);
    const other = new Patience(null);
    one.heard({ timedOut: true });
    expect([one.deadline(usualMs), other.deadline(usualMs), other.deadline(500)]).toEqual([2000, 2000, 500]);
    other.heard({ timedOut: false });
    expect([one.deadline(usualMs), other.deadline(usualMs)]).toEqual([usualMs, usualMs]);
  });

  it('is as where nobody knows, where the note is no number or cannot be written', async () => {
    const { noteAnswer, patienceHere } = await fresh();
    mkdirSync(state().cache);
    writeFileSync(join(state().cache, 'podman-ms'), '-1e9');
    expect((await patienceHere(state())).deadline(usualMs)).toBe(usualMs);
    writeFileSync(join(folder, 'file'), '');
    await expect(noteAnswer({ ...state(), cache: join(folder, 'file') }, 1)).resolves.toBeUndefined();
  });
});
