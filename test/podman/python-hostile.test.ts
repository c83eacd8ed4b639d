import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ServerConfig } from '../../src/config/model.ts';
import { indexOf } from '../../src/install/package-index.ts';
import { IndexUpstream } from '../../src/install/index-upstream.ts';
import { installPypi } from '../../src/install/python/pypi.ts';
import { startIndex, type TestIndex } from '../install/python/index-server.ts';
import { greeting, sdist, selfBuilding, wheel } from '../install/python/packages.ts';
import { adviceOf, failureOf, runIn, treeOf } from './python-run.ts';
import { type OpenedSandbox, openSandbox, serverConfig } from './sandbox-fixture.ts';

describe('a hostile package or index', () => {
  let opened: OpenedSandbox;
  let index: TestIndex;
  let upstream: IndexUpstream;
  beforeAll(async () => {
    opened = await openSandbox();
  });
  afterAll(() => opened.sweep());
  const use = (started: TestIndex) => {
    index = started;
    upstream = new IndexUpstream(indexOf('the test', index.url, null), {}, 2000);
  };
  beforeEach(async () => use(await startIndex()));
  afterEach(async () => {
    upstream.close();
    await index.stop();
  });
  const install = (name: string, more: Partial<ServerConfig> = {}) =>
    installPypi(
      { sandbox: opened.sandbox, index: upstream, signal: new AbortController().signal, progress: () => {} },
      serverConfig({ installScripts: 'sandboxed', ...more }),
      { kind: 'pypi', given: `pypi:${name}`, name, version: null },
      opened.sandbox.hostImage,
    );

  it('reaches no network and writes nowhere else while it is built, and is seen to try', async () => {
    const { port } = new URL(index.url);
    const before = `
import os, socket, sys
def attempt(what, action):
    try:
        action()
        print("ATTEMPT", what, "worked")
    except OSError as error:
        print("ATTEMPT", what, type(error).__name__)
attempt("loopback", lambda: socket.create_connection(("127.0.0.1", ${port}), 2))
attempt("network", lambda: socket.create_connection(("198.51.100.7", 80), 2))
attempt("gateway", lambda: os.stat("/run/gateway"))
attempt("usr", lambda: open("/usr/lib/evil.pth", "w"))
attempt("programs", lambda: open("/opt/mcp-workflow/python/install.py", "a"))
attempt("passwd", lambda: open("/etc/passwd", "a"))
sys.stdout.flush()
raise SystemExit("that was all")
`;
    index.add('greeting-server', await sdist('greeting-server', '1.0.0', selfBuilding(greeting, { before })));
    const failure = failureOf(await install('greeting-server'));
    expect(failure.advice).toMatch(/^greeting-server 1\.0\.0 could not be built from source/u);
    const attempts = [...failure.stderrTail.matchAll(/ATTEMPT (\w+) (\w+)/gu)].map(([, what, how]) => `${what} ${how}`);
    expect(attempts).toEqual([
      'loopback ConnectionRefusedError',
      'network OSError',
      'gateway FileNotFoundError',
      'usr OSError',
      'programs PermissionError',
      'passwd PermissionError',
    ]);
  });

  it('cannot slip in another package than the one that was to be built', async () => {
    const other = selfBuilding({ ...greeting, name: 'other-package' });
    index.add('greeting-server', await sdist('greeting-server', '1.0.0', other));
    expect(await adviceOf(install('greeting-server'))).toBe(
      'The build of greeting-server 1.0.0 did not make the wheel that it was to make: it made other_package-1.0.0-py3-none-any.whl.',
    );
  });

  it('cannot be built in a circle', async () => {
    index.add(
      'ring',
      await sdist('ring', '1.0.0', selfBuilding({ ...greeting, name: 'ring' }, { requires: ['ring'] })),
    );
    expect(await adviceOf(install('ring'))).toBe(
      'To build it, it is needed itself, or something that needs it: ring=1.0.0, ring=1.0.0.',
    );
  });

  it('is held to the time of the install', async () => {
    const before = 'import time\ntime.sleep(100)\n';
    index.add('greeting-server', await sdist('greeting-server', '1.0.0', selfBuilding(greeting, { before })));
    const timeouts = { ...serverConfig().timeouts, install: 12_000 };
    expect(await adviceOf(install('greeting-server', { timeouts }))).toMatch(
      /did not end within 12 s: raise `timeouts\.install`, or look at its last lines\.$/u,
    );
  });

  it('does not write outside of its folder when it is unpacked', async () => {
    const files = { ...greeting.files, '../../../../../bin/evil': 'boom', '../outside.py': 'boom' };
    index.add('greeting-server', wheel({ ...greeting, files }));
    expect(await adviceOf(install('greeting-server'))).toBe(
      'A package would write outside of its own folder: it must not be trusted.',
    );
  });

  it('runs no code while it is installed, nor takes the place of Python', async () => {
    const files = {
      ...greeting.files,
      'evil.pth': 'import sys; open("/opt/mcp-workflow/app/ran", "w")\n',
      'sitecustomize.py': 'open("/opt/mcp-workflow/app/ran", "w")\n',
      'pip.py': 'raise SystemExit("not pip")\n',
    };
    const scripts = { python3: 'greeting_server:main', '../../up': 'greeting_server:main', ok: 'greeting_server:main' };
    index.add('greeting-server', wheel({ ...greeting, files, scripts }));
    const tree = treeOf(await install('greeting-server'));
    const look = 'ls -A /opt/mcp-workflow/app; readlink /opt/mcp-workflow/app/.venv/bin/python3';
    const { stdout } = await runIn(opened.sandbox, tree, ['sh', '-c', look]);
    expect(stdout.split('\n').filter(Boolean)).toEqual(['.venv', expect.stringMatching(/^\/usr\//u)]);
    expect([...tree.commands.keys()]).toEqual(['ok']);
  });

  it.each([
    'other @ http://198.51.100.7/other-1.0-py3-none-any.whl',
    'other @ file:///opt/mcp-workflow/app/other-1.0-py3-none-any.whl',
    'other @ git+https://example.invalid/other',
  ])('does not get %s', async (requirement) => {
    index.add('greeting-server', wheel({ ...greeting, requires: [requirement] }));
    expect(await adviceOf(install('greeting-server'))).toMatch(
      /is wanted from.*: publish it as a package of the index\.$/u,
    );
  });

  it('has its files fetched from nowhere but the index, or by HTTPS', async () => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end(wheel(greeting).bytes);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    const file = wheel(greeting);
    index.add('greeting-server', { ...file, url: `http://127.0.0.1:${port}/${file.filename}` });
    index.add('greeting-server', { ...wheel({ ...greeting, version: '2' }), url: 'file:///etc/passwd' });
    index.add('greeting-server', { ...wheel({ ...greeting, version: '3' }), url: 'ftp://example.invalid/x' });
    expect(await adviceOf(install('greeting-server'))).toBe('greeting-server has no version.');
    expect(asked).toEqual([]);
    elsewhere.close();
  });

  it('is no verdict where the index fails', async () => {
    await index.stop();
    use(await startIndex({ before: (_, response) => (response.writeHead(500).end(), true) }));
    const { host } = new URL(index.url);
    expect(await install('greeting-server')).toEqual({
      kind: 'infrastructure',
      reason: `The package index failed during the install: ${host} answers HTTP 500 for greeting-server`,
    });
  });

  it('is no verdict where the index hangs, or is not there', async () => {
    await index.stop();
    use(await startIndex({ before: () => true }));
    const { host } = new URL(index.url);
    expect(await install('greeting-server')).toEqual({
      kind: 'infrastructure',
      reason: `The package index failed during the install: ${host}: no answer within 2 s`,
    });
    await index.stop();
    expect(await install('greeting-server')).toMatchObject({
      kind: 'infrastructure',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
