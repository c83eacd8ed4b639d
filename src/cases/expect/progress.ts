import type { Answer } from '../answer.ts';
import { decide, type Line } from '../assertion.ts';

/** So many progress notifications for this request came before its answer (MCP 2025-11-25, "Progress"). */
export function progress(expected: { readonly min: number }, { heard }: Answer): Line {
  const actual = heard.progress.length;
  return decide('progress', actual >= expected.min, {
    expected,
    actual,
    pass: `${actual} progress notifications came, at least ${expected.min}`,
    fail: `${actual} progress notifications came before the answer, expected at least ${expected.min}`,
  });
}
