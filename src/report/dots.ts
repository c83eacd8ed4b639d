import type { State, WorkflowResult } from '../result/model.ts';
import { oneLine } from '../text/untrusted.ts';
import { painter } from './paint.ts';
import { failureLines } from './terminal-failures.ts';
import { interruption, verdictSentence } from './verdict.ts';
import * as words from './words.ts';

const dotOf: Readonly<Record<State, string>> = { passed: '.', failed: 'F', error: 'E', skipped: 's' };
const dotsPerLine = 80;

/** The report in few lines: a character a case, then only what did not pass, then the verdict. Ends with a line end. */
export function renderDots(result: WorkflowResult, options: { readonly color: boolean }): string {
  const paint = painter(options.color);
  const dots = result.servers.flatMap(({ name, state, cases }) => {
    const row = cases.map((each) => dotOf[each.state]).join('') || dotOf[state];
    return [oneLine(name, 80), ...(row.match(new RegExp(`.{1,${dotsPerLine}}`, 'g')) ?? []).map((part) => `  ${part}`)];
  });
  const problems = result.problems.slice(0, 100).map(({ message, location }) => {
    return `${location === null ? '' : `${oneLine(words.place(location, true), 200)}: `}${oneLine(message, 1000)}`;
  });
  const failures = failureLines(result, paint);
  const stopped = interruption(result);
  const verdict = [
    `${result.conclusion.toUpperCase()}  ${verdictSentence(result)}`,
    ...(stopped === null ? [] : [oneLine(stopped, 500)]),
    ...(result.conclusion === 'incomplete'
      ? result.reasons.slice(0, 20).map((reason) => `  ${oneLine(reason, 500)}`)
      : []),
  ];
  const parts = [dots, problems, failures, verdict].filter((lines) => lines.length > 0);
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
