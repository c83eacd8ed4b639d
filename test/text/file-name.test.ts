import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileName } from '../../src/text/untrusted.ts';
import { hostileText } from './hostile.ts';

describe('fileName', () => {
  it('is always the name of one plain file', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.string({ maxLength: 200 })), (text) => {
        expect(fileName(text)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('differs where texts differ', () => {
    const texts = [
      '',
      ' ',
      '.',
      '..',
      '../x',
      '__/x',
      'a b',
      'a_b',
      'a/b',
      'x'.repeat(64),
      'x'.repeat(65),
      'x'.repeat(66),
      '-x',
      '_x',
    ];
    // Neither can somebody choose the name that another text was given.
    const names = [...texts, fileName('a b')].map(fileName);
    expect(new Set(names).size).toBe(names.length);
  });

  it('keeps a name that is one', () => {
    expect(fileName('server-everything_2.0')).toBe('server-everything_2.0');
  });

  it('stays readable', () => {
    expect(fileName('@acme/server')).toMatch(/^_acme_server-[0-9a-f]{12}$/);
  });
});
