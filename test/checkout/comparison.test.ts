import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareWith, type ElsewhereCommits } from '../../src/checkout/comparison.ts';
import { committedFiles } from '../../src/checkout/work-tree.ts';
import { commitFiles, git, makeRepository, temporaryFolder } from './repository.ts';

const { signal } = new AbortController();
let folder: string;
let workspace: string;
let base: string;

beforeEach(() => {
  folder = temporaryFolder();
  workspace = join(folder, 'workspace');
  base = makeRepository(workspace, { 'a.txt': 'a\n', 'run.sh': '#!/bin/sh\n', 'sub/b.txt': 'b\n', 'sub/c.bin': 'c\0' });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const compare = (revision = base, elsewhere: ElsewhereCommits | null = null, withUntracked = false) =>
  compareWith(workspace, revision, { elsewhere, withUntracked, signal });

/** The workspace with its newest commit alone, as `actions/checkout` leaves it. */
function shallow(): void {
  const whole = join(folder, 'whole');
  git(folder, ['clone', '-q', '--bare', workspace, whole]);
  rmSync(workspace, { recursive: true });
  git(folder, ['clone', '-q', '--depth=1', `file://${whole}`, workspace]);
}

/** The platform, from a repository that has everything. */
const platform = (asked: string[]): ElsewhereCommits => ({
  tree: async (commit) => {
    asked.push(`tree ${commit}`);
    const tree = { top: join(folder, 'whole'), prefix: '', given: '', env: process.env, signal };
    const lines = git(tree.top, ['ls-tree', '-r', '-z', '--full-tree', commit]).split('\0').slice(0, -1);
    return lines.map((line) => {
      const [, mode = '', oid = '', path = ''] = /^(\d+) \w+ (\w+)\t(.*)$/su.exec(line) ?? [];
      return { path, mode, oid };
    });
  },
  blob: async (oid) => {
    asked.push(`blob ${oid}`);
    return Buffer.from(`${git(join(folder, 'whole'), ['cat-file', 'blob', oid])}\n`);
  },
});

describe('a workspace beside a commit', () => {
  it('is the same, byte by byte', async () => {
    const same = await compare();
    expect(same).toMatchObject({ commit: base, changed: [], leading: [] });
    expect(await same.base.text('a.txt')).toBe('a\n');
    expect(await same.base.text('sub/c.bin')).toBeNull();
    expect(await same.base.text('nothing')).toBeNull();
    await same.base.close();
  });

  it('differs in what was written, added, removed, and made a program', async () => {
    writeFileSync(join(workspace, 'a.txt'), 'A\n');
    chmodSync(join(workspace, 'run.sh'), 0o755);
    rmSync(join(workspace, 'sub/b.txt'));
    commitFiles(workspace, { 'new.txt': '' });
    const { changed, leading } = await compare();
    expect(changed).toEqual(['a.txt', 'new.txt', 'run.sh', 'sub/b.txt']);
    expect(leading).toEqual([]);
  });

  it('counts both names of a file that moves', async () => {
    git(workspace, ['mv', 'a.txt', 'z.txt']);
    expect((await compare()).changed).toEqual(['a.txt', 'z.txt']);
  });

  it('counts what lies there, not what git was told', async () => {
    // As `git update-index --assume-unchanged` would hide it from git itself.
    git(workspace, ['update-index', '--assume-unchanged', 'a.txt']);
    writeFileSync(join(workspace, 'a.txt'), 'A\n');
    expect((await compare()).changed).toEqual(['a.txt']);
  });

  it('reads what the base had, and no text of more than 1 MiB', async () => {
    const large = commitFiles(workspace, { 'large.txt': 'x'.repeat(1024 ** 2 + 1), 'small.txt': 'old' });
    commitFiles(workspace, { 'large.txt': 'y', 'small.txt': 'new' });
    const { base: was } = await compare(large);
    expect(await was.text('small.txt')).toBe('old');
    expect(await was.text('large.txt')).toBeNull();
    expect(was.below('sub').paths).toEqual(['b.txt', 'c.bin']);
    expect(await was.below('sub').text('b.txt')).toBe('b\n');
    await was.close();
  });

  it('leads elsewhere where a link is new, gone or another', async () => {
    symlinkSync('a.txt', join(workspace, 'link'));
    symlinkSync('sub', join(workspace, 'same'));
    const linked = commitFiles(workspace, {});
    rmSync(join(workspace, 'link'));
    symlinkSync('run.sh', join(workspace, 'link'));
    commitFiles(workspace, {});
    expect(await compare(linked)).toMatchObject({
      changed: ['link'],
      leading: ['link'],
      links: new Map([['same', 'sub']]),
    });
    rmSync(join(workspace, 'link'));
    writeFileSync(join(workspace, 'link'), 'run.sh');
    expect((await compare(linked)).leading).toEqual(['link']);
    expect((await compare(base)).leading).toEqual(['same']);
  });

  it('follows no folder that has become a link', async () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'b.txt'), 'b\n');
    rmSync(join(workspace, 'sub'), { recursive: true });
    symlinkSync(outside, join(workspace, 'sub'));
    const { changed, leading } = await compare();
    expect(changed).toContain('sub/b.txt');
    expect(leading).toEqual([]);
    commitFiles(workspace, {});
    expect((await compare()).leading).toEqual(['sub']);
  });

  it('never knows what a submodule holds once it is there', async () => {
    const cacheinfo = (oid: string) => git(workspace, ['update-index', '--add', '--cacheinfo', `160000,${oid},module`]);
    cacheinfo(base);
    git(workspace, ['commit', '-q', '-m', 'module']);
    const withModule = git(workspace, ['rev-parse', 'HEAD']);
    expect(await compare(withModule)).toMatchObject({ changed: [], leading: [] });
    mkdirSync(join(workspace, 'module'));
    writeFileSync(join(workspace, 'module/x'), '');
    expect(await compare(withModule)).toMatchObject({ changed: ['module'], leading: [] });
    cacheinfo('1'.repeat(40));
    expect((await compare(withModule)).leading).toEqual(['module']);
  });

  it('runs nothing that the repository configures', async () => {
    const proof = join(folder, 'ran');
    commitFiles(workspace, { '.gitattributes': '* filter=evil diff=evil' });
    for (const key of ['filter.evil.clean', 'filter.evil.smudge', 'diff.evil.command', 'core.fsmonitor']) {
      git(workspace, ['config', key, `touch ${proof}; false`]);
    }
    await compare(base);
    expect(existsSync(proof)).toBe(false);
  });

  it('tells what git does not track, ignored or not', async () => {
    mkdirSync(join(workspace, 'sub/built'));
    writeFileSync(join(workspace, 'sub/built/x'), '');
    writeFileSync(join(workspace, '.git/info/exclude'), 'built\n');
    const compared = await compare();
    expect(compared.changed).toEqual([]);
    expect(await compared.untracked(join(workspace, 'sub'))).toEqual(['built/']);
    writeFileSync(join(workspace, 'sub/loose'), '');
    expect((await compare(base, null, true)).changed).toEqual(['sub/loose']);
  });

  it('may be a folder of the checkout', async () => {
    writeFileSync(join(workspace, 'a.txt'), 'A\n');
    writeFileSync(join(workspace, 'sub/b.txt'), 'B\n');
    const options = { elsewhere: null, withUntracked: false, signal };
    expect((await compareWith(join(workspace, 'sub'), 'HEAD', options)).changed).toEqual(['b.txt']);
  });
});

describe('a shallow checkout', () => {
  it('asks the platform for the base, and for no file that is the same', async () => {
    commitFiles(workspace, { 'a.txt': 'A\n' });
    shallow();
    const asked: string[] = [];
    const { changed, base: was, commit } = await compare(base, platform(asked));
    expect({ changed, commit }).toEqual({ changed: ['a.txt'], commit: base });
    expect(await was.text('sub/b.txt')).toBe('b\n');
    expect(asked).toEqual([`tree ${base}`]);
    expect(await was.text('a.txt')).toBe('a\n');
    expect(await was.text('a.txt')).toBe('a\n');
    expect(asked).toHaveLength(2);
    await was.close();
  });

  it('asks for not more than so many files', async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`many/${n}.txt`, `${n}\n`]));
    const before = commitFiles(workspace, many);
    commitFiles(workspace, Object.fromEntries(Object.keys(many).map((path) => [path, 'x\n'])));
    shallow();
    const { base: was } = await compare(before, { ...platform([]), blob: async () => Buffer.from('a') });
    const all = Promise.all(Object.keys(many).map((path) => was.text(path)));
    await expect(all).rejects.toThrow('more than 200 files of the base are not here');
    await was.close();
  });

  it('without a platform says what to do', async () => {
    commitFiles(workspace, { 'a.txt': 'A\n' });
    shallow();
    await expect(compare()).rejects.toThrow('give `actions/checkout` a `fetch-depth: 2`');
    await expect(compare('no-such-branch', platform([]))).rejects.toThrow('is not in the workspace; name a commit');
    await expect(compare('--output=x', platform([]))).rejects.toThrow('is not in the workspace');
  });

  it('of depth 2 has what it needs', async () => {
    commitFiles(workspace, { 'a.txt': 'A\n' });
    const tree = { top: workspace, prefix: '', given: '', env: process.env, signal };
    expect((await committedFiles(tree, 'HEAD~1'))?.commit).toBe(base);
  });
});

it('a folder that is no checkout cannot be compared', async () => {
  const plain = temporaryFolder();
  await expect(compareWith(plain, base, { elsewhere: null, withUntracked: false, signal })).rejects.toThrow(
    'the workspace is no git checkout',
  );
  rmSync(plain, { recursive: true });
});
