import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ServerConfig } from '../../src/config/model.ts';
import type { FoundServer } from '../../src/discovery/model.ts';
import { installPythonCheckout } from '../../src/install/python/checkout.ts';
import { indexOf } from '../../src/install/package-index.ts';
import { IndexUpstream } from '../../src/install/index-upstream.ts';
import { startIndex, type TestIndex } from '../install/python/index-server.ts';
import { greeting, type PackageFile, sdist, selfBuilding, wheel, words } from '../install/python/packages.ts';
import { checkoutOf, found } from './python-checkout.ts';
import { adviceOf, greetFrom, runIn, treeOf } from './python-run.ts';
import { type OpenedSandbox, openSandbox, serverConfig } from './sandbox-fixture.ts';

const digest = ({ bytes }: PackageFile) => createHash('sha256').update(bytes).digest('hex');
const older = wheel({
  ...words,
  version: '1.0.0',
  files: { 'greeting_words.py': 'def hello():\n    return "Ahoy"\n' },
});

/** A package in a lock of uv's. */
const locked = (name: string, version: string, sha256: string) => `
[[package]]
name = "${name}"
version = "${version}"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://files.pythonhosted.org/x.whl", hash = "sha256:${sha256}", size = 1 }]
`;
const ownPackage = (name: string, folder: string, needs: readonly string[]) => `
[[package]]
name = "${name}"
version = "1.0.0"
source = { editable = "${folder}" }
dependencies = [${needs.map((each) => `{ name = "${each}" }, `).join('')}{ name = "colorama", marker = "sys_platform == 'win32'" }]
`;

describe('a Python project of a repository', () => {
  let opened: OpenedSandbox;
  let index: TestIndex;
  let upstream: IndexUpstream;
  beforeAll(async () => {
    opened = await openSandbox();
  });
  afterAll(() => opened.sweep());
  beforeEach(async () => {
    index = await startIndex();
    upstream = new IndexUpstream(indexOf('the test', index.url, null), {}, 3000);
    index.add('greeting-words', wheel(words), older);
  });
  afterEach(async () => {
    upstream.close();
    await index.stop();
  });
  const install = async (
    files: Readonly<Record<string, string>>,
    server: FoundServer,
    more: Partial<ServerConfig> = {},
  ) => {
    const checkout = checkoutOf(files);
    try {
      return await installPythonCheckout(
        { sandbox: opened.sandbox, index: upstream, signal: new AbortController().signal, progress: () => {} },
        serverConfig({ installScripts: 'sandboxed', ...more }),
        { checkout, found: server },
        opened.sandbox.hostImage,
      );
    } finally {
      await checkout.close();
    }
  };
  const project = { ...greeting, requires: ['greeting-words'] };
  const script = { script: 'greeting-server' };

  it('is built, installed with the newest of what it depends on, and started by its command', async () => {
    const tree = treeOf(await install(selfBuilding(project), found(script, '.', ['--stdio'])));
    expect(tree.resolved).toMatchObject({ kind: 'git', name: 'greeting-server', version: '1.0.0', integrity: null });
    expect(tree.resolved.digest).toMatch(/^sha256:/u);
    expect(tree.start?.command).toEqual(['--stdio']);
    expect(tree.workdir).toBe('/opt/mcp-workflow/app');
    expect(tree.scripts.packages).toEqual(['greeting-server']);
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Good day, Ada!');
  });

  it("gets exactly what uv's lock names, and only what it needs here", async () => {
    const lock = `version = 1\n${ownPackage('greeting-server', '.', ['greeting-words'])}${locked('greeting-words', '1.0.0', digest(older))}${locked('colorama', '9', 'c'.repeat(64))}`;
    const tree = treeOf(await install({ ...selfBuilding(project), 'uv.lock': lock }, found(script)));
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Ahoy, Ada!');
    expect(index.asked.filter((path) => path.includes('colorama'))).toEqual([]);
    const wrong = lock.replace(digest(older), 'd'.repeat(64));
    expect(await adviceOf(install({ ...selfBuilding(project), 'uv.lock': wrong }, found(script)))).toBe(
      'A package is not the file whose digest was recorded: it must not be trusted.',
    );
  });

  it('gets exactly what a pylock.toml names', async () => {
    const lock = `lock-version = "1.0"
[[packages]]
name = "greeting-words"
version = "1.0.0"
wheels = [{ name = "x.whl", url = "https://example.invalid/x.whl", hashes = { sha256 = "${digest(older)}" } }]
[[packages]]
name = "colorama"
version = "9"
marker = "sys_platform == 'win32'"
wheels = [{ name = "y.whl", url = "https://example.invalid/y.whl", hashes = { sha256 = "${'c'.repeat(64)}" } }]
[[packages]]
name = "greeting-server"
directory = { path = "." }
`;
    const tree = treeOf(await install({ ...selfBuilding(project), 'pylock.toml': lock }, found(script)));
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Ahoy, Ada!');
  });

  it('is found in the lock of its workspace, with its sister', async () => {
    const sister = { ...words, name: 'greeting-words' };
    const lock = `version = 1\n${ownPackage('greeting-server', 'src/server', ['greeting-words'])}${ownPackage('greeting-words', 'src/words', [])}`;
    const below = (folder: string, files: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
    const files = {
      'uv.lock': lock,
      ...below('src/server', selfBuilding(project)),
      ...below('src/words', selfBuilding(sister)),
    };
    const tree = treeOf(await install(files, found(script, 'src/server')));
    expect(tree.workdir).toBe('/opt/mcp-workflow/app/src/server');
    expect(tree.scripts.packages).toEqual(['greeting-server', 'greeting-words']);
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Good day, Ada!');
  });

  it('is started as a module or file of its folder, with what a requirements.txt with digests names', async () => {
    const files = {
      'greeting_server.py': greeting.files['greeting_server/__init__.py'] ?? '',
      'requirements.txt': `--index-url https://example.invalid/simple\n--no-binary :all:\n-r more.txt\n-e .\n`,
      'more.txt': `greeting-words==1.0.0 \\\n    --hash=sha256:${digest(older)} # the old one\n`,
    };
    for (const run of [{ module: 'greeting_server' }, { file: 'greeting_server.py' }]) {
      const tree = treeOf(await install(files, found(run), { installScripts: 'never' }));
      expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Ahoy, Ada!');
    }
  });

  it('has its own settings of pip and uv ignored, and nothing of them reaches the server', async () => {
    const files = {
      ...selfBuilding(project),
      'pip.conf': '[global]\nindex-url = http://198.51.100.7/\n',
      '.venv/bin/python3': 'not python',
      'uv.toml': 'index-url = "http://198.51.100.7/"\n',
    };
    const tree = treeOf(await install(files, found(script)));
    const { stdout } = await runIn(opened.sandbox, tree, ['ls', '-A', '/opt/mcp-workflow/app']);
    expect(stdout.split('\n').filter((name) => /venv|pip|uv|mcp-workflow/u.test(name))).toEqual(['.venv']);
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Good day, Ada!');
  });

  it('gets a dependency without wheel built, also one that a lock names', async () => {
    const source = await sdist('greeting-words', '3.0.0', selfBuilding({ ...words, version: '3.0.0' }));
    index.add('greeting-words', source);
    const lock = `version = 1\n${ownPackage('greeting-server', '.', ['greeting-words'])}${locked('greeting-words', '3.0.0', digest(source))}`;
    const tree = treeOf(await install({ ...selfBuilding(project), 'uv.lock': lock }, found(script)));
    expect(tree.scripts.packages).toEqual(['greeting-server', 'greeting-words 3.0.0']);
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Good day, Ada!');
  });

  it('is no verdict where the index cannot be reached', async () => {
    upstream.close();
    upstream = new IndexUpstream(indexOf('the test', 'https://index.invalid/simple/', null), {}, 3000);
    const needsBackend = selfBuilding(project, { requires: ['hatchling'] });
    expect(await install(needsBackend, found(script))).toEqual({
      kind: 'infrastructure',
      reason: expect.stringMatching(/^The package index failed during the install: index\.invalid: /u),
    });
  });

  it('says what is wrong with it', async () => {
    const wants = selfBuilding({ ...project, requiresPython: '>=3.99' });
    expect(await adviceOf(install(wants, found(script)))).toMatch(
      /^greeting-server wants Python >=3\.99, and the image `host`/u,
    );
    expect(await adviceOf(install(selfBuilding(greeting), found({ script: 'other' })))).toBe(
      'The project was to declare the command `other`, and what was built of it declares greeting-server: see [project.scripts] of its pyproject.toml.',
    );
    const broken = { ...selfBuilding(greeting), 'pyproject.toml': 'no = [toml' };
    expect(await adviceOf(install(broken, found(script)))).toMatch(/^pyproject\.toml cannot be read: /u);
    const lock = { ...selfBuilding(greeting), 'uv.lock': 'package = [{ name = "greeting-server", source = "x" }, 4]' };
    expect(await adviceOf(install(lock, found(script)))).toMatch(/^(?:uv\.lock|the lock file) cannot be read: /u);
    const git = { 'server.py': '', 'requirements.txt': 'git+https://example.invalid/x.git\n' };
    expect(await adviceOf(install(git, found({ module: 'server' })))).toMatch(
      /^requirements\.txt wants something from an address/u,
    );
  });
});
