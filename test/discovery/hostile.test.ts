import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookAtCSharp } from '../../src/discovery/evidence/csharp.ts';
import { lookAtGo } from '../../src/discovery/evidence/go.ts';
import { lookAtJavaScript } from '../../src/discovery/evidence/javascript.ts';
import { lookAtPython } from '../../src/discovery/evidence/python.ts';
import { lookAtRust } from '../../src/discovery/evidence/rust.ts';
import { readers } from './readers.ts';
import { discovered, goServer, pythonServer, typescriptServer } from './repository.ts';

/** A text with some of it taken out, doubled, or replaced by what parsers stumble over. */
function mutated(text: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      '',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '\\',
      '\n',
      '\0',
      ':',
      '-',
      '&a',
      '*a',
      '<<: *a',
      '"__proto__":',
      '${',
      '../',
      '\u202e',
      '\ud800',
      '"""',
      '#',
      ',',
      '=',
      '1e999',
    ),
    fc.string({ maxLength: 8 }),
  );
  const change = fc.tuple(fc.nat(text.length), fc.nat(12), piece, fc.nat(3));
  return fc
    .array(change, { minLength: 1, maxLength: 6 })
    .map((changes) =>
      changes.reduce(
        (rest, [at, length, inserted, times]) => rest.slice(0, at) + inserted.repeat(times) + rest.slice(at + length),
        text,
      ),
    );
}

const anyValue = fc.json({ maxDepth: 4 });

describe.each(Object.entries(readers))('the reader of %s', (_, [read, path, valid]) => {
  it('never throws on what is mutated, random, or another kind of value', () => {
    fc.assert(
      fc.property(fc.oneof(mutated(valid), fc.string({ unit: 'binary', maxLength: 200 }), anyValue), (text) => {
        expect(() => read({ path, text })).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['open brackets', '['.repeat(100_000)],
    ['open braces', '{"a":'.repeat(40_000)],
    ['quotes', '"'.repeat(100_000)],
    ['escaped quotes', '"\\"'.repeat(60_000)],
    ['comments', '/*'.repeat(100_000)],
    ['commas', `[1${','.repeat(200_000)}]`],
    ['aliases', `a: &a [x]\n${Array.from({ length: 200 }, (__, n) => `b${n}: &b${n} [*a, *a]`).join('\n')}`],
    ['one long line', `${path}: ${'x '.repeat(100_000)}`],
    ['tables', '[a]\n'.repeat(50_000)],
    ['elements', '<PackageType>'.repeat(20_000)],
  ])('bears %s', (__, text) => {
    const before = performance.now();
    read({ path, text });
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

describe('looking at sources', () => {
  const looks = [lookAtCSharp, lookAtGo, lookAtJavaScript, lookAtPython, lookAtRust];

  it.each([
    ['imports', 'from a import ('.repeat(13_000)],
    ['new', 'new '.repeat(50_000)],
    ['spaces', ' '.repeat(200_000)],
    ['brackets', 'Server<'.repeat(28_000)],
    ['docstrings', '"""'.repeat(66_001)],
    ['letters', 'a'.repeat(200_000)],
    ['quotes', `import"${'\\"'.repeat(99_000)}`],
  ])('takes linear time for %s', (_, text) => {
    const before = performance.now();
    for (const look of looks) look(text);
    expect(performance.now() - before).toBeLessThan(3000);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(...[goServer, pythonServer, typescriptServer].map(mutated), fc.string()), (text) => {
        expect(() => looks.map((look) => look(text))).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

describe('a hostile repository', () => {
  const path = fc
    .array(
      fc.constantFrom(
        'a',
        '..',
        '.',
        '',
        'src',
        '-x',
        'test',
        '\u202e',
        'package.json',
        'pyproject.toml',
        'server.json',
        '.mcp.json',
        'Dockerfile',
        'go.mod',
        'main.go',
        '{{x}}',
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((segments) => segments.join('/'));
  const content = fc.oneof(
    ...Object.values(readers).map(([, , valid]) => mutated(valid)),
    fc.constantFrom(goServer, pythonServer, typescriptServer),
  );

  it('never makes discovery throw, and every server found has a usable name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(path, content, { maxKeys: 8 }), async (files) => {
        const found = await discovered(files);
        for (const { name, command } of found.servers) {
          expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
          expect(command.join('')).not.toMatch(/[\0\n\r]/);
        }
        expect(new Set(found.servers.map(({ name }) => name)).size).toBe(found.servers.length);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps what it says on one line', async () => {
    const evil = 'a\n::set-output name=x::y';
    const found = await discovered({
      'pyproject.toml': `[project]\nname = "w"\n[project.scripts]\nw = "gone\\n::error::x:main"\n`,
      [`${evil}/server.json`]: '[]',
    });
    expect(found.leftOut.every(({ why }) => !why.includes('\n'))).toBe(true);
  });
});
