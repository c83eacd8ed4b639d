import type { AssertionResult } from '../../result/model.ts';
import type { Answer } from '../answer.ts';
import { decide } from '../assertion.ts';

/** The answer came within `expected` milliseconds. */
export function maxLatency(expected: number, { durationMs }: Answer): AssertionResult {
  const took = Math.ceil(durationMs);
  return decide('maxLatency', durationMs <= expected, {
    expected,
    actual: durationMs,
    pass: `the answer took ${took} ms, at most ${expected} ms`,
    fail: `the answer took ${took} ms, expected at most ${expected} ms`,
  });
}
