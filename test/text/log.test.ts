import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logText, oneLine, terminalText } from '../../src/text/untrusted.ts';
import { hostileText, loneSurrogate } from './hostile.ts';
import { commandsIn } from './runner-rules.ts';

describe('logText', () => {
  it.each([
    ['::error::x', '\\u{3a}:error::x'],
    ['  \u00a0::error::x', '  \u00a0\\u{3a}:error::x'],
    ['progress\r::error::x', 'progress\n\\u{3a}:error::x'],
    ['one\r\n\t::set-output name=a::b', 'one\n\t\\u{3a}:set-output name=a::b'],
    ['\ufeff::error::x', '\\u{feff}::error::x'],
    [':\u200b:error::x', '\\u{3a}\\u{200b}:error::x'],
    ['text ##[error]x', 'text ## [error]x'],
    ['###[x]', '### [x]'],
    ['\u001b[31mred\u001b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
    ['\u001b]8;;http://x\u0007', '\\u{1b}]8;;http://x\\u{7}'],
    ['a\u202eb\u{e0041}c\u009b', 'a\\u{202e}b\\u{e0041}c\\u{9b}'],
    ['half \ud83c', 'half \\u{d83c}'],
    ['\u2028::error::x', '\\u{2028}::error::x'],
  ])('writes %j as %j', (text, expected) => {
    expect(logText(text)).toBe(expected);
  });

  it.each([
    'plain',
    'é 日本 🎉 ⚠️',
    'Error: at\n\tfoo (a.js:1:2)\n\n:param x: the x',
    'a::b',
    'C# is here',
    '[info] up',
  ])('leaves %j as it is', (text) => {
    expect(logText(text)).toBe(text);
  });

  it('writes no workflow command, whatever comes in', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(commandsIn(logText(text))).toEqual([]);
        expect(commandsIn(oneLine(text, 80))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('writes no workflow command where pieces are written one after another', () => {
    const attack = fc.constantFrom(
      '::error::x',
      ' ::error::x',
      '##[error]x',
      'a ##[error]x',
      'a\n::error::x',
      'a\r\n ::x::',
    );
    fc.assert(
      fc.property(fc.oneof(attack, hostileText), fc.array(fc.nat(12), { maxLength: 4 }), (text, cuts) => {
        const ends = [0, ...cuts.sort((a, b) => a - b), text.length];
        const written = ends.slice(1).map((end, index) => logText(text.slice(ends[index], end)));
        expect(commandsIn(written.join(''))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(
        hostileText,
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 5 }),
        (text, maxLine, maxLines) => {
          const once = logText(text, { maxLine, maxLines });
          expect(logText(once, { maxLine, maxLines })).toBe(once);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('keeps lines and their number within the limits, and characters whole', () => {
    fc.assert(
      fc.property(
        hostileText,
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 1, max: 5 }),
        (text, maxLine, maxLines) => {
          const lines = logText(text, { maxLine, maxLines }).split('\n');
          expect(lines.length).toBeLessThanOrEqual(maxLines);
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(maxLine);
          expect(lines.join('\n')).not.toMatch(loneSurrogate);
        },
      ),
    );
  });

  it('says how much of a long line and of a long text was left out', () => {
    expect(logText('🎉'.repeat(600))).toMatch(/^(?:🎉)+… \((\d+) more characters\)$/u);
    const [shown = '', left = ''] = /^(.*)… \((\d+) more/u.exec(logText('🎉'.repeat(600)))?.slice(1) ?? [];
    expect(Array.from(shown).length + Number(left)).toBe(600);
    expect(logText('a\nb\nc\nd', { maxLines: 2 })).toBe('a\n… (3 more lines)');
  });

  it('takes five million hostile characters', () => {
    for (const text of [' '.repeat(5e6), '\u001b'.repeat(1e6), '#'.repeat(5e6), ': '.repeat(2e6), '\r'.repeat(5e6)]) {
      expect(logText(text).length).toBeLessThan(1_001_000);
    }
  });
});

describe('terminalText', () => {
  it('shows hidden characters and leaves what only the Actions runner reads', () => {
    expect(terminalText('::error::x\u001b[2J\r\n##[x]')).toBe('::error::x\\u{1b}[2J\n##[x]');
  });
});

describe('oneLine', () => {
  it('joins lines with a mark', () => {
    expect(oneLine('a\r\nb\rc\n', 80)).toBe('a⏎b⏎c⏎');
  });

  it('is one line of at most max units, with whole characters', () => {
    fc.assert(
      fc.property(hostileText, fc.nat(100), (text, max) => {
        const line = oneLine(text, max);
        expect(line).not.toMatch(/[\n\r\u2028\u2029\u0085]/);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(loneSurrogate);
      }),
    );
  });
});
