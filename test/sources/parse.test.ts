import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveInside } from '../../src/sources/inside.ts';
import { parseSource } from '../../src/sources/parse.ts';
import type { ParsedSource } from '../../src/sources/parse.ts';

let root = '';
let workspace = '';

beforeAll(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'sources-')));
  workspace = path.join(root, 'repo');
  for (const folder of ['repo/servers/one', 'repo/.git/hooks', 'repo/nested/.git', 'outside', 'repo-evil']) {
    mkdirSync(path.join(root, folder), { recursive: true });
  }
  writeFileSync(path.join(workspace, 'file.txt'), 'text');
  symlinkSync(path.join(root, 'outside'), path.join(workspace, 'escape'));
  symlinkSync('servers/one', path.join(workspace, 'inner'));
  symlinkSync('.git', path.join(workspace, 'history'));
  symlinkSync('loop', path.join(workspace, 'loop'));
  symlinkSync(workspace, path.join(root, 'alias'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('npm sources', () => {
  test.each([
    ['npm:server', 'server', 'latest'],
    ['npm:@scope/server', '@scope/server', 'latest'],
    ['npm:@scope/server@1.2.3', '@scope/server', '1.2.3'],
    ['npm:server@^1.2.0', 'server', '^1.2.0'],
    ['npm:server@>=1 <2', 'server', '>=1 <2'],
    ['npm:server@1.x || 2.x', 'server', '1.x || 2.x'],
    ['npm:server@next', 'server', 'next'],
    ['npm:server@2026.8.31', 'server', '2026.8.31'],
    ['npm:JSONStream@1.0.0-rc.1+build', 'JSONStream', '1.0.0-rc.1+build'],
  ])('%s', (given, name, range) => {
    expect(parseSource(given, workspace)).toEqual({ kind: 'npm', given, name, range });
  });

  test.each([
    ['npm:', 'not the name of an npm package'],
    ['npm:-g', 'not the name'],
    ['npm:.hidden', 'not the name'],
    ['npm:_private', 'not the name'],
    ['npm:a b', 'not the name'],
    ['npm:a/b', 'not the name'],
    ['npm:@a/b/c', 'not the name'],
    ['npm:@/b', 'not the name'],
    ['npm:node_modules', 'not the name'],
    [`npm:${'a'.repeat(215)}`, 'not the name'],
    ['npm:naïve', 'not the name'],
    ['npm:git+https://example.com/x.git', 'not the name'],
    ['npm:file:../x', 'not the name'],
    ['npm:http://example.com/x.tgz', 'not the name'],
    ['npm:server@', 'not a version'],
    ['npm:server@-1', 'not a version'],
    ['npm:server@--registry=http', 'not a version'],
    ['npm:server@npm:other@1', 'not a version'],
    ['npm:server@file:../x', 'not a version'],
    ['npm:server@git+https://example.com/x', 'not a version'],
    ['npm:server@http://example.com/x.tgz', 'not a version'],
    ['npm:server@owner/repo', 'not a version'],
    ['npm:server@1.2.3;rm', 'not a version'],
    [' npm:server', 'white space'],
    ['npm:server\u00A0', 'white space'],
    ['npm:server\n', 'control'],
    ['npm:ser\u200Bver', 'invisible'],
    ['NPM:server', 'unknown prefix'],
  ])('%j is refused', (given, words) => {
    expect(parseSource(given, workspace)).toEqual({ invalid: expect.stringContaining(words) });
  });
});

describe('images', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  test.each([
    'node:24-slim',
    'ghcr.io/acme/server:1.2.0',
    'localhost:5000/acme/my_server/x:v1',
    `docker.io/library/node@${digest}`,
    `registry.example.com:443/a/b__c:1@${digest}`,
  ])('oci:%s', (reference) => {
    expect(parseSource(`oci:${reference}`, workspace)).toEqual({ kind: 'oci', given: `oci:${reference}`, reference });
  });

  test.each([
    ['oci:', 'not an image'],
    ['oci:node', 'neither tag nor digest; add one'],
    ['oci:ghcr.io/acme/server', 'neither tag nor digest'],
    ['oci:localhost:5000/acme/server', 'neither tag nor digest'],
    ['oci:docker://node:24', 'a transport before its name'],
    ['oci:docker:node:24', 'a transport before its name'],
    ['oci:Acme/Server:1', 'no capital letters'],
    ['oci:node:24 --privileged', 'not an image'],
    ['oci:node@sha256:abc', 'not an image'],
    ['oci:-v:1', 'not an image'],
    ['oci:../x:1', 'not an image'],
    [`oci:${'a'.repeat(600)}:1`, 'longer than'],
    ['OCI:node:24', 'unknown prefix'],
  ])('%j is refused', (given, words) => {
    expect(parseSource(given, workspace)).toEqual({ invalid: expect.stringContaining(words) });
  });
});

describe('remote servers', () => {
  test.each([
    ['https://mcp.example.com/mcp', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com', 'https://mcp.example.com/'],
    ['HTTPS://MCP.Example.com:443/mcp', 'https://mcp.example.com/mcp'],
    ['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:3000/mcp'],
    ['https://mcp.example.com/mcp?tenant=acme&key=', 'https://mcp.example.com/mcp?tenant=acme&key='],
    ['https://github.com/mcp', 'https://github.com/mcp'],
  ])('%s', (given, url) => {
    expect(parseSource(given, workspace)).toEqual({ kind: 'remote', given, url });
  });

  test.each([
    ['https://', 'not a URL'],
    ['https:mcp.example.com', 'not a URL'],
    ['https:///mcp', 'not a URL'],
    ['https://exa mple.com', 'not a URL'],
    ['https://example.com:99999/', 'not a URL'],
    ['https://example.com\\@evil.example/', 'not a URL'],
    ['https://ada@mcp.example.com/mcp', 'user name or password'],
    ['https://ada:hunter2@mcp.example.com/mcp', 'user name or password'],
    ['https://mcp.example.com/mcp#tools', 'fragment'],
    ['https://mcp.example.com/mcp#', 'fragment'],
    ['https://mcp.example.com/mcp?api_key=hunter2', '"api_key", which looks like a secret'],
    ['https://mcp.example.com/mcp?apiKey=hunter2', 'looks like a secret'],
    ['https://mcp.example.com/mcp?x=1&access_token=hunter2', 'looks like a secret'],
    ['https://mcp.example.com/mcp?key=hunter2', 'looks like a secret'],
    ['https://mcp.example.com/mcp?x=ghp_hunter2', 'looks like a secret'],
    ['https://mcp.example.com/mcp?x=${{ secrets.hunter2 }}', 'nothing is expanded'],
    ['https://mcp.example.com/${hunter2}', 'nothing is expanded'],
  ])('%j is refused, and no secret of it is shown', (given, words) => {
    const parsed = parseSource(given, workspace);
    expect(parsed).toEqual({ invalid: expect.stringContaining(words) });
    expect(JSON.stringify(parsed)).not.toMatch(/hunter2|ada/);
  });

  test('what is no remote server shows no secret either', () => {
    for (const given of ['https://ada:hunter2@example.com/a/b.git', 'git+https://ada:hunter2@example.com/a/b']) {
      const parsed = parseSource(given, workspace);
      expect(parsed).toEqual({ invalid: expect.stringContaining('user name or password') });
      expect(JSON.stringify(parsed)).not.toMatch(/hunter2|ada/);
    }
  });
});

describe('local paths', () => {
  test.each([
    ['.', ''],
    ['./', ''],
    ['./servers/one', 'servers/one'],
    ['servers/one', 'servers/one'],
    ['./servers/../servers/one/', 'servers/one'],
    ['./inner', 'servers/one'],
  ])('%s', (given, relative) => {
    expect(parseSource(given, workspace)).toEqual({ kind: 'path', given, path: path.join(workspace, relative) });
  });

  test('absolute paths count inside the workspace only, however the workspace is named', () => {
    const inside = path.join(workspace, 'servers/one');
    expect(parseSource(inside, workspace)).toEqual({ kind: 'path', given: inside, path: inside });
    const alias = path.join(root, 'alias');
    const viaAlias = path.join(alias, 'servers/one');
    expect(parseSource(viaAlias, alias)).toEqual({ kind: 'path', given: viaAlias, path: inside });
    expect(parseSource('.', alias)).toEqual({ kind: 'path', given: '.', path: workspace });
    expect(parseSource(path.join(root, 'repo-evil'), workspace)).toEqual({
      invalid: expect.stringContaining('out of the workspace'),
    });
  });

  test.each([
    ['..', 'out of the workspace'],
    ['../outside', 'out of the workspace'],
    ['../repo-evil', 'out of the workspace'],
    ['./servers/../../outside', 'out of the workspace'],
    ['/etc', 'out of the workspace'],
    ['./escape', 'symbolic link'],
    ['./.git', '.git'],
    ['./.git/hooks', '.git'],
    ['./.GIT', '.git'],
    ['./nested/.git', '.git'],
    ['./history', '.git'],
    ['./loop', 'does not exist'],
    ['./nowhere', 'does not exist'],
    ['./file.txt', 'not a folder'],
    ['./a\0b', 'control'],
  ])('%j is refused', (given, words) => {
    expect(parseSource(given, workspace)).toEqual({ invalid: expect.stringContaining(words) });
  });
});

describe('repositories', () => {
  const slug = (text: string) => ({ repository: { slug: text } });
  const url = (text: string) => ({ repository: { url: text } });
  test.each([
    ['acme/server', slug('acme/server'), null, '.'],
    ['acme/server.git', slug('acme/server'), null, '.'],
    ['acme/server@v1.2#src/everything', slug('acme/server'), 'v1.2', 'src/everything'],
    ['acme/server@feature/x#./src/', slug('acme/server'), 'feature/x', 'src'],
    ['https://github.com/acme/server.git', url('https://github.com/acme/server.git'), null, '.'],
    ['https://github.com/acme/server@main#a', url('https://github.com/acme/server'), 'main', 'a'],
    ['git+https://example.com/server', url('https://example.com/server'), null, '.'],
    ['http://127.0.0.1:8080/a/server.git@0123abc', url('http://127.0.0.1:8080/a/server.git'), '0123abc', '.'],
    ['file:///srv/server', url('file:///srv/server'), null, '.'],
  ])('%s', (given, repository, ref, folder) => {
    expect(parseSource(given, workspace)).toEqual({ kind: 'git', given, ...repository, ref, path: folder });
  });

  test.each([
    ['git@github.com:acme/server.git', 'by HTTPS, never by SSH'],
    ['ssh://git@example.com/server', 'by HTTPS, never by SSH'],
    ['acme/server@--upload-pack=x', 'not a branch'],
    ['acme/server@a..b', 'not a branch'],
    ['acme/server@', 'not a branch'],
    ['acme/server#../x', 'not a folder'],
    ['acme/server#.git', 'not a folder'],
    ['git+https://example.com/a.git?x=1', 'query'],
  ])('%j is refused', (given, words) => {
    expect(parseSource(given, workspace)).toEqual({ invalid: expect.stringMatching(words) });
  });
});

describe('packages of Python and names of the MCP registry', () => {
  test.each([
    ['pypi:mcp-server', { kind: 'pypi', name: 'mcp-server', version: null }],
    ['pypi:mcp-server==1.0', { kind: 'pypi', name: 'mcp-server', version: '1.0' }],
    ['registry:io.example/server', { kind: 'registry', name: 'io.example/server', version: 'latest' }],
    ['registry:io.example/server@1.2.3', { kind: 'registry', name: 'io.example/server', version: '1.2.3' }],
  ])('%s', (given, parsed) => {
    expect(parseSource(given, workspace)).toEqual({ given, ...parsed });
  });

  test.each([
    ['pypi:', 'not the name of a Python package'],
    ['pypi:-x', 'not the name'],
    ['pypi:x>=1', 'not the name'],
    ['pypi:x==', 'not a version'],
    ['pypi:x==1 --pre', 'not a version'],
    ['registry:server', 'not a name of the MCP registry'],
    ['registry:a/b@^1', 'not a version'],
    ['registry:../../server.json', 'out of the workspace'],
  ])('%j is refused', (given, words) => {
    expect(parseSource(given, workspace)).toEqual({ invalid: expect.stringContaining(words) });
  });
});

test.each([
  ['', 'empty'],
  ['-rf', 'option'],
  ['server', 'npm:NAME'],
  ['docker:node:24', '`oci:IMAGE:TAG`'],
  ['nmp:server', 'unknown prefix'],
  ['a/b/c', 'does not exist'],
  ['x'.repeat(3000), 'longer than'],
])('%j is a mistake', (given, words) => {
  expect(parseSource(given, workspace)).toEqual({ invalid: expect.stringContaining(words) });
});

function isHarmless(parsed: ParsedSource): boolean {
  if (!('kind' in parsed)) return Object.values(parsed).every((sentence) => /\w/.test(sentence));
  if (parsed.kind === 'npm') return /^[@a-z0-9~]/i.test(parsed.name) && !/^-|[:/]/.test(parsed.range);
  if (parsed.kind === 'oci') return /^[a-z0-9]\S*[:@]\S+$/i.test(parsed.reference);
  if (parsed.kind === 'remote') {
    const { protocol, username, password, hash } = new URL(parsed.url);
    return /^https?:$/.test(protocol) && `${username}${password}${hash}` === '' && !parsed.url.includes('#');
  }
  if (parsed.kind === 'pypi') return !/^-|[:/\s]/.test(`${parsed.name}${parsed.version ?? ''}`);
  if (parsed.kind === 'git')
    return !/(?:^|\/)\.\.(?:\/|$)|^[-/]/.test(parsed.path) && parsed.ref?.startsWith('-') !== true;
  if (parsed.kind === 'registry') return 'name' in parsed;
  return `${parsed.path}/`.startsWith(`${workspace}/`) && !/\.git/i.test(parsed.path);
}

test('any text is a source, not yet one, or a mistake, and no path leaves the workspace', () => {
  const piece = fc.constantFrom(
    '..',
    '.',
    '/',
    'escape',
    'inner',
    'servers',
    '.git',
    'npm:',
    'oci:',
    'https://',
    ':8',
    '#',
    '?key=',
    '@',
    '-',
    'one',
    '\0',
    ' ',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (given) => {
      expect(isHarmless(parseSource(given, workspace))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('resolveInside tells files from folders', () => {
  expect(resolveInside('file.txt', workspace, 'file')).toEqual({ path: path.join(workspace, 'file.txt') });
  expect(resolveInside('file.txt', workspace, 'any')).toEqual({ path: path.join(workspace, 'file.txt') });
  expect(resolveInside('servers', workspace, 'file')).toEqual({ problem: expect.stringContaining('not a file') });
  expect(resolveInside('.', path.join(root, 'gone'), 'any')).toEqual({ problem: expect.stringContaining('workspace') });
});
