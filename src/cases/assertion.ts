import type { AssertionResult, CheckState } from '../result/model.ts';
import { bounded, sentence } from './show.ts';

/** An assertion's line in the result, with everything foreign in it bounded. */
export function assertion(
  kind: string,
  state: CheckState,
  facts: { readonly expected: unknown; readonly actual: unknown; readonly message: string },
): AssertionResult {
  const { expected, actual, message } = facts;
  return { kind, state, expected: bounded(expected), actual: bounded(actual), message: sentence(message) };
}

/** `passed` or `failed`, each with its own message. */
export function decide(
  kind: string,
  passes: boolean,
  facts: { readonly expected: unknown; readonly actual: unknown; readonly pass: string; readonly fail: string },
): AssertionResult {
  const { expected, actual } = facts;
  return assertion(kind, passes ? 'passed' : 'failed', { expected, actual, message: passes ? facts.pass : facts.fail });
}
