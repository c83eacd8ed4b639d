import { chmodSync, mkdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CheckoutRefused, CheckoutUnavailable } from '../../src/checkout/errors.ts';
import { openFolder } from '../../src/checkout/fetch-folder.ts';
import { fetchGit } from '../../src/checkout/fetch-git.ts';
import { FolderRefused, packFolder } from '../../src/checkout/pack.ts';
import { git, makeRepository, temporaryFolder, writeFiles } from './repository.ts';
import { entriesOf, everything, fetchOptions, messageOf, pathsOf } from './support.ts';

const root = temporaryFolder();
afterAll(() => rmSync(root, { recursive: true, force: true }));

const { signal } = new AbortController();
const opened = async (path: string, trackedOnly = true, limits = {}) =>
  openFolder('.', join(root, path), { trackedOnly, signal, limits });

describe('a folder of a git work tree', () => {
  it('is its tracked files as they are now, at a commit only where they are as it has them', async () => {
    const folder = join(root, 'tree');
    const commit = makeRepository(folder, { '.gitignore': 'out\n', 'a.txt': '1', 'sub/b.txt': '2' });
    writeFiles(folder, { 'out/secret.env': 'x', 'new.txt': 'x' });
    const clean = await opened('tree');
    expect(pathsOf(clean)).toEqual(['.gitignore', 'a.txt', 'sub/b.txt']);
    expect(clean.commit).toBe(commit);
    expect(await clean.text('new.txt')).toBeNull();
    await clean.close();

    writeFiles(folder, { 'a.txt': 'changed' });
    const dirty = await opened('tree');
    expect(dirty.commit).toBeNull();
    expect(await dirty.text('a.txt')).toBe('changed');
    // What is changed lies elsewhere.
    const sub = await opened('tree/sub');
    expect(sub.commit).toBe(commit);
    expect(pathsOf(sub)).toEqual(['b.txt']);
    expect(await sub.text('b.txt')).toBe('2');
  });

  it('has its new files too on the command line, but none that is ignored', async () => {
    const folder = join(root, 'untracked');
    makeRepository(folder, { '.gitignore': 'out\n', 'sub/a.txt': '1' });
    writeFiles(folder, { 'out/x': 'x', 'sub/new.txt': 'x' });
    makeRepository(join(folder, 'nested'), { a: '1' });
    const checkout = await opened('untracked', false);
    expect(pathsOf(checkout)).toEqual(['.gitignore', 'sub/a.txt', 'sub/new.txt']);
    expect(checkout.commit).toBeNull();
    expect(checkout.notes.join()).toContain('"nested/": repositories of their own');
    expect(pathsOf(await opened('untracked/sub', false))).toEqual(['a.txt', 'new.txt']);
  });

  it.each([
    ['a mode', (folder: string) => chmodSync(join(folder, 'a'), 0o755)],
    ['a file that is gone', (folder: string) => unlinkSync(join(folder, 'a'))],
    ['what is staged', (folder: string) => git(folder, ['rm', '-q', '--cached', 'a'])],
    [
      'a link in place of a file',
      (folder: string) => {
        unlinkSync(join(folder, 'a'));
        symlinkSync('/etc/passwd', join(folder, 'a'));
      },
    ],
    [
      'a change that is told to be none',
      (folder: string) => {
        git(folder, ['update-index', '--assume-unchanged', 'a']);
        writeFiles(folder, { a: 'other' });
      },
    ],
  ])('%s makes it no commit', async (name, change) => {
    const folder = join(root, `change-${name.replaceAll(' ', '-')}`);
    makeRepository(folder, { a: '1', b: '2' });
    change(folder);
    const checkout = await openFolder('.', folder, { trackedOnly: true, signal });
    expect(checkout.commit).toBeNull();
    expect((await checkout.text('a'))?.includes('root:') ?? false).toBe(false);
  });

  it('does not follow a tracked folder that has become a link', async () => {
    writeFiles(join(root, 'outside'), { 'secret.txt': 'secret' });
    const folder = join(root, 'swapped');
    makeRepository(folder, { 'd/secret.txt': 'mine', a: '1' });
    rmSync(join(folder, 'd'), { recursive: true });
    symlinkSync(join(root, 'outside'), join(folder, 'd'));
    const checkout = await openFolder('.', folder, { trackedOnly: true, signal });
    expect(pathsOf(checkout)).toEqual(['a']);
    expect(await checkout.text('d/secret.txt')).toBeNull();
    // Nor when that happens after it was listed.
    const later = join(root, 'later');
    makeRepository(later, { 'd/secret.txt': 'mine' });
    const listed = await openFolder('.', later, { trackedOnly: true, signal });
    rmSync(join(later, 'd'), { recursive: true });
    symlinkSync(join(root, 'outside'), join(later, 'd'));
    expect(await listed.text('d/secret.txt')).toBeNull();
    await messageOf(entriesOf(listed.pack('.', everything)), FolderRefused);
  });

  it('says when nothing of it is tracked, and refuses a `.git` that git cannot read', async () => {
    const folder = join(root, 'nothing');
    makeRepository(folder, { a: '1' });
    mkdirSync(join(folder, 'build'));
    writeFiles(folder, { 'build/index.js': '' });
    const checkout = await opened('nothing/build');
    expect(checkout.files).toEqual([]);
    expect(checkout.notes).toEqual(['Git tracks none of its files.']);
    rmSync(join(folder, '.git'), { recursive: true });
    mkdirSync(join(folder, '.git'));
    expect(await messageOf(opened('nothing'), CheckoutRefused)).toContain('git cannot read');
  });

  it('may be a second work tree, of a repository without a commit, or of the newer hash', async () => {
    const folder = join(root, 'main-tree');
    const commit = makeRepository(folder, { a: '1' });
    git(folder, ['worktree', 'add', '-q', join(root, 'second-tree')]);
    expect((await opened('second-tree')).commit).toBe(commit);
    const sha256 = makeRepository(join(root, 'newer'), { a: '1' }, ['--object-format=sha256']);
    expect((await opened('newer')).commit).toBe(sha256);
    const unborn = join(root, 'unborn');
    mkdirSync(unborn);
    git(unborn, ['init', '-q']);
    writeFiles(unborn, { a: '1' });
    git(unborn, ['add', 'a']);
    const checkout = await opened('unborn');
    expect([checkout.commit, pathsOf(checkout)]).toEqual([null, ['a']]);
  });
});

describe('a folder', () => {
  it('without git is everything but the usual', async () => {
    writeFiles(join(root, 'plain'), { 'a.txt': '1', 'node_modules/x/i.js': '', 'sub/.venv/x': '', 'sub/b': '' });
    symlinkSync('/etc', join(root, 'plain', 'etc'));
    const checkout = await opened('plain');
    expect(pathsOf(checkout)).toEqual(['a.txt', 'etc', 'sub/b']);
    expect(checkout.commit).toBeNull();
    expect(await entriesOf(checkout.pack('.', everything))).toEqual([
      'folder .',
      expect.stringMatching(/^file a.txt 644 1234/u) as string,
      'folder sub',
      expect.stringMatching(/^file sub\/b 644 1234/u) as string,
    ]);
  });

  it('that is none, is too large, or is canceled is refused', async () => {
    writeFiles(join(root, 'few'), { a: '123', b: '456', c: '7' });
    expect(await messageOf(opened('few', true, { files: 2 }), CheckoutRefused)).toContain('more than 2 files');
    await messageOf(opened('few', true, { unpackedBytes: 6 }), CheckoutRefused);
    await messageOf(opened('few/a'), CheckoutRefused);
    await messageOf(opened('missing'), CheckoutRefused);
    makeRepository(join(root, 'canceled'), { a: '1' });
    const canceled = openFolder('.', join(root, 'canceled'), { trackedOnly: true, signal: AbortSignal.abort() });
    await messageOf(canceled, CheckoutUnavailable);
  });

  it('and the same files fetched, and packed from the disk, have one digest', async () => {
    const folder = join(root, 'digest');
    writeFiles(folder, { 'a-b/x': '1', 'a/x': '2', 'a.txt': '', [`long/${'n'.repeat(120)}/é`]: 'x'.repeat(300_000) });
    writeFiles(folder, { 'bin/run': '#!/bin/sh\n', skip: 'x' });
    chmodSync(join(folder, 'bin/run'), 0o755);
    symlinkSync('../a/x', join(folder, 'bin/link'));
    makeRepository(folder, {});
    const leaveOut = (name: string) => name === 'skip' || name === '.git';
    const disk = packFolder(folder, { uid: 1234, leaveOut });
    const fetched = await fetchGit({ given: 'x', url: folder, ref: null }, fetchOptions(root, { allowLocal: true }));
    const here = await openFolder('.', folder, { trackedOnly: true, signal });
    const packs = [disk, fetched.pack('.', { uid: 1234, leaveOut }), here.pack('.', { uid: 1234, leaveOut })];
    const lines = await Promise.all(packs.map(async (pack) => entriesOf(pack)));
    expect(lines[1]).toEqual(lines[0]);
    expect(lines[2]).toEqual(lines[0]);
    expect(new Set(await Promise.all(packs.map(async (pack) => pack.digest))).size).toBe(1);
    expect(lines[0]).toHaveLength(12);
    await fetched.close();
  });

  it('gives text only', async () => {
    const folder = join(root, 'texts');
    writeFiles(folder, {
      bom: '\u{feff}text',
      latin: Buffer.from([0xe9, 0x20]),
      binary: 'a\0b',
      large: 'x'.repeat(1024 ** 2 + 1),
      largest: 'x'.repeat(1024 ** 2),
      empty: '',
    });
    makeRepository(folder, {});
    const fetched = await fetchGit({ given: 'x', url: folder, ref: null }, fetchOptions(root, { allowLocal: true }));
    for (const checkout of [fetched, await openFolder('.', folder, { trackedOnly: true, signal })]) {
      const names = ['bom', 'latin', 'binary', 'large', 'empty', '.git/config', '../x', 'bom/x'];
      const texts = await Promise.all(names.map(async (name) => checkout.text(name)));
      expect(texts).toEqual(['text', null, null, null, '', null, null, null]);
      expect(await checkout.text('largest')).toHaveLength(1024 ** 2);
      await checkout.close();
    }
  });

  it('that is given up in the middle of packing lets go', async () => {
    const folder = join(root, 'large');
    makeRepository(folder, { a: Buffer.alloc(20 * 1024 ** 2), b: Buffer.alloc(1024) });
    const fetched = await fetchGit({ given: 'x', url: folder, ref: null }, fetchOptions(root, { allowLocal: true }));
    for (const end of ['stream', 'checkout'] as const) {
      const { tar, digest } = fetched.pack('.', everything);
      tar.on('error', () => {});
      await new Promise((resolve) => tar.once('readable', () => resolve(null)));
      if (end === 'stream') tar.destroy();
      else {
        await fetched.close();
        tar.resume();
      }
      expect(await messageOf(digest, Error)).not.toBe('');
    }
  });
});
