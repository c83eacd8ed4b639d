import { posix } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanEntries, comparePaths, foldersAbove } from '../../src/checkout/entry.ts';
import { faultOfPath, isGitFolder, staysBelow } from '../../src/checkout/paths.ts';

const lookAlikes = ['.git', '.GIT', '.Git', '.git.', '.git ', '.git. .', 'git~1', 'GIT~1', '.g\u200cit', '\ufeff.git'];
const streams = ['.git::$INDEX_ALLOCATION', '.git:stream', '.git .::x'];

describe('a path of a repository', () => {
  it.each([...lookAlikes, ...streams])('%j is `.git` to some file system', (name) => {
    expect(isGitFolder(name)).toBe(true);
    expect(faultOfPath(`${name}/config`)).toContain('.git');
    expect(faultOfPath(`a/${name}`)).toContain('.git');
  });

  it.each(['.github', '.gitignore', '.gitmodules', 'git', 'a.git', '.git2', 'git~2x', '...'])('%j is none', (name) => {
    expect(isGitFolder(name)).toBe(false);
    expect(faultOfPath(name)).toBeNull();
  });

  it.each([
    '/etc/passwd',
    'C:/x',
    '../x',
    'a/../b',
    'a/..',
    './a',
    'a//b',
    'a/',
    '',
    'a\0b',
    'a\nb',
    'a\u009bb',
    'a\\b',
    '..\\x',
    '\ufffd',
    'x/'.repeat(64) + 'x',
    'x'.repeat(256),
    `${'y'.repeat(200)}/`.repeat(21) + 'y',
  ])('%j is left out', (path) => {
    expect(faultOfPath(path)).not.toBeNull();
  });

  const name = fc.oneof(
    fc.constantFrom(
      '.',
      '..',
      '',
      '.git',
      '.GIT ',
      'git~1',
      'a',
      'A',
      'b',
      'e\u0301',
      '\u00e9',
      '\0',
      '\\',
      'x'.repeat(300),
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const entry = fc.record({
    path: fc.array(name, { maxLength: 6 }).map((names) => names.join('/')),
    kind: fc.constantFrom('file' as const, 'link' as const),
  });

  it('that is kept leads below the root, whatever stands beside it', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (raw) => {
        const { entries, notes } = cleanEntries(raw);
        const paths = entries.map(({ path }) => path);
        expect(new Set(paths).size).toBe(paths.length);
        for (const path of paths) {
          expect(posix.join('/root', path)).toBe(`/root/${path}`);
          expect(path.split('/').some((each) => isGitFolder(each))).toBe(false);
          expect(foldersAbove(path).some((folder) => paths.includes(folder))).toBe(false);
        }
        expect(paths.toSorted(comparePaths)).toEqual(paths);
        expect(notes.length === 0).toBe(entries.length === raw.length);
        expect(notes.join('')).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a link', () => {
  it.each([
    ['.', 'a', 'b'],
    ['.', 'a', './b'],
    ['.', 'a/b', '../c'],
    ['.', 'a/b/c', '../..'],
    ['a', 'a/b/c', '../d/e'],
    ['.', 'a', 'b/'],
  ])('below %s at %s may lead to %s', (folder, link, target) => {
    expect(staysBelow(folder, link, target)).toBe(true);
  });

  it.each([
    ['.', 'a', '/etc/passwd'],
    ['.', 'a', '..'],
    ['.', 'a/b', '../../c'],
    ['a', 'a/b', '../c'],
    ['a', 'a/b', '../a/c'],
    ['.', 'a', 'b/../c'],
    ['.', 'a', '.git/config'],
    ['.', 'a', '..\\x'],
    ['.', 'a', ''],
    ['.', 'a', 'b\0'],
  ])('below %s at %s may not lead to %s', (folder, link, target) => {
    expect(staysBelow(folder, link, target)).toBe(false);
  });

  it('and others that it leads over never leave the folder together', () => {
    const part = fc.constantFrom('..', '.', 'a', 'b', 'c');
    const text = fc.array(part, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
    const place = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((names) => names.join('/'));
    fc.assert(
      fc.property(fc.array(fc.record({ path: place, target: text }), { maxLength: 8 }), (raw) => {
        const linked = cleanEntries(raw.map((each) => ({ ...each, kind: 'link' as const }))).entries;
        const links = new Map(
          linked.flatMap(({ path, target }) => (staysBelow('.', path, target) ? [[path, target] as const] : [])),
        );
        for (const link of links.keys()) expect(climbsOut(link, links)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Follows a path as a kernel does. @returns whether it ever stands above the root */
function climbsOut(path: string, links: ReadonlyMap<string, string>): boolean {
  const rest = path.split('/');
  let at: string[] = [];
  for (let steps = 0; rest.length > 0 && steps < 500; steps++) {
    const name = rest.shift() ?? '.';
    if (name === '.') continue;
    if (name === '..') {
      if (at.length === 0) return true;
      at = at.slice(0, -1);
      continue;
    }
    const target = links.get([...at, name].join('/'));
    if (target === undefined) at = [...at, name];
    else rest.unshift(...target.split('/'));
  }
  return false;
}
