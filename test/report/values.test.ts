import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference, valueText } from '../../src/report/values.ts';
import { loneSurrogate } from '../text/hostile.ts';

describe('valueText', () => {
  it('reads the same for equal objects and differs for different types', () => {
    expect(valueText({ b: 1, a: [2] })).toBe(valueText({ a: [2], b: 1 }));
    expect(valueText('5')).not.toBe(valueText(5));
    expect(valueText(undefined)).toBe('(nothing)');
  });

  it('survives what is no JSON, and any depth', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 50_000; depth += 1) deep = { deep };
    expect(valueText(deep)).toContain('…');
    expect(valueText(10n)).toBe('(no JSON value)');
  });
});

describe('difference', () => {
  it('shows short values whole', () => {
    expect(difference('a', 'b', 40)).toEqual({ expected: '"a"', actual: '"b"', note: null });
  });

  it('moves the window to the first difference', () => {
    const same = 'abc '.repeat(100);
    const shown = difference(`${same}LEFT${same}`, `${same}RIGHT${same}`, 60);
    expect(shown.expected).toMatch(/^….*LEFT.*… \(\d+ more\)$/);
    expect(shown.actual).toMatch(/^….*RIGHT.*… \(\d+ more\)$/);
  });

  it('always shows different text for different values of one kind', () => {
    const long = fc.tuple(fc.nat(300), fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(long, ([length, left, right]) => {
        const shown = difference('🎉'.repeat(length) + left, '🎉'.repeat(length) + right, 60);
        expect(shown.expected === shown.actual).toBe(left === right);
        for (const text of [shown.expected, shown.actual]) {
          expect(text.length).toBeLessThanOrEqual(90);
          expect(text).not.toMatch(loneSurrogate);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['caf\u00e9', 'cafe\u0301', 'U+00E9 was expected, U+0065 came'],
    ['p\u0430ss', 'pass', 'U+0430 was expected, U+0061 came'],
    ['ab\u00a0c', 'ab c', 'U+00A0 was expected, U+0020 came'],
  ])('names the characters of %j and %j, which look the same', (expected, actual, note) => {
    expect(difference(expected, actual, 60).note).toBe(`first difference: ${note}`);
  });
});
