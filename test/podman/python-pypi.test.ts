import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ServerConfig } from '../../src/config/model.ts';
import { indexOf } from '../../src/install/package-index.ts';
import { IndexUpstream } from '../../src/install/index-upstream.ts';
import { installPypi } from '../../src/install/python/pypi.ts';
import { startIndex, type TestIndex } from '../install/python/index-server.ts';
import { greeting, sdist, selfBuilding, wheel, words } from '../install/python/packages.ts';
import { adviceOf, greetFrom, treeOf } from './python-run.ts';
import { type OpenedSandbox, openSandbox, serverConfig } from './sandbox-fixture.ts';

const wheels = '/usr/share/python-wheels';
/** Debian's python3-setuptools-whl and python3-wheel-whl, for builds as nearly every source archive wants them. */
const backends = ['setuptools-66.1.1-py3-none-any.whl', 'wheel-0.38.4-py3-none-any.whl'];

describe('a package of an index', () => {
  let opened: OpenedSandbox;
  let index: TestIndex;
  let upstream: IndexUpstream;
  beforeAll(async () => {
    opened = await openSandbox();
  });
  afterAll(() => opened.sweep());
  const use = (started: TestIndex) => {
    index = started;
    upstream = new IndexUpstream(indexOf('the test', index.url, null), {}, 3000);
  };
  beforeEach(async () => use(await startIndex()));
  afterEach(async () => {
    upstream.close();
    await index.stop();
  });
  const install = (
    name: string,
    version: string | null = null,
    more: Partial<ServerConfig> = {},
    image = opened.sandbox.hostImage,
  ) =>
    installPypi(
      { sandbox: opened.sandbox, index: upstream, signal: new AbortController().signal, progress: () => {} },
      serverConfig({ installScripts: 'sandboxed', ...more }),
      { kind: 'pypi', given: `pypi:${name}`, name, version },
      image,
    );

  it('is installed as a wheel with what it depends on, and started', async () => {
    index.add('greeting-server', wheel({ ...greeting, requires: ['greeting-words>=1'] }));
    index.add('greeting-words', wheel(words));
    const tree = treeOf(await install('Greeting.Server', null, { installScripts: 'never' }));
    expect(tree.resolved).toMatchObject({ kind: 'pypi', name: 'greeting-server', version: '1.0.0' });
    expect(tree.resolved.integrity).toMatch(/^sha256-[\w+/]+=*$/u);
    expect([...tree.commands.keys()]).toEqual(['greeting-server']);
    expect(tree.tools).toMatchObject({ python: expect.stringMatching(/^3\./u), pip: expect.any(String) });
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Good day, Ada!');
  });

  it('is built without network where it, or a dependency, comes as source only', async () => {
    const needsWords = selfBuilding({ ...greeting, requires: ['greeting-words'] });
    index.add('greeting-server', await sdist('greeting-server', '1.0.0', needsWords));
    index.add('greeting-words', await sdist('greeting-words', '2.0.0', selfBuilding(words)));
    const tree = treeOf(await install('greeting-server', '1.0.0'));
    expect(tree.scripts.packages).toEqual(['greeting-server 1.0.0', 'greeting-words 2.0.0']);
    expect(tree.resolved.integrity).toMatch(/^sha256-/u);
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Good day, Ada!');
  });

  it.skipIf(!backends.every((each) => existsSync(`${wheels}/${each}`)))(
    'is built by setuptools of the index, which speaks HTML here',
    async () => {
      await index.stop();
      use(await startIndex({ form: 'html' }));
      for (const filename of backends) {
        index.add(filename.split('-')[0] ?? '', { filename, bytes: readFileSync(`${wheels}/${filename}`) });
      }
      const setup = `from setuptools import setup\nsetup(name="greeting-server", version="1.0.0", packages=["greeting_server"], entry_points={"console_scripts": ["greet=greeting_server:main"]})\n`;
      index.add('greeting-server', await sdist('greeting-server', '1.0.0', { ...greeting.files, 'setup.py': setup }));
      const tree = treeOf(await install('greeting-server'));
      expect([...tree.commands.keys()]).toEqual(['greet']);
      expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Hello, Ada!');
    },
  );

  it('is installed by a wheel of pip where the image has no pip: its own, or the one of the index', async () => {
    index.add('greeting-server', wheel(greeting));
    const { hostImage } = opened.sandbox;
    const packages = '/usr/lib/python3/dist-packages';
    const bundled = { ...hostImage, masked: [...hostImage.masked, packages] };
    expect(treeOf(await install('greeting-server', null, {}, bundled)).tools?.['pip']).toMatch(/^\d/u);
    const without = { ...hostImage, masked: [...hostImage.masked, packages, wheels] };
    expect(await adviceOf(install('greeting-server', null, {}, without))).toMatch(
      /^The image `host` \(this machine\) has no pip, and it cannot be had otherwise: /u,
    );
    const filename = readdirSync(wheels).find((name) => name.startsWith('pip-')) ?? '';
    index.add('pip', { filename, bytes: readFileSync(`${wheels}/${filename}`) });
    index.add('built', await sdist('built', '1', selfBuilding({ ...greeting, name: 'built', version: '1' })));
    expect(treeOf(await install('built', null, {}, without)).resolved.name).toBe('built');
  });

  it('is not installed in an image without Python', async () => {
    const without = { ...opened.sandbox.hostImage, path: '/nonexistent' };
    expect(await adviceOf(install('greeting-server', null, {}, without))).toMatch(/has no python3 on its PATH/u);
  });

  it('is given what its build asks for only when it runs', async () => {
    const asks = 'def get_requires_for_build_wheel(config_settings=None):\n    return ["greeting-words"]\n';
    index.add('greeting-words', wheel(words));
    index.add('greeting-server', await sdist('greeting-server', '1.0.0', selfBuilding(greeting, { before: asks })));
    expect(treeOf(await install('greeting-server')).scripts.packages).toEqual(['greeting-server 1.0.0']);
  });

  it('is taken in the newest version that fits: none that is yanked, a pre-release or for another Python', async () => {
    const version = (number: string) => wheel({ ...greeting, version: number });
    index.add('greeting-server', version('1.0.0'), version('1.9.0'), version('1.10.0'), version('2.0.0rc1'));
    index.add('greeting-server', { ...version('3.0.0'), yanked: 'broken' });
    index.add('greeting-server', { ...version('4.0.0'), requiresPython: '>=3.99' });
    expect(treeOf(await install('greeting-server')).resolved.version).toBe('1.10.0');
    expect(treeOf(await install('greeting-server', '3.0.0')).resolved.version).toBe('3.0.0');
  });

  it('starts as a module where it declares no command', async () => {
    const files = { ...greeting.files, 'greeting_server/__main__.py': 'from greeting_server import main\nmain()\n' };
    index.add('greeting-server', wheel({ ...greeting, files, scripts: {} }));
    const tree = treeOf(await install('greeting-server'));
    expect(tree.start?.entrypoint.slice(1)).toEqual(['-m', 'greeting_server']);
    expect(await greetFrom(opened.sandbox, tree, 'Ada')).toBe('Hello, Ada!');
  });

  it('is not installed where it, a version of it, or a dependency does not exist', async () => {
    const host = new URL(index.url).host;
    expect(await adviceOf(install('nothing-here'))).toBe(`nothing-here does not exist in the package index ${host}.`);
    index.add('greeting-server', wheel({ ...greeting, requires: ['nothing-here>=2', 'greeting-words'] }));
    expect(await adviceOf(install('greeting-server', '7'))).toBe(
      'greeting-server has no version that matches "==7"; the latest is 1.0.0.',
    );
    index.add('greeting-words', wheel(words));
    expect(await adviceOf(install('greeting-server'))).toBe(
      `nothing-here, which greeting-server depends on, does not exist in the package index ${host}.`,
    );
  });

  it('is not installed where its Python or its processor is another', async () => {
    index.add('young', { ...wheel({ ...greeting, name: 'young' }), requiresPython: '>=3.99' });
    expect(await adviceOf(install('young'))).toMatch(
      /^young 1\.0\.0 wants Python >=3\.99, and the image `host` \(this machine\) has 3\.\d+\.\d+: name an `image` that fits, such as docker\.io\/library\/python:3\.99-slim\.$/u,
    );
    index.add('strange', wheel({ ...greeting, name: 'strange', tag: 'py3-none-win_amd64' }));
    expect(await adviceOf(install('strange'), 'unsupported_platform')).toBe(
      'strange 1.0.0 has no wheel for this operating system and processor, only for win_amd64, and no source archive.',
    );
    const machine = process.arch === 'x64' ? 'x86_64' : 'aarch64';
    index.add('old', wheel({ ...greeting, name: 'old', tag: `cp36-cp36m-manylinux2014_${machine}` }));
    expect(await adviceOf(install('old'))).toMatch(
      /^old 1\.0\.0 has wheels only for other versions of Python \(cp36\)/u,
    );
  });

  it('is not installed where its dependencies contradict each other', async () => {
    index.add('greeting-server', wheel({ ...greeting, requires: ['greeting-words<2', 'middle'] }));
    index.add('middle', wheel({ name: 'middle', version: '1', files: {}, requires: ['greeting-words>=2'] }));
    index.add('greeting-words', wheel(words), wheel({ ...words, version: '1.0' }));
    expect(await adviceOf(install('greeting-server'))).toBe(
      'The dependencies contradict each other (ResolutionImpossible).',
    );
  });

  it('is not built where scripts never run', async () => {
    index.add('greeting-server', await sdist('greeting-server', '1.0.0', selfBuilding(greeting)));
    expect(await adviceOf(install('greeting-server', null, { installScripts: 'never' }))).toBe(
      'greeting-server 1.0.0 has to be built from source, which runs its code, and `installScripts` is `never`: publish a wheel, or allow `sandboxed`.',
    );
  });

  it('must be what the index published', async () => {
    index.add('greeting-server', { ...wheel(greeting), sha256: 'a'.repeat(64) });
    expect(await adviceOf(install('greeting-server'))).toBe(
      'A package is not the file whose digest was recorded: it must not be trusted.',
    );
    index.add('source', {
      ...(await sdist('source', '1.0.0', selfBuilding({ ...greeting, name: 'source' }))),
      sha256: 'b'.repeat(64),
    });
    expect(await adviceOf(install('source'))).toMatch(
      /^source-1\.0\.0\.tar\.gz is not the file whose digest was recorded/u,
    );
  });
});
