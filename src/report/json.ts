import type { WorkflowResult } from '../result/model.ts';

/** The result as in result.json. Printed in a job of CI, no line of it is a workflow command; its values stay the same. */
export function renderJson(result: WorkflowResult): string {
  return `${printableJson(result)}\n`;
}

/** Any JSON value on several lines; `##[`, also with characters without width in it, can only stand in texts, where one of its characters may be escaped. */
export function printableJson(value: unknown): string {
  return (JSON.stringify(value, null, 2) ?? 'null').replace(/#(?=\p{DI}*\[)/gu, '\\u0023');
}
