import { describe, expect, it } from 'vitest';
import { tellBuild, wantedByBuild } from '../../../src/install/python/build-sentences.ts';
import { noPython, tellFailure } from '../../../src/install/python/sentences.ts';

const tell = (kind: string, more: object = {}) => tellFailure({ kind, ...more }, 'python:3.9', 'pypi.org');

describe('why something of Python is not installed', () => {
  it.each([
    ['no-package', { name: 'x', wantedBy: null }, 'x does not exist in the package index pypi.org.'],
    [
      'no-version',
      { name: 'x', specifier: '>=2', latest: '1.4', wantedBy: 'y' },
      'x has no version that matches ">=2", which y depends on; the latest is 1.4.',
    ],
    [
      'python',
      { name: 'x', version: '2', wanted: '>=3.12', python: '3.9.2' },
      'x 2 wants Python >=3.12, and the image python:3.9 has 3.9.2: name an `image` that fits, such as docker.io/library/python:3.12-slim.',
    ],
    [
      'pip',
      { text: 'ERROR: ResolutionImpossible: …' },
      'The dependencies contradict each other (ResolutionImpossible).',
    ],
    ['pip', { text: 'boom' }, 'pip could not install it; its last lines say why.'],
    ['something new', { text: 4 }, 'It cannot be installed: something new.'],
  ])('is told for %s %j', (kind, more, advice) => {
    expect(tell(kind, more)).toEqual({ outcome: 'install_failed', advice });
  });

  it('is the platform where only that is missing', () => {
    expect(tell('platform', { name: 'x', version: '1', platforms: ['win32'] })).toEqual({
      outcome: 'unsupported_platform',
      advice: 'x 1 has no wheel for this operating system and processor, only for win32, and no source archive.',
    });
  });

  it('is the image where that has no Python', () => {
    expect(noPython('node:24')).toMatch(/^The image node:24 has no python3 on its PATH/u);
  });
});

describe('why something is not built from source', () => {
  it.each([
    ["error: command 'gcc' failed: No such file or directory", /needs a C compiler.*without `-slim`/u],
    ['fatal error: Python.h: No such file or directory', /needs the headers of Python/u],
    ["error: can't find Rust compiler", /needs Rust/u],
    ['socket.gaierror: [Errno -3] Temporary failure in name resolution', /asks for the network, which no build has/u],
    ['  ERROR: No matching distribution found for cython>=3 (from versions: none)', /asks for cython>=3, of which/u],
    ['SyntaxError', /^x 1 could not be built from source: it is built without network/u],
  ])('is told for %s', (output, advice) => {
    expect(tellBuild('x 1', output)).toMatch(advice);
  });

  it('is what it asks for only where pip says so at the beginning of a line', () => {
    expect(wantedByBuild('      ERROR: No matching distribution found for wheel\n')).toBe('wheel');
    expect(wantedByBuild('print: ERROR: No matching distribution found for wheel')).toBeNull();
  });
});
