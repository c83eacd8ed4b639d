import type { AssertionResult, CaseResult, ServerResult, WorkflowResult } from '../result/model.ts';
import { oneLine, terminalText } from '../text/untrusted.ts';
import { stderrLines } from './stderr.ts';
import { stateWord, type Paint } from './paint.ts';
import { difference } from './values.ts';
import { attemptsText, troubledCases, troubledServers } from './verdict.ts';
import * as words from './words.ts';

const shownWidth = 160;

/** @returns the lines on every server and every case that did not pass; foreign text in them is neutralised */
export function failureLines(result: WorkflowResult, paint: Paint): string[] {
  return troubledServers(result).flatMap((server, at) => [...(at > 0 ? [''] : []), ...serverLines(server, paint)]);
}

function serverLines(server: ServerResult, paint: Paint): string[] {
  const { startup, source } = server;
  const reason = server.reason === null ? '' : `: ${oneLine(server.reason, 500)}`;
  const where = source.location === null ? [] : [`  at ${oneLine(words.place(source.location, true), 200)}`];
  const start =
    startup === null || startup.outcome === 'ok' ? [] : [`  ${startup.outcome}: ${oneLine(startup.advice, 1000)}`];
  const stderr = startup === null ? '' : stderrLines(startup.stderrTail);
  return [
    `${stateWord(server.state, paint)} ${paint('bold', oneLine(server.name, 80))}${reason}`,
    ...where.map((line) => paint('dim', line)),
    ...start,
    ...(stderr === ''
      ? []
      : [
          '  stderr:',
          ...terminalText(stderr)
            .split('\n')
            .map((line) => paint('dim', `    | ${line}`)),
        ]),
    ...troubledCases(server).flatMap((each) => caseLines(each, paint)),
  ];
}

function caseLines(result: CaseResult, paint: Paint): string[] {
  const title = `${paint('bold', oneLine(result.id, 80))} (tool ${oneLine(result.tool, 80)}, ${words.duration(result.durationMs)})`;
  const attempts = attemptsText(result);
  const where =
    result.location === null ? [] : [paint('dim', `    at ${oneLine(words.place(result.location, true), 200)}`)];
  return [
    `  ${stateWord(result.state, paint)} ${title}`,
    ...where,
    ...(result.reason === null ? [] : [`    ${oneLine(result.reason, 500)}`]),
    ...(attempts === null ? [] : [`    ${oneLine(attempts, 500)}`]),
    ...result.assertions.filter(({ state }) => state !== 'passed').flatMap((each) => assertionLines(each, paint)),
  ];
}

function assertionLines({ kind, state, message, expected, actual }: AssertionResult, paint: Paint): string[] {
  const name = `    ${oneLine(kind, 80)}${state === 'notChecked' ? ' not checked' : ''}`;
  const title = `${name}: ${oneLine(message, 500)}`;
  if (state === 'notChecked') return [title];
  const shown = difference(expected, actual, shownWidth);
  return [
    title,
    `      expected  ${paint('green', oneLine(shown.expected, shownWidth * 4))}`,
    `      actual    ${paint('red', oneLine(shown.actual, shownWidth * 4))}`,
    ...(shown.note === null ? [] : [`      ${shown.note}`]),
  ];
}
