import type { ResultAnswer } from '../answer.ts';
import type { Line } from '../assertion.ts';
import { countItems } from '../items.ts';

/** The answer's list has at most so many items. */
export function maxItems(expected: number, answer: ResultAnswer): Line {
  return countItems('maxItems', expected, answer);
}
