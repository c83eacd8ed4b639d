import type { Annotation } from '../result/annotation.ts';
import type { WorkflowResult } from '../result/model.ts';
import { oneLine } from '../text/untrusted.ts';
import { renderAnnotations } from './annotations.ts';
import { verdictSentence } from './verdict.ts';

/** The runner shows ten of each level a step; the tenth says how many more there are. */
const perLevel = 9;
/** Of Linux, in bytes. */
const longestPath = 4096;

/**
 * Annotations as workflow commands, for the command line inside of a job that is no step of the action. Other systems of
 * CI that know these commands understand them too. The verdict comes last, as an ordinary line.
 *
 * @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function renderWorkflowCommands(result: WorkflowResult): string {
  const commands = renderAnnotations(result, { perLevel }).map(command);
  return [...commands, `${result.conclusion.toUpperCase()}  ${verdictSentence(result)}`, ''].join('\n');
}

function command({ level, title, text, location }: Annotation): string {
  const where =
    location === null
      ? {}
      : { file: oneLine(location.file, longestPath), line: String(location.line), col: String(location.column) };
  const properties = Object.entries({ ...where, title }).map(([name, value]) => `${name}=${property(value)}`);
  return `::${level} ${properties.join(',')}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
