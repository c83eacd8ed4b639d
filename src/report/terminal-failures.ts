import type { CaseResult, ServerResult, WorkflowResult } from '../result/model.ts';
import { logText, oneLine } from '../text/untrusted.ts';
import { caseFacts, caseLines } from './case-lines.ts';
import { stateWord, type Paint } from './paint.ts';
import { stderrLines } from './stderr.ts';
import { troubledCases, troubledServers, troubledServices } from './verdict.ts';
import * as words from './words.ts';

const mostCases = 500;

/** @returns the lines on every server and every case that did not pass; foreign text in them is neutralised */
export function failureLines(result: WorkflowResult, paint: Paint): string[] {
  return troubledServers(result).flatMap((server, at) => [...(at > 0 ? [''] : []), ...serverLines(server, paint)]);
}

function serverLines(server: ServerResult, paint: Paint): string[] {
  const { startup, source } = server;
  const reason = server.reason === null ? '' : `: ${oneLine(server.reason, 500)}`;
  const started = startup === null || startup.outcome === 'ok';
  const cases = troubledCases(server);
  const left = cases.length - mostCases;
  return [
    `${stateWord(server.state, paint)} ${paint('bold', oneLine(server.name, 80))}${reason}`,
    ...(source.location === null ? [] : [paint('dim', `  at ${oneLine(words.place(source.location, true), 200)}`)]),
    ...(started ? [] : [`  ${startup.outcome}: ${oneLine(startup.advice, 1000)}`]),
    ...troubledServices(server).flatMap(({ name, state, reason: why, logTail }) => [
      `  service ${oneLine(name, 80)}: ${oneLine(why ?? state, 500)}`,
      ...outputLines('its last lines:', logTail, paint),
    ]),
    ...(startup === null ? [] : outputLines('stderr:', startup.stderrTail, paint)),
    ...cases.slice(0, mostCases).flatMap((each) => titledCase(each, paint)),
    ...(left > 0 ? [`  and ${left} more cases (see result.json)`] : []),
  ];
}

/** What a program wrote last; the bar keeps it from the start of the line. */
function outputLines(title: string, output: string, paint: Paint): string[] {
  const lines = stderrLines(output);
  if (lines === '') return [];
  const shown = logText(lines).split('\n');
  return [`  ${title}`, ...shown.map((line) => paint('dim', `    | ${line}`))];
}

function titledCase(result: CaseResult, paint: Paint): string[] {
  const { location } = result;
  return [
    `  ${stateWord(result.state, paint)} ${paint('bold', oneLine(result.id, 80))} (${caseFacts(result)})`,
    ...(location === null ? [] : [paint('dim', `    at ${oneLine(words.place(location, true), 200)}`)]),
    ...caseLines(result, paint).map((line) => `    ${line}`),
  ];
}
