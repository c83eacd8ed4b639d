import type { ResultAnswer } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';
import { around, brief } from '../show.ts';

/** The text has `expected` nowhere in it. */
export function notContains(expected: string, { text }: ResultAnswer): Line {
  const at = text.indexOf(expected);
  return decide('notContains', at < 0, {
    expected,
    actual: text,
    pass: `the text does not contain ${brief(expected)}`,
    fail: `the text contains ${brief(expected)}, which it should not: ${around(text, at, at + expected.length)}`,
  });
}
