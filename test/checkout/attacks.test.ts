import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckoutRefused } from '../../src/checkout/errors.ts';
import { openFolder } from '../../src/checkout/fetch-folder.ts';
import { fetchGit } from '../../src/checkout/fetch-git.ts';
import { FolderRefused } from '../../src/checkout/pack.ts';
import { backend, serve, type TestServer } from './git-server.ts';
import { blob, commitFiles, commitTree, git, makeRepository, temporaryFolder, tree, writeFiles } from './repository.ts';
import { entriesOf, everything, fetchOptions, messageOf, pathsOf, shortHash } from './support.ts';

const root = temporaryFolder();
/** Made by whatever attack succeeds. */
const marker = join(root, 'marker');
const attack = `#!/bin/sh\ntouch '${marker}'\ncat\n`;
let server: TestServer;

beforeAll(async () => {
  server = await serve(backend(join(root, 'repositories'), { token: null }));
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

const at = (name: string) => join(root, 'repositories', name);
const fetch = async (name: string, more = {}) =>
  fetchGit({ given: name, url: `${server.origin}/${name}/.git`, ref: null }, fetchOptions(root, more));
const unharmed = () => expect(existsSync(marker)).toBe(false);

describe('settings and programs of a repository', () => {
  it('hooks are neither fetched nor run', async () => {
    makeRepository(at('hooks'), { 'hooks/post-checkout': attack, '.githooks/post-merge': attack, a: '1' });
    for (const name of ['post-checkout', 'post-merge', 'reference-transaction', 'post-index-change', 'fsmonitor']) {
      writeFiles(at('hooks'), { [`.git/hooks/${name}`]: attack });
      chmodSync(join(at('hooks'), '.git/hooks', name), 0o755);
    }
    git(at('hooks'), ['config', 'core.hooksPath', join(at('hooks'), '.git/hooks')]);
    const options = fetchOptions(root);
    const checkout = await fetchGit({ given: 'hooks', url: `${server.origin}/hooks/.git`, ref: null }, options);
    const kept = readdirSync(options.folder, { recursive: true, encoding: 'utf8' });
    expect(kept.filter((name) => /hooks/u.test(name))).toEqual([]);
    await checkout.close();
    const folder = await openFolder('.', at('hooks'), { trackedOnly: false, signal: options.signal });
    expect(pathsOf(folder)).toContain('hooks/post-checkout');
    unharmed();
  });

  it('attributes change no byte: filters, export-subst, encodings, ends of lines, LFS', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1\n`;
    const files = {
      '.gitattributes': '* filter=evil ident\nx.txt export-subst\n*.crlf text eol=crlf\n*.bin filter=lfs diff=lfs\n',
      '.lfsconfig': '[lfs]\n url = file:///\n',
      'x.txt': '$Format:%H$ $Id$\n',
      'y.crlf': 'a\nb\n',
      'z.bin': pointer,
    };
    makeRepository(at('attributes'), files);
    git(at('attributes'), ['config', 'filter.evil.smudge', `sh -c 'touch ${marker}; cat'`]);
    git(at('attributes'), ['config', 'filter.evil.clean', `sh -c 'touch ${marker}; cat'`]);
    git(at('attributes'), ['config', 'filter.evil.required', 'true']);
    const checkout = await fetch('attributes');
    for (const [name, content] of Object.entries(files)) expect(await checkout.text(name)).toBe(content);
    expect(checkout.notes.join()).toContain('Git LFS');
    const lines = await entriesOf(checkout.pack('.', everything));
    expect(lines).toContain(`file x.txt 644 1234 ${shortHash(files['x.txt'])}`);
    await checkout.close();
    const folder = await openFolder('.', at('attributes'), { trackedOnly: true, signal: new AbortController().signal });
    expect(folder.commit).toBe(checkout.commit);
    unharmed();
  });

  it.each([
    ['file:///etc', /Left out: "module": a submodule/u],
    [`ext::sh -c touch% ${marker}`, /Left out: "module": a submodule/u],
    ['../../other', /Left out: "module": a submodule/u],
  ])('a submodule at %s is left out', async (url, note) => {
    const name = `submodule-${url.length}`;
    makeRepository(at(name), { a: '1', '.gitmodules': `[submodule "module"]\n path = module\n url = ${url}\n` });
    const oid = git(at(name), ['rev-parse', 'HEAD']);
    git(at(name), ['update-index', '--add', '--cacheinfo', `160000,${oid},module`]);
    git(at(name), ['commit', '-q', '-m', 'module']);
    const checkout = await fetch(name);
    expect(pathsOf(checkout)).toEqual(['.gitmodules', 'a']);
    expect(checkout.notes.join()).toMatch(note);
    await checkout.close();
    unharmed();
  });

  it('a submodule whose URL or name is an attack on git itself makes the repository refused', async () => {
    for (const [name, text] of [
      ['option', `[submodule "m"]\n path = m\n url = --upload-pack=touch\n`],
      ['name', `[submodule "../../../m"]\n path = m\n url = https://example.com/x\n`],
    ] as const) {
      makeRepository(at(`module-${name}`), { '.gitmodules': text });
      expect(await messageOf(fetch(`module-${name}`), CheckoutRefused)).toContain('malformed');
    }
    unharmed();
  });

  it('an embedded bare repository is a folder like any other', async () => {
    const config = `[core]\n bare = true\n fsmonitor = ${at('embedded')}/run\n sshCommand = ${at('embedded')}/run\n worktree = /\n[alias]\n ls-files = !touch ${marker}\n rev-parse = !touch ${marker}\n ls-tree = !touch ${marker}\n`;
    const bare = {
      HEAD: 'ref: refs/heads/main\n',
      config,
      'objects/info/x': '',
      'refs/heads/x': '',
      'hooks/x': attack,
    };
    makeRepository(at('embedded'), {
      ...Object.fromEntries(Object.entries(bare).map(([name, text]) => [`inner/${name}`, text])),
      run: attack,
    });
    chmodSync(join(at('embedded'), 'run'), 0o755);
    const commit = commitFiles(at('embedded'), {});
    const checkout = await fetch('embedded');
    expect(await checkout.text('inner/config')).toBe(config);
    await checkout.close();
    const inner = join(at('embedded'), 'inner');
    const folder = await openFolder('inner', inner, { trackedOnly: true, signal: new AbortController().signal });
    expect(pathsOf(folder)).toEqual(['HEAD', 'config', 'hooks/x', 'objects/info/x', 'refs/heads/x']);
    expect(folder.commit).toBe(commit);
    unharmed();
  });

  it('settings of the workspace that start programs start none', async () => {
    const folder = at('settings');
    makeRepository(folder, { a: '1', '.gitattributes': '* filter=evil\n', run: attack });
    chmodSync(join(folder, 'run'), 0o755);
    for (const name of ['core.fsmonitor', 'filter.evil.clean', 'filter.evil.process', 'core.pager', 'diff.external']) {
      git(folder, ['config', name, join(folder, 'run')]);
    }
    git(folder, ['config', 'core.worktree', '/etc']);
    writeFiles(folder, { a: '2' });
    const checkout = await openFolder('.', folder, { trackedOnly: true, signal: new AbortController().signal });
    expect(await checkout.text('a')).toBe('2');
    expect(checkout.commit).toBeNull();
    unharmed();
  });
});

describe('paths and links of a repository', () => {
  it('links out of the tree are listed and packed nowhere', async () => {
    mkdirSync(at('links/d'), { recursive: true });
    for (const [name, target] of [
      ['passwd', '/etc/passwd'],
      ['up', '../../outside'],
      ['d/climbs', 'x/../../../etc'],
      ['d/good', '../a'],
      ['d/root', '..'],
    ] as const) {
      symlinkSync(target, join(at('links'), name));
    }
    makeRepository(at('links'), { a: 'text' });
    const checkout = await fetch('links');
    const links = checkout.files.filter(({ kind }) => kind === 'link').map(({ path }) => path);
    expect(links).toEqual(['d/climbs', 'd/good', 'd/root', 'passwd', 'up']);
    expect(await checkout.text('passwd')).toBeNull();
    expect(await checkout.text('d/good')).toBeNull();
    const all = await entriesOf(checkout.pack('.', everything));
    expect(all.filter((line) => line.startsWith('link'))).toEqual(['link d/good -> ../a', 'link d/root -> ..']);
    // Of the folder alone, these lead out.
    expect(await entriesOf(checkout.pack('d', everything))).toEqual(['folder .']);
    await checkout.close();
    const folder = await openFolder('.', at('links'), { trackedOnly: true, signal: new AbortController().signal });
    expect(await entriesOf(folder.pack('.', everything))).toEqual(all);
    expect(await folder.text('passwd')).toBeNull();
  });

  it('names that differ in capitals stay two files, and nothing is written through a link', async () => {
    makeRepository(at('case'), { a: '1' });
    const [one, two] = [blob(at('case'), 'one'), blob(at('case'), 'two')];
    const link = blob(at('case'), '.git/hooks');
    const inner = tree(at('case'), [{ mode: '100755', name: 'post-checkout', oid: blob(at('case'), attack) }]);
    commitTree(at('case'), [
      { mode: '120000', name: 'A', oid: link },
      { mode: '100644', name: 'README', oid: one },
      { mode: '40000', name: 'a', oid: inner },
      { mode: '100644', name: 'readme', oid: two },
    ]);
    const checkout = await fetch('case');
    expect(pathsOf(checkout)).toEqual(['A', 'README', 'readme']);
    expect([await checkout.text('README'), await checkout.text('readme')]).toEqual(['one', 'two']);
    expect(checkout.notes.join()).toContain('"a/post-checkout": its path leads through a file or a link');
    expect(await entriesOf(checkout.pack('.', everything))).toHaveLength(3);
    await checkout.close();
    unharmed();
  });

  it.each(['.git', '.GIT', '.git ', '.git.', 'git~1', '.g\u200cit', '..', '.', 'a\\b', ''])(
    'a tree with %j is refused by the fetch, or its file left out',
    async (name) => {
      const repository = at(`name-${Buffer.from(name).toString('hex')}`);
      makeRepository(repository, { a: '1' });
      const inner = tree(repository, [{ mode: '100644', name: 'config', oid: blob(repository, attack) }]);
      const kept = blob(repository, 'kept');
      commitTree(repository, [
        { mode: '40000', name, oid: inner },
        { mode: '100644', name: 'kept', oid: kept },
      ]);
      const outcome = await fetch(`name-${Buffer.from(name).toString('hex')}`).then(
        (checkout) => pathsOf(checkout).join(),
        (error: unknown) => (error instanceof CheckoutRefused ? 'refused' : error),
      );
      expect(['kept', 'refused']).toContain(outcome);
      unharmed();
    },
  );

  it('a folder that the checkout has not is refused', async () => {
    makeRepository(at('plain'), { 'a/b': '1' });
    const checkout = await fetch('plain');
    for (const folder of ['../..', '/etc', 'c', 'a/b', '.git']) {
      await messageOf(entriesOf(checkout.pack(folder, everything)), FolderRefused);
    }
    expect(await entriesOf(checkout.pack('./a/', everything))).toEqual([
      'folder .',
      `file b 644 1234 ${shortHash('1')}`,
    ]);
    await checkout.close();
  });
});

describe('a repository that is too large', () => {
  it('in files', async () => {
    makeRepository(at('many'), Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, ''])));
    const message = await messageOf(fetch('many', { limits: { files: 29 } }), CheckoutRefused);
    expect(message).toContain('more than 29 files');
    await (await fetch('many', { limits: { files: 30 } })).close();
  });

  it('in folders that hold one another, without an end in sight', async () => {
    const repository = at('bomb');
    makeRepository(repository, { a: '1' });
    let oid = tree(repository, [{ mode: '100644', name: 'f', oid: blob(repository, 'x') }]);
    for (let level = 0; level < 10; level++) {
      oid = tree(
        repository,
        Array.from({ length: 10 }, (_, index) => ({ mode: '40000' as const, name: `d${index}`, oid })),
      );
    }
    commitTree(repository, [{ mode: '40000', name: 'd', oid }]);
    expect(await messageOf(fetch('bomb'), CheckoutRefused)).toContain('too many files');
  });

  it('when it is unpacked, or while it is fetched', async () => {
    makeRepository(at('zeros'), { zeros: Buffer.alloc(3 * 1024 ** 2) });
    const unpacked = fetch('zeros', { limits: { unpackedBytes: 2 * 1024 ** 2 } });
    expect(await messageOf(unpacked, CheckoutRefused)).toContain('larger than 2 MiB when it is unpacked');
    const options = fetchOptions(root, { limits: { receivedBytes: 1024 } });
    const fetched = fetchGit({ given: 'zeros', url: `${server.origin}/zeros/.git`, ref: null }, options);
    expect(await messageOf(fetched, CheckoutRefused)).toContain('fetching it takes more than');
    expect(readdirSync(options.folder)).toEqual([]);
  });
});
