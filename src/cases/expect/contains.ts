import type { ResultAnswer } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';
import { brief } from '../show.ts';

/** The text has `expected` in it, to the letter. */
export function contains(expected: string, { text }: ResultAnswer): Line {
  return decide('contains', text.includes(expected), {
    expected,
    actual: text,
    pass: `the text contains ${brief(expected)}`,
    fail: `the text does not contain ${brief(expected)}; it is ${text === '' ? 'empty' : brief(text, 240)}`,
  });
}
