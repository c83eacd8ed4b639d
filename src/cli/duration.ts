import { parseDuration } from '../config/units.ts';
import { UsageProblem } from './terminal.ts';

/** @returns milliseconds of a duration that a flag gives @throws UsageProblem */
export function durationOf(flag: string, given: string): number {
  const parsed = parseDuration(given);
  if ('value' in parsed) return parsed.value;
  throw new UsageProblem(`\`--${flag}\`: ${parsed.problem}`);
}
