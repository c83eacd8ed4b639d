import type { WorkflowResult } from '../result/model.ts';
import { printableJson } from '../text/untrusted.ts';

/** The result as in result.json. Printed in a job of CI, no line of it is a workflow command; its values stay the same. */
export function renderJson(result: WorkflowResult): string {
  return `${printableJson(result)}\n`;
}
