import type { AssertionResult, CheckState } from '../result/model.ts';
import { bounded, boundedWhenPassed, sentence } from './show.ts';

/** An assertion's line in the result; the step that it belongs to is added by whoever runs the step. */
export type Line = Omit<AssertionResult, 'step'>;

/** A line with everything foreign in it bounded. */
export function assertion(
  kind: string,
  state: CheckState,
  facts: { readonly expected: unknown; readonly actual: unknown; readonly message: string },
): Line {
  const { expected, actual, message } = facts;
  const bound = state === 'passed' ? boundedWhenPassed : bounded;
  return { kind, state, expected: bound(expected), actual: bound(actual), message: sentence(message) };
}

/** `passed` or `failed`, each with its own message. */
export function decide(
  kind: string,
  passes: boolean,
  facts: { readonly expected: unknown; readonly actual: unknown; readonly pass: string; readonly fail: string },
): Line {
  const { expected, actual } = facts;
  return assertion(kind, passes ? 'passed' : 'failed', { expected, actual, message: passes ? facts.pass : facts.fail });
}
