import type { WorkflowResult } from '../result/model.ts';
import { sumOf } from './words.ts';

/** The outputs of the action, so that each is set even where a run ends before there is a result: no verdict, no cases. */
export function defaultOutputs(): Record<string, string> {
  return {
    conclusion: 'error',
    total: '0',
    passed: '0',
    failed: '0',
    skipped: '0',
    errors: '0',
    'result-path': '',
    'summary-path': '',
  };
}

/**
 * @param paths where the result and the summary were written
 * @returns the outputs of the action. `total`, `passed`, `failed`, `skipped` and `errors` count validation cases, not
 * servers; all are 0 in a run that has no cases. `total` is the sum of the other four.
 */
export function outputsOf(
  { conclusion, counts: { cases } }: WorkflowResult,
  paths: { readonly result: string; readonly summary: string },
): Record<string, string> {
  return {
    conclusion,
    total: String(sumOf(cases)),
    passed: String(cases.passed),
    failed: String(cases.failed),
    skipped: String(cases.skipped),
    errors: String(cases.error),
    'result-path': paths.result,
    'summary-path': paths.summary,
  };
}
