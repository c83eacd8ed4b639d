import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CrateMirror, findCrateIndex } from '../../../src/install/cargo/crate-index.ts';
import { IndexUpstream } from '../../../src/install/index-upstream.ts';
import { indexOf } from '../../../src/install/package-index.ts';
import { startCrateIndex } from './crates.ts';

const hrefOf = (found: unknown) => (found instanceof URL ? found.href : found);

describe('the crate index', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'mcp-workflow-cargo-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));
  const find = (settings: string | null) => {
    if (settings !== null) writeFileSync(join(home, 'config.toml'), settings);
    return findCrateIndex({ CARGO_HOME: home });
  };

  it("is crates.io, or what the user's own Cargo has in its place", async () => {
    expect((await find(null)).url.href).toBe('https://index.crates.io/');
    expect((await find('[build]\njobs = 2\n')).url.href).toBe('https://index.crates.io/');
    const replaced =
      '[source.crates-io]\nreplace-with = "ours"\n[source.ours]\nregistry = "sparse+https://me:pw@crates.example/x"\n';
    const index = await find(replaced);
    expect(index.url.href).toBe('https://crates.example/x/');
    expect(index.authorization).toBe(`Basic ${Buffer.from('me:pw').toString('base64')}`);
  });

  it.each([
    [
      '[source.crates-io]\nreplace-with = "ours"\n[source.ours]\nregistry = "https://git.example/index"\n',
      /only sparse indexes/u,
    ],
    ['[source.crates-io]\nreplace-with = "ours"\n[source.ours]\ndirectory = "/srv"\n', /only sparse indexes/u],
    ['not toml', /which may name another place for crates, cannot be read/u],
  ])('is never guessed: %s', async (settings, message) => {
    await expect(find(settings)).rejects.toThrow(message);
  });

  it('shows the index and its crates, and nothing else', async () => {
    const index = await startCrateIndex();
    const upstream = new IndexUpstream(indexOf('the test', index.url, null), {});
    const mirror = new CrateMirror(upstream);
    try {
      const host = new URL(index.url).origin;
      expect(await mirror.find('/index/config.json')).toEqual({
        text: expect.stringContaining('http://127.0.0.1:8017/crates/'),
      });
      expect(hrefOf(await mirror.find('/index/wo/rd/words'))).toBe(`${host}/sparse/wo/rd/words`);
      expect(hrefOf(await mirror.find('/index/3/a/abc'))).toBe(`${host}/sparse/3/a/abc`);
      expect(hrefOf(await mirror.find('/crates/words/1.0.0-rc.1+x/download'))).toBe(
        `${host}/crates/words/1.0.0-rc.1+x/download`,
      );
      // The place of the crates is asked for once.
      await mirror.find('/crates/other/2.0.0/download');
      expect(index.asked).toEqual(['/sparse/config.json']);
      const refused = [
        '/',
        '/index/',
        '/index/../secret',
        '/index/wo/rd/../words',
        '/index/wo/rd/words?x=1',
        '/crates/words/../download',
        '/crates/words/1.0.0/../../x/download',
        '/crates/words/1.0.0/download?leak=1',
        'http://elsewhere.example/index/wo/rd/words',
      ];
      const found = await Promise.all(refused.map(async (path) => [path, await mirror.find(path)]));
      expect(found).toEqual(refused.map((path) => [path, null]));
    } finally {
      upstream.close();
      await index.stop();
    }
  });

  it.each([
    [
      '{"dl":"https://static.example/{prefix}/{crate}-{version}.crate"}',
      /^https:\/\/static\.example\/wo\/rd\/words-1\.0\.0\.crate$/u,
    ],
    ['{"dl":"https://static.example/{sha256-checksum}"}', /names no address for crates that is understood/u],
    ['{"dl":"http://static.example/crates"}', /has its crates at http:\/\/static\.example, which is not followed/u],
    ['not json', /does not say where its crates are \(HTTP 200/u],
  ])('finds its crates by %s', async (configuration, expected) => {
    const index = await startCrateIndex((_, response) => (response.end(configuration), true));
    const upstream = new IndexUpstream(indexOf('the test', index.url, null), {});
    try {
      const finding = new CrateMirror(upstream).find('/crates/words/1.0.0/download');
      const outcome = await finding.then(hrefOf, String);
      expect(outcome).toMatch(expected);
    } finally {
      upstream.close();
      await index.stop();
    }
  });
});
