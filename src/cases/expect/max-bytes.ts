import type { ResultAnswer } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';

/** The whole result, written as JSON in UTF-8, has at most so many bytes. @throws RangeError where it is nested too deeply */
export function maxBytes(expected: number, { result }: ResultAnswer): Line {
  const actual = Buffer.byteLength(JSON.stringify(result));
  return decide('maxBytes', actual <= expected, {
    expected,
    actual,
    pass: `the result has ${actual} bytes, at most ${expected}`,
    fail: `the result has ${actual} bytes, expected at most ${expected}`,
  });
}
