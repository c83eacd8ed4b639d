import type { WorkflowResult } from '../result/model.ts';
import { phaseLines } from './lines.ts';
import { painter } from './paint.ts';
import { renderTerminal } from './terminal.ts';

/** What each phase did, line by line, with every case; then the report as usual. */
export function renderVerbose(result: WorkflowResult, options: { readonly color: boolean }): string {
  const paint = painter(options.color);
  const phases = phaseLines(result).map(({ title, lines }) => {
    return [paint('bold', title), ...lines.map((line) => `  ${line}`)].join('\n');
  });
  return [...phases, renderTerminal(result, options)].join('\n\n');
}
