import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSource, resolveInside } from '../../src/sources/parse.ts';
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

describe('sources that are not built yet', () => {
  test.each([
    ['pypi:mcp-server==1.0', 'Python package'],
    ['oci:ghcr.io/acme/server:1', 'container image'],
    ['registry:io.example/server', 'MCP registry'],
    ['acme/server', 'repository on GitHub'],
    ['acme/server@v1.2#src/everything', 'repository on GitHub'],
    ['https://github.com/acme/server.git', 'git URL'],
    ['git+https://example.com/server', 'git URL'],
    ['git@github.com:acme/server.git', 'git URL'],
    ['ssh://git@example.com/server', 'git URL'],
    ['https://mcp.example.com/mcp', 'remote server'],
  ])('%s', (given, what) => {
    const parsed = parseSource(given, workspace);
    expect(parsed).toEqual({ unsupported: expect.stringContaining(what) });
    expect(parsed).toEqual({ unsupported: expect.stringContaining('not yet supported') });
  });
});

test.each([
  ['', 'empty'],
  ['-rf', 'option'],
  ['server', 'npm:NAME'],
  ['http://example.com/mcp', 'not encrypted'],
  ['file:///etc', 'without `file:`'],
  ['nmp:server', 'unknown prefix'],
  ['a/b/c', 'does not exist'],
  ['x'.repeat(3000), 'longer than'],
])('%j is a mistake', (given, words) => {
  expect(parseSource(given, workspace)).toEqual({ invalid: expect.stringContaining(words) });
});

function isHarmless(parsed: ParsedSource): boolean {
  if (!('kind' in parsed)) return Object.values(parsed).every((sentence) => /\w/.test(sentence));
  if (parsed.kind === 'npm') return /^[@a-z0-9~]/i.test(parsed.name) && !/^-|[:/]/.test(parsed.range);
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
