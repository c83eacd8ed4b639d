import { describe, expect, it } from 'vitest';
import { climbingPaths, climbsOut } from '../../src/discovery/climbs.ts';
import { neededBy, packagesIn } from '../../src/discovery/needs.ts';

const repository = (texts: Readonly<Record<string, string | null>>) => ({
  paths: Object.keys(texts).toSorted(),
  text: (path: string) => Promise.resolve(texts[path] ?? null),
});

/** @returns the folders that `folder` needs, sorted; null where nothing can be left out */
async function needs(
  texts: Readonly<Record<string, string | null>>,
  folder: string,
  links: Record<string, string> = {},
) {
  const files = repository(texts);
  const packages = (await packagesIn(files)) ?? [];
  const needed = await neededBy(files, folder, packages, new Map(Object.entries(links)));
  return needed === null ? null : [...needed].toSorted();
}

const packages = {
  'a/package.json': '{ "name": "@acme/a" }',
  'b/package.json': '{ "name": "@acme/b" }',
  'c/pyproject.toml': '[project]\nname = "acme_c"\n',
  'c/acme_c.py': '',
};

describe('what a package needs', () => {
  it.each<[string, string, string[]]>([
    ['nothing', 'export const a = 1;', ['a']],
    ['a name', "import '@acme/b/part';", ['a', 'b']],
    ['a name in a command', 'npm run build -w @acme/b', ['a', 'b']],
    ['a name as Python writes it', 'dependencies = ["Acme.C>=1"]', ['a', 'c']],
    ['a part of another name', "import '@acme/bold';", ['a']],
    ['a path', "import '../b/index.js';", ['a', 'b']],
    ['a path that goes down first', "read('src/../../b/data.json')", ['a', 'b']],
    ['a path to what all have', "extends: '../tsconfig.json'", ['a']],
    ['a path to all of them', "glob('../*/package.json')", ['a', 'b', 'c']],
  ])('by %s', async (_, text, expected) => {
    expect(await needs({ ...packages, 'a/index.js': text }, 'a')).toEqual(expected);
  });

  it('is what that needs, too, and comes to an end', async () => {
    const texts = { ...packages, 'a/index.js': "'@acme/b'", 'b/index.js': "'acme-c'", 'c/acme_c.py': "'@acme/a'" };
    expect(await needs(texts, 'a')).toEqual(['a', 'b', 'c']);
  });

  it('is not what a lock file repeats', async () => {
    expect(await needs({ ...packages, 'a/package-lock.json': '"@acme/b"' }, 'a')).toEqual(['a']);
  });

  it.each([
    ['steps upwards', { 'a/src/index.js': "join(dirname, '..', '..', 'b')" }],
    ['a program that is too large to be read', { 'a/index.js': null }],
  ])('is not known with %s', async (_, texts) => {
    expect(await needs({ ...packages, ...texts }, 'a')).toBeNull();
  });

  it('is where links lead, and not known where they lead on', async () => {
    expect(await needs(packages, 'a', { 'a/link': '../b' })).toEqual(['a', 'b']);
    expect(await needs(packages, 'a', { 'b/link': '../c' })).toEqual(['a']);
    expect(await needs(packages, 'a', { 'a/link': '../link/x', link: 'b' })).toBeNull();
    expect(await needs(packages, 'a', { 'a/link': '/etc' })).toBeNull();
    expect(await needs(packages, 'a', { 'a/link': '../../out' })).toBeNull();
  });

  it('of the root is everything', async () => {
    expect(await needs({ ...packages, 'package.json': '{}' }, '.')).toBeNull();
  });
});

it('more packages than are looked at are none', async () => {
  const many = Object.fromEntries(Array.from({ length: 2001 }, (_, n) => [`p${n}/package.json`, '{}']));
  expect(await packagesIn(repository(many))).toBeNull();
});

it('paths with `../` are read from the folder of their file', () => {
  expect(climbingPaths("a('../x/y.js', './../z', '../../../out')", 'p/q')).toEqual(['p/x/y.js', 'p/z']);
});

it.each([
  ["join(here, '..', 'data')", false],
  ["join(here, '..', '..', 'data')", true],
  ['Path(__file__).parent.parent', false],
  ['Path(__file__).resolve().parent.parent.parent', true],
  ['Path(__file__).parents[1]', false],
  ['Path(__file__).parents[2]', true],
  ['os.path.dirname(os.path.dirname(__file__))', false],
  ['os.path.dirname(os.path.dirname(os.path.dirname(__file__)))', true],
])('%s in `p/src` leaves `p`: %s', (text, expected) => {
  expect(climbsOut(text, 'p/src', 'p')).toBe(expected);
});
