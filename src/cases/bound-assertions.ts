import type { AssertionResult } from '../result/model.ts';

const limit = 200;

/** At most 200 lines of a case: what did not pass goes first, and the last line counts what is left out. */
export function boundAssertions(lines: readonly AssertionResult[]): AssertionResult[] {
  if (lines.length <= limit) return [...lines];
  const ranked = [...lines].sort((left, right) => Number(left.state === 'passed') - Number(right.state === 'passed'));
  const kept = new Set(ranked.slice(0, limit - 1));
  const dropped = ranked.slice(limit - 1);
  const passed = dropped.filter(({ state }) => state === 'passed').length;
  const rest: AssertionResult = {
    kind: 'more',
    state: ranked[0]?.state ?? 'passed',
    expected: null,
    actual: null,
    message: `${dropped.length} more assertions are left out here, ${passed} of them passed`,
    step: dropped[0]?.step ?? '',
  };
  return [...lines.filter((line) => kept.has(line)), rest];
}
