import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSplitter } from '../../src/mcp/line-splitter.ts';

function split(chunks: readonly Buffer[], maxLine: number, carriageReturns = false) {
  const seen = { lines: [] as string[], heads: [] as string[], dropped: 0 };
  const splitter = new LineSplitter(
    { maxLine, carriageReturns },
    {
      line: (bytes) => seen.lines.push(bytes.toString('latin1')),
      tooLong: (head) => seen.heads.push(head.toString('latin1')),
      dropped: (bytes) => (seen.dropped += bytes),
    },
  );
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return seen;
}

const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r'), maxLength: 12 }), { maxLength: 20 });

describe('LineSplitter', () => {
  test('gives the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 8 }), fc.boolean(), (texts, maxLine, carriageReturns) => {
        const whole = texts.join('');
        const lines = whole.split(carriageReturns ? /[\r\n]/ : '\n');
        if (lines.at(-1) === '') lines.pop();
        const seen = split(
          texts.map((text) => Buffer.from(text)),
          maxLine,
          carriageReturns,
        );
        const long = lines.filter((line) => line.length > maxLine);
        expect(seen.lines).toEqual(lines.filter((line) => line.length <= maxLine));
        expect(seen.heads).toEqual(long.map((line) => line.slice(0, maxLine)));
        expect(seen.dropped).toBe(long.reduce((sum, line) => sum + line.length, 0));
      }),
    );
  });

  test('tells of a line that is too long before it ends', () => {
    const seen = split([Buffer.alloc(5000, 'x')], 1000);
    expect(seen).toEqual({ lines: [], heads: ['x'.repeat(1000)], dropped: 5000 });
  });
});
