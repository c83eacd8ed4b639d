import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBytes, lastLines } from '../../src/text/untrusted.ts';
import { hostileText } from './hostile.ts';

describe('cutBytes', () => {
  it('keeps the longest beginning that fits, in whole characters', () => {
    fc.assert(
      fc.property(hostileText, fc.nat(60), (text, max) => {
        const cut = cutBytes(text, max);
        const next = Array.from(text.slice(cut.length))[0] ?? '';
        expect(text.startsWith(cut)).toBe(true);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
        expect(next === '' || Buffer.byteLength(cut + next) > max).toBe(true);
      }),
    );
  });

  it.each([
    ['日本', 5, '日'],
    ['🎉🎉', 7, '🎉'],
    ['abc', 3, 'abc'],
    ['abc', 0, ''],
    ['abc', -1, ''],
  ])('cuts %j to %d bytes', (text, max, expected) => {
    expect(cutBytes(text, max)).toBe(expected);
  });
});

describe('lastLines', () => {
  it('keeps the end and says what is missing before it', () => {
    expect(lastLines('a\nb\r\nc\rd\n\n', 3)).toBe('… (2 earlier lines)\nc\nd');
    expect(lastLines('a\nb\n', 3)).toBe('a\nb');
    expect(lastLines('', 3)).toBe('');
  });
});
