import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ServerConfig } from '../../src/config/model.ts';
import { installCargoCheckout } from '../../src/install/cargo/checkout.ts';
import { IndexUpstream } from '../../src/install/index-upstream.ts';
import { indexOf } from '../../src/install/package-index.ts';
import type { PreparedImage } from '../../src/sandbox/sandbox.ts';
import { leftovers } from '../action/leftovers.ts';
import {
  type Crate,
  dependentServer,
  plainServer,
  startCrateIndex,
  type TestCrateIndex,
  vendored,
  words,
} from '../install/cargo/crates.ts';
import { checkoutOf, foundAs } from './python-checkout.ts';
import { adviceOf, greetFrom, treeOf } from './python-run.ts';
import { type OpenedSandbox, openSandbox, serverConfig } from './sandbox-fixture.ts';
import { removeImages, testTag } from './test-image.ts';
import { importTar, toolTar } from './tool-image.ts';

const tag = testTag('rust');
const tar = toolTar({
  name: 'rust',
  packages: ['cargo-web'],
  without: 'perl|debconf|dpkg|libasan|liblsan|libtsan|libubsan|libgprofng|libitm|libquadmath',
});

describe.skipIf(tar === null)('a Rust project of a repository (skipped without Rust to be had from Debian)', () => {
  let opened: OpenedSandbox;
  let image: PreparedImage;
  let index: TestCrateIndex;
  let upstream: IndexUpstream;
  const refuse = { status: 0 };
  beforeAll(async () => {
    await importTar(tag, tar ?? '', ['ENV CARGO_HOME=/nonexistent']);
    opened = await openSandbox();
    image = await opened.sandbox.prepareImage(tag, { signal: new AbortController().signal });
  });
  afterAll(async () => {
    await opened.sweep();
    await removeImages([tag]);
  });
  beforeEach(async () => {
    refuse.status = 0;
    index = await startCrateIndex(
      (_, response) => refuse.status !== 0 && (response.writeHead(refuse.status).end(), true),
    );
    upstream = new IndexUpstream(indexOf('the test', index.url, null), {}, 3000);
  });
  afterEach(async () => {
    upstream.close();
    await index.stop();
  });

  const start = { kind: 'cargo', bin: 'greeting', args: ['stdio'] } as const;
  const install = async (files: Readonly<Record<string, string>>, more: Partial<ServerConfig> = {}, folder = '.') => {
    const checkout = checkoutOf(files);
    const { sandbox } = opened;
    try {
      return await installCargoCheckout(
        {
          sandbox,
          upstream: () => Promise.resolve(upstream),
          signal: new AbortController().signal,
          progress: () => {},
        },
        serverConfig({ image: tag, installScripts: 'sandboxed', ...more }),
        { checkout, found: foundAs(start, 'rust', folder) },
        image,
      );
    } finally {
      await checkout.close();
    }
  };
  const offered = async (more: Readonly<Record<string, string>> = {}): Promise<Crate> => {
    const crate = await words('Good day', more);
    index.add(crate);
    return crate;
  };

  it('gets the crates that Cargo.lock names, is built without network, and started by its arguments', async () => {
    const tree = treeOf(await install(dependentServer(await offered())));
    expect(tree.resolved).toMatchObject({ kind: 'git', name: 'acme/greetings', digest: 'c0ffee'.padEnd(40, '0') });
    expect(tree).toMatchObject({
      workdir: '/opt/mcp-workflow/app',
      tools: { cargo: expect.stringMatching(/^1\.\d+\.\d/u) },
    });
    expect(tree.start?.command).toEqual(['stdio']);
    expect(await greetFrom(opened.sandbox, tree, 'Ada', [], image)).toBe('Good day, Ada!');
    expect([...new Set(index.asked)].sort()).toEqual([
      '/crates/words/1.0.0/download',
      '/sparse/config.json',
      '/sparse/wo/rd/words',
    ]);
    expect(leftovers([opened]).filter((line) => line.startsWith('volume') && line.includes('cache'))).toEqual([]);
    expect(leftovers([opened]).filter((line) => line.startsWith('container'))).toEqual([]);
  });

  it('takes what is vendored in the root of its workspace, and asks nobody', async () => {
    const crate = await words('Ahoy');
    const { 'Cargo.lock': lock = '', ...server } = dependentServer(crate);
    const member = Object.fromEntries(Object.entries(server).map(([path, text]) => [`server/${path}`, text]));
    const root = { 'Cargo.toml': '[workspace]\nmembers = ["server"]\nresolver = "2"\n', 'Cargo.lock': lock };
    const tree = treeOf(await install({ ...root, ...member, ...vendored(crate) }, {}, 'server'));
    expect(tree.workdir).toBe('/opt/mcp-workflow/app/server');
    expect(await greetFrom(opened.sandbox, tree, 'Ada', [], image)).toBe('Ahoy, Ada!');
    expect(index.asked).toEqual([]);
  });

  it('is redirected by nothing that a repository brings, and starts nothing of it while it fetches', async () => {
    const evil = '#!/bin/sh\necho it ran >&2\nexit 1\n';
    const settings = [
      '[source.crates-io]\nreplace-with = "evil"\n[source.evil]\nregistry = "sparse+http://127.0.0.1:9/"',
      '[build]\nrustc = "/opt/mcp-workflow/app/evil"\nrustc-wrapper = "/opt/mcp-workflow/app/evil"',
      '[net]\ngit-fetch-with-cli = true',
      '[registry]\nglobal-credential-providers = ["/opt/mcp-workflow/app/evil"]',
    ].join('\n');
    const brought = {
      '.cargo/config.toml': settings,
      'rust-toolchain.toml': '[toolchain]\npath = "/opt/mcp-workflow/app"\n',
      evil,
    };
    const files = { ...dependentServer(await offered()), ...brought };
    // The fetch goes on as if nothing were there; its own build may do to itself what it likes.
    const advice = await adviceOf(install(files));
    expect(advice).toMatch(/^The build of greeting failed/u);
    expect(index.asked).toContain('/crates/words/1.0.0/download');
  });

  it('is never built of other crates than Cargo.lock records', async () => {
    const crate = await offered();
    const files = dependentServer(crate);
    const other = {
      ...files,
      'Cargo.lock': files['Cargo.lock']?.replace(/checksum = "[^"]+"/u, `checksum = "${'0'.repeat(64)}"`) ?? '',
    };
    expect(await adviceOf(install(other))).toMatch(/is not what Cargo\.lock records, so it must not be trusted\.$/u);
    const { 'Cargo.lock': _, ...without } = files;
    expect(await adviceOf(install(without))).toMatch(/^Cargo\.lock is not in the repository/u);
    const stale = { ...files, 'Cargo.lock': plainServer['Cargo.lock'] ?? '' };
    expect(await adviceOf(install(stale))).toMatch(
      /^Cargo\.lock does not fit Cargo\.toml: run `cargo update --workspace`/u,
    );
    const git = dependentServer(crate, 'git+https://example.test/words#c0ffee');
    expect(await adviceOf(install(git))).toMatch(/^words comes from a git repository/u);
    expect(await adviceOf(install(files, { installScripts: 'never' }))).toMatch(/^A build of Rust runs code/u);
  });

  it("says what the index does not have, and is nobody's verdict where the index fails", async () => {
    const crate = await words('Private');
    expect(await adviceOf(install(dependentServer(crate)))).toMatch(
      /is not in the crate index 127\.0\.0\.1:\d+ as Cargo\.lock names it/u,
    );
    await offered();
    refuse.status = 503;
    expect(await install(dependentServer(crate))).toMatchObject({
      kind: 'infrastructure',
      reason: expect.stringMatching(/^The crate index failed during the install: 127\.0\.0\.1:\d+ answers HTTP 503/u),
    });
  });

  it('has no network in its build', async () => {
    const build = 'fn main() { std::net::TcpStream::connect("127.0.0.1:8017").expect("nobody is there"); }\n';
    const failure = await install({ ...plainServer, 'build.rs': build });
    expect(failure).toMatchObject({ failure: { stderrTail: expect.stringContaining('nobody is there') } });
  });
});
