import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ServerConfig } from '../../src/config/model.ts';
import { installGoCheckout } from '../../src/install/go/checkout.ts';
import { IndexUpstream } from '../../src/install/index-upstream.ts';
import { indexOf } from '../../src/install/package-index.ts';
import type { PreparedImage } from '../../src/sandbox/sandbox.ts';
import { leftovers } from '../action/leftovers.ts';
import {
  dependentServer,
  type GoModule,
  plainServer,
  startProxy,
  sumOf,
  type TestProxy,
  vendored,
  words,
} from '../install/go/modules.ts';
import { golang } from './golang.ts';
import { checkoutOf, foundAs } from './python-checkout.ts';
import { adviceOf, greetFrom, treeOf } from './python-run.ts';
import { type OpenedSandbox, openSandbox, serverConfig } from './sandbox-fixture.ts';
import { removeImages, testTag } from './test-image.ts';
import { importTar, toolTar } from './tool-image.ts';

const tag = testTag('golang');
const tar = toolTar(golang);

describe.skipIf(tar === null)('a Go module of a repository (skipped without Go to be had from Debian)', () => {
  let opened: OpenedSandbox;
  let image: PreparedImage;
  let proxy: TestProxy;
  let upstream: IndexUpstream;
  const refuse = { status: 0 };
  beforeAll(async () => {
    // As an image of somebody who sends everything elsewhere.
    const settings = { GOPROXY: 'http://127.0.0.1:9', GOFLAGS: '-mod=mod', GOPRIVATE: '*', CGO_ENABLED: '' };
    const changes = Object.entries(settings).map(([name, value]) => `ENV ${name}=${value}`);
    await importTar(tag, tar ?? '', changes);
    opened = await openSandbox();
    image = await opened.sandbox.prepareImage(tag, { signal: new AbortController().signal });
  });
  afterAll(async () => {
    await opened.sweep();
    await removeImages([tag]);
  });
  beforeEach(async () => {
    refuse.status = 0;
    proxy = await startProxy((_, response) => refuse.status !== 0 && (response.writeHead(refuse.status).end(), true));
    upstream = new IndexUpstream(indexOf('the test', proxy.url, null), {}, 3000);
  });
  afterEach(async () => {
    upstream.close();
    await proxy.stop();
  });

  const start = { kind: 'go', main: './cmd/greeting', args: ['stdio'] } as const;
  const install = async (files: Readonly<Record<string, string>>, more: Partial<ServerConfig> = {}, folder = '.') => {
    const checkout = checkoutOf(files);
    const { sandbox } = opened;
    try {
      return await installGoCheckout(
        {
          sandbox,
          upstream: () => Promise.resolve(upstream),
          signal: new AbortController().signal,
          progress: () => {},
        },
        serverConfig({ image: tag, installScripts: 'sandboxed', ...more }),
        { checkout, found: foundAs(start, 'go', folder) },
        image,
      );
    } finally {
      await checkout.close();
    }
  };
  const offered = (word = 'Good day', version = 'v1.2.0') => {
    const module: GoModule = words(version, word);
    proxy.add(module);
    return module;
  };

  it('is built without any network where it needs no other, and started by its arguments', async () => {
    const tree = treeOf(await install(plainServer));
    expect(tree.resolved).toMatchObject({ kind: 'git', name: 'acme/greetings', digest: 'c0ffee'.padEnd(40, '0') });
    expect(tree).toMatchObject({ workdir: '/opt/mcp-workflow/app', tools: { go: '1.19.8' }, npm: null });
    expect(tree.start?.command).toEqual(['stdio']);
    expect(tree.size).toBeGreaterThan(1e6);
    expect(await greetFrom(opened.sandbox, tree, 'Ada', [], image)).toBe('Hello, Ada!');
    // No C, no libraries: the machine's own programs will do as well.
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Hello, Ada!');
    expect(proxy.asked).toEqual([]);
  });

  it('gets the module that go.sum names from the proxy, and only that', async () => {
    const module = offered();
    proxy.add(words('v1.3.0', 'Newer'));
    const tree = treeOf(await install(dependentServer(module, sumOf(module))));
    expect(await greetFrom(opened.sandbox, tree, 'Ada', [], image)).toBe('Good day, Ada!');
    expect(proxy.asked.every((path) => path.startsWith('/modules/example.test/!words/@v/v1.2.0.'))).toBe(true);
    expect(proxy.asked.some((path) => path.endsWith('.zip'))).toBe(true);
    // Nothing of the fetch stays but the tree itself.
    expect(leftovers([opened]).filter((line) => line.startsWith('volume') && line.includes('cache'))).toEqual([]);
    expect(leftovers([opened]).filter((line) => line.startsWith('container'))).toEqual([]);
  });

  it('takes what is vendored, and asks nobody', async () => {
    const module = words('v1.2.0', 'Ahoy');
    const files = { ...dependentServer(module, sumOf(module)), ...vendored(module) };
    const tree = treeOf(await install(files));
    expect(await greetFrom(opened.sandbox, tree, 'Ada', [], image)).toBe('Ahoy, Ada!');
    expect(proxy.asked).toEqual([]);
    const torn = { ...files, 'vendor/modules.txt': '# example.test/other v1.0.0\n' };
    expect(await adviceOf(install(torn))).toBe(
      'The folder `vendor` does not fit go.mod: run `go mod vendor`, and commit it.',
    );
  });

  it('finds a module of its own repository beside it', async () => {
    const below = (at: string, files: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`${at}/${path}`, text]));
    const module = words('v0.0.0', 'Howdy');
    const server = dependentServer(module, '');
    const replaced = { ...server, 'go.mod': `${server['go.mod']}\nreplace ${module.path} => ../words\n` };
    const tree = treeOf(await install({ ...below('server', replaced), ...below('words', module.files) }, {}, 'server'));
    expect(tree.workdir).toBe('/opt/mcp-workflow/app/server');
    expect(await greetFrom(opened.sandbox, tree, 'Ada', [], image)).toBe('Howdy, Ada!');
    const workspace = { 'go.work': 'go 1.18\n\nuse ./server\n\nuse ./words\n' };
    const together = { ...below('server', server), ...below('words', module.files), ...workspace };
    const other = treeOf(await install(together, {}, 'server'));
    expect(await greetFrom(opened.sandbox, other, 'Ada', [], image)).toBe('Howdy, Ada!');
  });

  it('is never built of what go.sum does not name, or not so', async () => {
    const module = offered();
    expect(await adviceOf(install(dependentServer(module, '')))).toMatch(
      /^go\.sum does not name .*run `go mod tidy`, and commit go\.sum\.$/u,
    );
    const other = sumOf(words('v1.2.0', 'What its author published'));
    expect(await adviceOf(install(dependentServer(module, other)))).toMatch(/^A module is not what go\.sum records/u);
  });

  it('says which module the proxy does not have', async () => {
    const module = words('v1.9.9', 'Private');
    expect(await adviceOf(install(dependentServer(module, sumOf(module))))).toMatch(
      /^example\.test\/Words@v1\.9\.9 is not on the module proxy 127\.0\.0\.1:\d+, and nothing is fetched from repositories/u,
    );
  });

  it("is nobody's verdict where the proxy fails", async () => {
    const module = offered();
    refuse.status = 503;
    expect(await install(dependentServer(module, sumOf(module)))).toMatchObject({
      kind: 'infrastructure',
      reason: expect.stringMatching(/^The module proxy failed during the install: 127\.0\.0\.1:\d+ answers HTTP 503/u),
    });
  });

  it('says what to do where it does not compile, is too new, or is for another system', async () => {
    const broken = { ...plainServer, 'cmd/greeting/word.go': 'package main\n\nfunc word() int { return 1 }\n' };
    const failure = await install({ ...broken, 'cmd/greeting/other.go': 'package main\n\nvar x string = word()\n' });
    expect(failure).toMatchObject({
      failure: {
        outcome: 'install_failed',
        advice: expect.stringMatching(
          /^The build of \.\/cmd\/greeting failed with exit code [12] in .* \(Go 1\.19\.8, without C/u,
        ),
        stderrTail: expect.stringContaining('cmd/greeting/other.go:3'),
        resolved: { digest: 'c0ffee'.padEnd(40, '0') },
      },
    });
    const newer = { ...plainServer, 'go.mod': 'module example.test/greetings\n\ngo 1.24.0\n\ntoolchain go1.24.1\n' };
    expect(await adviceOf(install(newer))).toMatch(/asks for .*Go.*, and .* has 1\.19\.8: name an image that has it/u);
    const windows = Object.fromEntries(
      Object.entries(plainServer).map(([path, text]) => [path.replace(/\.go$/u, '_windows.go'), text]),
    );
    expect(await adviceOf(install(windows), 'unsupported_platform')).toMatch(
      /^\.\/cmd\/greeting has no code for this/u,
    );
    const library = {
      ...plainServer,
      'cmd/greeting/main.go': 'package other\n',
      'cmd/greeting/word.go': 'package other\n',
    };
    expect(await adviceOf(install(library))).toMatch(/is no program: there is no `package main` in it/u);
  });

  it('has no C where the image has no compiler, or nothing of a repository may decide', async () => {
    const inC = {
      ...plainServer,
      'cmd/greeting/word.go':
        'package main\n\n// #include <stdlib.h>\nimport "C"\n\nfunc word() string { C.abs(1); return "C" }\n',
    };
    expect(await adviceOf(install(inC))).toMatch(/\(Go 1\.19\.8, without C, for which .* has no compiler\)/u);
    expect(await adviceOf(install(inC, { installScripts: 'never' }))).toMatch(/\(Go 1\.19\.8, without C/u);
  });

  it('starts nothing of a repository while its modules are fetched', async () => {
    const module = offered();
    const evil = '#!/bin/sh\ntouch /opt/mcp-workflow/app/ran /opt/mcp-workflow/cache/ran\n';
    const files = {
      ...dependentServer(module, sumOf(module)),
      // A history of Mercurial's that would run a program, and settings of Go's in the usual places.
      '.hg/hgrc': '[hooks]\npre-identify = /opt/mcp-workflow/app/evil\n',
      evil,
      go: evil,
      'go.env': 'GOPROXY=http://127.0.0.1:9\nGOFLAGS=-toolexec=/opt/mcp-workflow/app/evil\n',
      '.config/go/env': 'GOFLAGS=-toolexec=/opt/mcp-workflow/app/evil\n',
    };
    const tree = treeOf(await install(files));
    expect(await greetFrom(opened.sandbox, tree, 'Ada', [], image)).toBe('Good day, Ada!');
  });

  it('needs an image that has Go', async () => {
    const { sandbox } = opened;
    const checkout = checkoutOf(plainServer);
    const context = { sandbox, upstream: () => Promise.resolve(upstream), signal: new AbortController().signal };
    const node = await sandbox.prepareImage('host', { signal: context.signal });
    const without = { ...node, path: '/nonexistent', given: 'localhost/none' };
    const installing = installGoCheckout(
      { ...context, progress: () => {} },
      serverConfig({ installScripts: 'sandboxed' }),
      { checkout, found: foundAs(start, 'go') },
      without,
    );
    expect(await adviceOf(installing)).toMatch(/^It is written in Go, and the image localhost\/none has no `go`/u);
    await checkout.close();
  });
});
