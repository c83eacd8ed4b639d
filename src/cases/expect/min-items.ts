import type { ResultAnswer } from '../answer.ts';
import type { Line } from '../assertion.ts';
import { countItems } from '../items.ts';

/** The answer's list has at least so many items. */
export function minItems(expected: number, answer: ResultAnswer): Line {
  return countItems('minItems', expected, answer);
}
