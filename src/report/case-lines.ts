import type { AssertionResult, CaseResult } from '../result/model.ts';
import { oneLine } from '../text/untrusted.ts';
import type { Paint } from './paint.ts';
import { difference } from './values.ts';
import { attemptsText } from './verdict.ts';
import * as words from './words.ts';

const shownWidth = 160;
const mostAssertions = 50;

/** @returns what a case asks, how long it took and how often it passed, for example `tool get-sum, 12 ms` */
export function caseFacts(result: CaseResult): string {
  const { kind, name } = words.requestOf(result);
  const repeated = words.repeatText(result);
  const facts = [`${kind} ${oneLine(name, 80)}`, words.duration(result.durationMs)];
  return [...facts, ...(repeated === null ? [] : [repeated])].join(', ');
}

/** @returns why a case did not pass, line by line; foreign text in them is neutralised */
export function caseLines(result: CaseResult, paint: Paint): string[] {
  const attempts = attemptsText(result);
  const assertions = result.assertions.filter(({ state }) => state !== 'passed');
  const named = words.hasSteps(result);
  return [
    ...(result.reason === null ? [] : [oneLine(result.reason, 500)]),
    ...(attempts === null ? [] : [oneLine(attempts, 500)]),
    ...assertions.slice(0, mostAssertions).flatMap((each) => assertionLines(each, named, paint)),
    ...(assertions.length > mostAssertions ? [`and ${assertions.length - mostAssertions} more assertions`] : []),
  ];
}

/** @returns an assertion in one line: with its step where `named`, what it is and what it says */
export function assertionTitle({ kind, state, step, message }: AssertionResult, named: boolean): string {
  const where = named ? `${oneLine(step, 80)}: ` : '';
  return `${where}${oneLine(kind, 80)}${state === 'notChecked' ? ' not checked' : ''}: ${oneLine(message, 500)}`;
}

function assertionLines(assertion: AssertionResult, named: boolean, paint: Paint): string[] {
  const title = assertionTitle(assertion, named);
  if (assertion.state === 'notChecked') return [title];
  const shown = difference(assertion.expected, assertion.actual, shownWidth);
  return [
    title,
    `  expected  ${paint('green', oneLine(shown.expected, shownWidth * 4))}`,
    `  actual    ${paint('red', oneLine(shown.actual, shownWidth * 4))}`,
    ...(shown.note === null ? [] : [`  ${shown.note}`]),
  ];
}
