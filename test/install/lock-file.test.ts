import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { prepareLock } from '../../src/install/programs/lock-file.mjs';

const gateway = 'http://127.0.0.1:4711';
const real = (name: string) => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8');

describe('a lock file', () => {
  it('of Yarn 1 has its tarballs fetched through the gateway, with their integrity as it was', () => {
    const { text, foreign } = prepareLock('yarn', real('yarn.lock'), gateway);
    expect(foreign).toEqual([]);
    expect(text).toContain(`resolved "${gateway}/ms/-/ms-2.1.3.tgz#574c8138ce1d2b5861f0b44579dbadd60c6615b2"`);
    expect(text).not.toContain('yarnpkg.com');
    expect(text.match(/integrity sha512-/gu)).toHaveLength(3);
  });

  it.each([
    ['pnpm', 'pnpm-lock.yaml'],
    ['berry', 'berry.lock'],
    ['npm', 'package-lock.json'],
  ])('of %s that names no addresses stays as it is', (manager, name) => {
    expect(prepareLock(manager, real(name), gateway)).toEqual({ text: real(name), foreign: [] });
  });

  it('of pnpm has its tarballs fetched through the gateway, and no hooks recorded', () => {
    const lock = [
      "lockfileVersion: '9.0'",
      'pnpmfileChecksum: sha256-abc=',
      'packages:',
      '',
      '  a@1.0.0:',
      '    resolution: {integrity: sha512-AAAA, tarball: https://evil.invalid/a/-/a-1.0.0.tgz}',
      "  '@x/b@1.0.0':",
      "    resolution: {tarball: 'http://evil.invalid:8080/@x/b.tgz'}",
    ].join('\n');
    const { text, foreign } = prepareLock('pnpm', lock, gateway);
    expect(foreign).toEqual([]);
    expect(text).toContain(`{integrity: sha512-AAAA, tarball: ${gateway}/a/-/a-1.0.0.tgz}`);
    expect(text).toContain(`{tarball: '${gateway}/@x/b.tgz'}`);
    expect(text).not.toContain('pnpmfileChecksum');
  });

  it('of Yarn 2 and later has addresses of archives that lead to the gateway', () => {
    const lock =
      '"a@npm:1":\n  resolution: "a@npm:1.0.0::__archiveUrl=https%3A%2F%2Fevil.invalid%2Fa%2F-%2Fa-1.0.0.tgz"\n';
    const { text, foreign } = prepareLock('berry', lock, gateway);
    expect(foreign).toEqual([]);
    expect(text).toContain(`__archiveUrl=http%3A%2F%2F127.0.0.1%3A4711%2Fa%2F-%2Fa-1.0.0.tgz"`);
  });

  it.each([
    ['yarn', '"a@git+ssh://git@github.com/x/a.git":\n', 'a: git+ssh://git@github.com/x/a.git'],
    ['yarn', 'a@x/a, b@^1:\n', 'a: x/a'],
    ['yarn', '"@s/a@github:x/a#main":\n', '@s/a: github:x/a#main'],
    ['yarn', '"a@https://host.invalid/a.tgz":\n', 'a: https://host.invalid/a.tgz'],
    [
      'yarn',
      'a@^1:\n  resolved "https://codeload.github.com/x/a/tar.gz/0123"\n',
      'https://codeload.github.com/x/a/tar.gz/0123',
    ],
    ['yarn', 'a@^1:\n  resolved "git+https://host.invalid/a.git#0123"\n', 'git+https://host.invalid/a.git#0123'],
    ['berry', '"a@https://github.com/x/a.git#commit=0123":\n', 'a: https://github.com/x/a.git#commit=0123'],
    ['berry', '"a@npm:1":\n  resolution: "a@exec:./evil.js"\n', 'a: exec:./evil.js'],
    ['berry', '"a@git@github.com:x/a.git":\n', 'a: git@github.com:x/a.git'],
    ['pnpm', '  a@https://codeload.github.com/x/a/tar.gz/0123:\n', 'a: https://codeload.github.com/x/a/tar.gz/0123'],
    ['pnpm', "  '@s/a@git+ssh://git@host.invalid/a.git#0123':\n", '@s/a: git+ssh://git@host.invalid/a.git#0123'],
    ['pnpm', `  github.com/x/a/${'0'.repeat(40)}:\n`, `github.com/x/a/${'0'.repeat(40)}`],
    ['pnpm', '    resolution: {type: git, repo: https://host.invalid/a.git, commit: 0123}\n', 'a repository of git'],
  ])('of %s that takes something from elsewhere says from where: %j', (manager, lock, expected) => {
    expect(prepareLock(manager, lock, gateway).foreign).toEqual([expected]);
  });

  it.each(['workspace:packages/a', 'npm:^1', 'patch:a@npm%3A1#./a.patch', 'portal:../a', 'file:./a.tgz', 'link:./a'])(
    'may name %s',
    (spec) => expect(prepareLock('berry', `"a@${spec}":\n`, gateway).foreign).toEqual([]),
  );
});
