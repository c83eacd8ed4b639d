import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { indexOf } from '../../../src/install/package-index.ts';
import { findIndex, parsePipSettings } from '../../../src/install/python/index.ts';

describe('the package index', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-pip-'));
    // What this machine's own pip is set to is nobody's business here.
    vi.stubEnv('HOME', folder);
    vi.stubEnv('XDG_CONFIG_HOME', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  /** An environment whose pip, as far as it is asked, says this. */
  const withPip = (script: string) => {
    writeFileSync(join(folder, 'python3'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
    return { HOME: folder };
  };
  const settings = (...lines: string[]) => withPip(`cat <<'END'\n${lines.join('\n')}\nEND`);

  it('is what the step names, by the names of pip or uv', async () => {
    const env = settings("global.index-url='https://pip.example.com/simple'");
    expect((await findIndex({ ...env, PIP_INDEX_URL: 'https://one.example.com/simple' })).url.href).toBe(
      'https://one.example.com/simple/',
    );
    expect((await findIndex({ ...env, UV_DEFAULT_INDEX: 'corp=https://two.example.com/x/' })).url.href).toBe(
      'https://two.example.com/x/',
    );
  });

  it("is else that of the machine's pip, else the public one", async () => {
    const configured = settings("global.index-url='https://pip.example.com/simple'", "global.timeout='60'");
    expect((await findIndex(configured)).url.href).toBe('https://pip.example.com/simple/');
    expect((await findIndex(settings())).url.href).toBe('https://pypi.org/simple/');
  });

  it('is never guessed where pip has settings that cannot be read', async () => {
    const env = withPip('echo "No module named pip" >&2; exit 1');
    expect((await findIndex(env)).url.host).toBe('pypi.org');
    writeFileSync(join(folder, 'pip.conf'), '[global]\nindex-url = https://pip.example.com/simple\n');
    await expect(findIndex({ ...env, PIP_CONFIG_FILE: join(folder, 'pip.conf') })).rejects.toThrow(
      'does not say which package index to use (it is not installed here): set PIP_INDEX_URL',
    );
    const named = await findIndex({ ...env, PIP_CONFIG_FILE: join(folder, 'pip.conf'), PIP_INDEX_URL: 'https://a.b/' });
    expect(named.url.host).toBe('a.b');
    const broken = withPip('echo "Configuration file contains invalid characters" >&2; exit 1');
    await expect(findIndex(broken)).rejects.toThrow('contains invalid characters');
  });

  it('is refused where there are two: one may have a stranger under the name of another’s package', async () => {
    await expect(findIndex(settings("global.extra-index-url='https://two.example.com/'"))).rejects.toThrow(
      "pip's setting global.extra-index-url names a second package index",
    );
    await expect(findIndex({ ...settings(), PIP_EXTRA_INDEX_URL: 'https://two.example.com/' })).rejects.toThrow(
      'unset PIP_EXTRA_INDEX_URL',
    );
  });

  it('keeps its credentials out of its address', () => {
    const index = indexOf('PIP_INDEX_URL', 'https://me%40x:p%3Aw@pypi.example.com/simple', null);
    expect(index.url.href).toBe('https://pypi.example.com/simple/');
    expect(index.authorization).toBe(`Basic ${Buffer.from('me@x:p:w').toString('base64')}`);
  });

  it.each(['file:///srv/simple', 'pypi.org/simple', 'ssh://x/y'])('is not %s', (address) => {
    expect(() => indexOf('PIP_INDEX_URL', address, null)).toThrow('PIP_INDEX_URL names is no address');
  });

  it('is read from what pip lists, without what variables set', () => {
    const listed = parsePipSettings(`:env:.index-url='https://x/'\nglobal.index-url="https://y/it's"\nnonsense\n`);
    expect([...listed]).toEqual([['global.index-url', "https://y/it's"]]);
  });
});
