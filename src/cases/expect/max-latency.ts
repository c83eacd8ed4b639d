import type { Answer } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';

/** The answer came within `expected` milliseconds. */
export function maxLatency(expected: number, { durationMs }: Answer): Line {
  const took = Math.ceil(durationMs);
  return decide('maxLatency', durationMs <= expected, {
    expected,
    actual: durationMs,
    pass: `the answer took ${took} ms, at most ${expected} ms`,
    fail: `the answer took ${took} ms, expected at most ${expected} ms`,
  });
}
