import { type ResultAnswer, subjectForEquals } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';
import { describeDifference, firstDifference } from '../difference.ts';

/** structuredContent, else the text read as JSON, else the text equals `expected`; the order of keys does not count. */
export function equals(expected: unknown, answer: ResultAnswer): Line {
  const { name, value } = subjectForEquals(answer, expected);
  const difference = firstDifference(expected, value);
  return decide('equals', difference === null, {
    expected,
    actual: value,
    pass: `${name} equals what was expected`,
    fail: difference === null ? '' : `${name} differs${describeDifference(difference)}`,
  });
}
