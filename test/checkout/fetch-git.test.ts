import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CheckoutRefused, CheckoutUnavailable } from '../../src/checkout/errors.ts';
import { fetchGit, type GitFetchOptions } from '../../src/checkout/fetch-git.ts';
import { backend, serve, type TestServer } from './git-server.ts';
import { commitFiles, git, makeRepository, temporaryFolder } from './repository.ts';
import { fetchOptions, messageOf } from './support.ts';

const root = temporaryFolder();
const repositories = join(root, 'repositories');
const token = 'ghs_ThisIsTheTokenOfTheTest';
let first = '';
let second = '';
let open: TestServer;
let closed: TestServer;
let old: TestServer;

beforeAll(async () => {
  const repository = join(repositories, 'acme', 'server');
  first = makeRepository(repository, { 'README.md': 'first\n', 'package.json': '{"name":"server"}' });
  git(repository, ['tag', '-a', '-m', 'first', 'v1.0.0']);
  second = commitFiles(repository, { 'README.md': 'second\n', 'src/index.js': '#!/usr/bin/env node\n' });
  git(repository, ['branch', 'feature/one', first]);
  git(repository, ['branch', 'tag', first]);
  git(repository, ['tag', '2024']);
  makeRepository(join(repositories, 'acme', 'sha256'), { 'a.txt': 'a' }, ['--object-format=sha256']);
  mkdirSync(join(repositories, 'acme', 'empty'));
  git(join(repositories, 'acme', 'empty'), ['init', '-q', '-b', 'main']);
  open = await serve(backend(repositories, { token: null }));
  closed = await serve(backend(repositories, { token }));
  old = await serve(backend(repositories, { token: null, old: true }));
});

afterAll(async () => {
  await Promise.all([open, closed, old].map(async (server) => server.close()));
  rmSync(root, { recursive: true, force: true });
});

const optionsFor = (more: Partial<GitFetchOptions> = {}) => fetchOptions(root, more);

const from = (server: TestServer, ref: string | null = null, name = 'acme/server') => ({
  given: name + (ref === null ? '' : `@${ref}`),
  url: `${server.origin}/${name}/.git`,
  ref,
});

describe('a ref', () => {
  it('absent means the default branch, and is resolved to its commit', async () => {
    const options = optionsFor();
    const checkout = await fetchGit(from(open), options);
    expect(checkout.commit).toBe(second);
    expect(checkout.given).toBe('acme/server');
    expect(checkout.notes).toEqual([]);
    expect(checkout.files.map(({ path }) => path)).toEqual(['README.md', 'package.json', 'src/index.js']);
    expect(await checkout.text('README.md')).toBe('second\n');
    expect(await checkout.text('missing')).toBeNull();
    await checkout.close();
    await checkout.close();
    expect(readdirSync(options.folder)).toEqual([]);
    await expect(checkout.text('README.md')).rejects.toThrow(CheckoutUnavailable);
  });

  it.each([
    ['main', () => second],
    ['refs/heads/main', () => second],
    ['feature/one', () => first],
    ['v1.0.0', () => first],
    ['2024', () => second],
    // A word of git's own grammar where a refspec is expected.
    ['tag', () => first],
  ])('%s is resolved', async (ref, commit) => {
    const checkout = await fetchGit(from(open, ref), optionsFor());
    expect(checkout.commit).toBe(commit());
    await checkout.close();
  });

  it('may be a full commit that no branch ends at', async () => {
    const repository = join(repositories, 'acme', 'history');
    const before = makeRepository(repository, { a: '1' });
    commitFiles(repository, { a: '2' });
    for (const server of [open, old]) {
      const checkout = await fetchGit(from(server, before, 'acme/history'), optionsFor());
      expect(checkout.commit).toBe(before);
      expect(await checkout.text('a')).toBe('1');
      await checkout.close();
    }
  });

  it('may be in capital letters, and a repository of the newer hash', async () => {
    const upper = await fetchGit(from(open, first.toUpperCase()), optionsFor());
    expect(upper.commit).toBe(first);
    await upper.close();
    const sha256 = await fetchGit(from(open, null, 'acme/sha256'), optionsFor());
    expect(sha256.commit).toMatch(/^[0-9a-f]{64}$/u);
    const exact = await fetchGit(from(open, sha256.commit, 'acme/sha256'), optionsFor());
    expect(exact.commit).toBe(sha256.commit);
    await Promise.all([sha256.close(), exact.close()]);
  });

  it('that does not exist is refused, with the names of some that do', async () => {
    const message = await messageOf(fetchGit(from(open, 'v1.0.1'), optionsFor()), CheckoutRefused);
    expect(message).toContain('has no branch or tag "v1.0.1". There is "v1.0.0"');
    const short = await messageOf(fetchGit(from(open, first.slice(0, 12)), optionsFor()), CheckoutRefused);
    expect(short).toContain('Write out all 40 digits');
    const absent = 'f'.repeat(40);
    expect(await messageOf(fetchGit(from(open, absent), optionsFor()), CheckoutRefused)).toContain('no such');
    expect(await messageOf(fetchGit(from(old, absent), optionsFor()), CheckoutRefused)).toContain('no such');
    const empty = await messageOf(fetchGit(from(open, null, 'acme/empty'), optionsFor()), CheckoutRefused);
    expect(empty).toContain('holds no commit');
  });

  it('is a commit, not the tag that stands for one', async () => {
    const tag = git(join(repositories, 'acme', 'server'), ['rev-parse', 'v1.0.0']);
    const message = await messageOf(fetchGit(from(open, tag), optionsFor()), CheckoutRefused);
    expect(message).toContain(first);
  });

  it('that moves has no influence on what was fetched', async () => {
    const repository = join(repositories, 'acme', 'moving');
    const before = makeRepository(repository, { a: 'before' });
    const checkout = await fetchGit(from(open, 'main', 'acme/moving'), optionsFor());
    const after = commitFiles(repository, { a: 'after' });
    expect(checkout.commit).toBe(before);
    expect(await checkout.text('a')).toBe('before');
    const again = await fetchGit(from(open, 'main', 'acme/moving'), optionsFor());
    expect(again.commit).toBe(after);
    await Promise.all([checkout.close(), again.close()]);
  });

  it.each(['--upload-pack=touch x', '-x', '+main', 'a..b', 'a b', 'a:b', '@', 'a@{1}', 'a.lock', '', 'a\nb', '*'])(
    '%j is refused before git sees it',
    async (ref) => {
      const message = await messageOf(fetchGit(from(open, ref), optionsFor()), CheckoutRefused);
      expect(message).toContain('the name after `@`');
    },
  );

  it('named like an option is only a name where it is asked for in full', async () => {
    const repository = join(repositories, 'acme', 'option');
    const commit = makeRepository(repository, { a: '1' });
    const marker = join(root, 'option-ran');
    const script = join(root, 'script');
    writeFileSync(script, `#!/bin/sh\ntouch '${marker}'\n`, { mode: 0o755 });
    git(repository, ['update-ref', `refs/heads/--upload-pack=${script}`, commit]);
    git(repository, ['update-ref', `refs/heads/-c`, commit]);
    const checkout = await fetchGit(from(open, 'refs/heads/-c', 'acme/option'), optionsFor());
    expect(checkout.commit).toBe(commit);
    await checkout.close();
    // Listing the names for a sentence is another place to trip over them.
    await messageOf(fetchGit(from(open, 'nothing', 'acme/option'), optionsFor()), CheckoutRefused);
    expect(existsSync(marker)).toBe(false);
  });
});

describe('a token', () => {
  const asked = () => optionsFor({ token, tokenHost: closed.host });

  it('opens a private repository', async () => {
    const checkout = await fetchGit(from(closed), asked());
    expect(checkout.commit).toBe(second);
    await checkout.close();
  });

  it('is asked for where there is none, and is said to be wrong where it is', async () => {
    const without = await messageOf(fetchGit(from(closed), optionsFor()), CheckoutRefused);
    expect(without).toContain('give one that may read it as `github-token`');
    const wrong = { ...asked(), token: 'ghs_wrong' };
    const message = await messageOf(fetchGit(from(closed), wrong), CheckoutRefused);
    expect(message).toContain('the token may not read it');
    expect(message).not.toContain('ghs_wrong');
    const missing = await messageOf(fetchGit(from(closed, null, 'acme/missing'), asked()), CheckoutRefused);
    expect(missing).toContain('no such repository');
    expect(missing).not.toContain(token);
  });

  it('goes to its own host only', async () => {
    open.authorizations.length = 0;
    for (const tokenHost of ['127.0.0.1', 'github.com', closed.host, null]) {
      const checkout = await fetchGit(from(open), optionsFor({ token, tokenHost }));
      await checkout.close();
    }
    expect(new Set(open.authorizations)).toEqual(new Set([null]));
  });

  it('stands in no command line, no file and no message', async () => {
    const bin = join(root, 'bin');
    const log = join(root, 'argv.log');
    const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\nfor each in "$@"; do printf '%s\\n' "$each" >>'${log}'; done\nexec '${real}' "$@"\n`,
      { mode: 0o755 },
    );
    const serving = backend(repositories, { token });
    const commandLines: string[] = [];
    const watching = await serve((request, response) => {
      commandLines.push(...allCommandLines());
      serving(request, response);
    });
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
    const encoded = Buffer.from(`x-access-token:${token}`).toString('base64');
    try {
      const options = { ...asked(), tokenHost: watching.host };
      const checkout = await fetchGit(from(watching), options);
      const kept = readdirSync(options.folder, { recursive: true, withFileTypes: true });
      for (const entry of kept.filter((each) => each.isFile())) {
        const text = readFileSync(join(entry.parentPath, entry.name), 'latin1');
        expect([entry.name, text.includes(token) || text.includes(encoded)]).toEqual([entry.name, false]);
      }
      expect(kept.length).toBeGreaterThan(5);
      await checkout.close();
      const message = await messageOf(fetchGit(from(watching, 'nothing'), options), CheckoutRefused);
      expect(message).toContain('has no branch or tag');
      expect(message).not.toContain(token);
    } finally {
      vi.unstubAllEnvs();
      await watching.close();
    }
    // Also those of the programs that git itself starts.
    expect(commandLines.some((line) => line.includes('remote-http'))).toBe(true);
    const argv = readFileSync(log, 'utf8') + commandLines.join('\n');
    expect(argv).toContain('fetch');
    expect(argv).toContain('ls-remote');
    expect(argv).not.toContain(token);
    expect(argv).not.toContain(encoded);
  });
});

/** Of every process of this machine. */
function allCommandLines(): string[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/u.test(name));
  return processes.flatMap((name) => {
    try {
      return [readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    } catch {
      return [];
    }
  });
}

describe('a place', () => {
  it('with credentials in its URL is refused without showing them', async () => {
    const url = `http://user:hunter2@${open.host}/acme/server/.git`;
    const message = await messageOf(fetchGit({ given: url, url, ref: null }, optionsFor()), CheckoutRefused);
    expect(message).not.toContain('hunter2');
    const other = await messageOf(fetchGit({ given: url, url, ref: '-x' }, optionsFor()), CheckoutRefused);
    expect(other).not.toContain('hunter2');
  });

  it('on this machine is for those who allow it', async () => {
    const path = join(repositories, 'acme', 'server');
    for (const url of [path, `file://${path}`]) {
      const request = { given: url, url, ref: null };
      await messageOf(fetchGit(request, optionsFor()), CheckoutRefused);
      const checkout = await fetchGit(request, optionsFor({ allowLocal: true }));
      expect(checkout.commit).toBe(second);
      await checkout.close();
    }
  });

  it('where nobody listens, or with an unknown name, is no verdict', async () => {
    const gone = await serve(() => {});
    await gone.close();
    await messageOf(fetchGit(from(gone), optionsFor()), CheckoutUnavailable);
    const url = 'https://repository.invalid/a/b';
    const message = await messageOf(fetchGit({ given: 'a/b', url, ref: null }, optionsFor()), CheckoutUnavailable);
    expect(message).toContain('is not known here');
  });

  it('without git on this machine is no verdict', async () => {
    const empty = join(root, 'empty-path');
    mkdirSync(empty);
    vi.stubEnv('PATH', empty);
    try {
      const message = await messageOf(fetchGit(from(open), optionsFor()), CheckoutUnavailable);
      expect(message).toContain('install it');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('is asked by the proxy of the environment', async () => {
    const seen: string[] = [];
    const proxy = await serve((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(502).end();
    });
    const env = { http_proxy: proxy.origin };
    const url = 'http://repository.invalid/a/b';
    await messageOf(fetchGit({ given: 'a/b', url, ref: null }, optionsFor({ env })), CheckoutUnavailable);
    expect(seen[0]).toContain('repository.invalid/a/b/info/refs');
    await proxy.close();
  });

  it('may be a link to a repository, read like any other', async () => {
    symlinkSync('server', join(repositories, 'acme', 'alias'));
    const checkout = await fetchGit(from(open, null, 'acme/alias'), optionsFor());
    expect(checkout.commit).toBe(second);
    await checkout.close();
  });
});
