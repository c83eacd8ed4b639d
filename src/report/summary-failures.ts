import type { AssertionResult, CaseResult, ServerResult, ServiceResult, WorkflowResult } from '../result/model.ts';
import { markdownCode, markdownFence, markdownText } from '../text/untrusted.ts';
import { lazily, section, type Block } from './outline.ts';
import { stderrLines } from './stderr.ts';
import { difference } from './values.ts';
import { attemptsText, troubledCases, troubledServers, troubledServices } from './verdict.ts';
import * as words from './words.ts';

const shownWidth = 300;

/** Every server that did not pass, with what to do about it, and every case of it that did not. */
export function failuresBlock(result: WorkflowResult): Block {
  return section('## Failures', troubledServers(result).map(serverBlock));
}

function serverBlock(server: ServerResult): Block {
  const services = troubledServices(server).map(serviceText);
  const parts = [heading(server), startupText(server), ...services, stderrText(server)];
  const head = parts.filter((part) => part !== '').join('\n\n');
  const cases = troubledCases(server).map((each) => lazily(() => caseText(each)));
  return cases.length === 0 ? head : section(head, cases);
}

function heading({ name, state, reason, source }: ServerResult): string {
  const where = source.location === null ? '' : ` · ${markdownCode(words.place(source.location, false))}`;
  const title = `### ${words.stateMark[state]} ${markdownCode(name, 80)}${where}`;
  return reason === null ? title : `${title}\n\n${markdownText(reason, 500)}`;
}

function startupText({ startup }: ServerResult): string {
  if (startup === null || startup.outcome === 'ok') return '';
  const ended = [
    startup.exitCode === null ? '' : `exit code ${startup.exitCode}`,
    startup.signal === null ? '' : `signal ${markdownText(startup.signal, 20)}`,
    startup.attempts.length > 1 ? words.plural(startup.attempts.length, 'attempt') : '',
  ].filter((part) => part !== '');
  const facts = ended.length === 0 ? '' : ` (${ended.join(', ')})`;
  return `**${startup.outcome}**${facts}: ${markdownText(startup.advice, 1000)}`;
}

function stderrText({ startup }: ServerResult): string {
  return startup === null ? '' : lastLines('The last lines of stderr', startup.stderrTail);
}

function serviceText({ name, image, state, reason, logTail }: ServiceResult): string {
  const what = `${words.stateMark[state]} service ${markdownCode(name, 80)} (${markdownCode(image.given)})`;
  const log = lastLines(`The last lines of the service`, logTail);
  return `${what}: ${markdownText(reason ?? state, 500)}${log === '' ? '' : `\n\n${log}`}`;
}

/** What a program wrote last, folded away; nothing where it wrote nothing. */
function lastLines(title: string, output: string): string {
  const lines = stderrLines(output);
  if (lines === '') return '';
  return `<details><summary>${title}</summary>\n\n${markdownFence(lines, 'text')}\n\n</details>`;
}

function caseText(result: CaseResult): string {
  const { kind, name } = words.requestOf(result);
  const facts = [
    `${kind} ${markdownCode(name, 80)}`,
    result.location === null ? '' : markdownCode(words.place(result.location, false)),
    words.duration(result.durationMs),
    words.repeatText(result) ?? '',
  ].filter((part) => part !== '');
  const attempts = attemptsText(result);
  const assertions = result.assertions.filter(({ state }) => state !== 'passed');
  const named = words.hasSteps(result);
  return [
    `#### ${words.stateMark[result.state]} ${markdownCode(result.id, 80)} · ${facts.join(' · ')}`,
    result.reason === null ? '' : markdownText(result.reason, 500),
    attempts === null ? '' : markdownText(attempts, 500),
    ...assertions.slice(0, mostAssertions).map((each) => assertionText(each, named)),
    assertions.length > mostAssertions ? `and ${assertions.length - mostAssertions} more assertions` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const mostAssertions = 50;

function assertionText({ kind, state, step, message, expected, actual }: AssertionResult, named: boolean): string {
  const where = named ? `${markdownCode(step, 80)} ` : '';
  const name = `${where}${markdownCode(kind, 80)}${state === 'notChecked' ? ' not checked' : ''}`;
  const title = `${name}: ${markdownText(message, 500)}`;
  if (state === 'notChecked') return title;
  const shown = difference(expected, actual, shownWidth);
  const lines = [`- expected  ${shown.expected}`, `+ actual    ${shown.actual}`];
  if (shown.note !== null) lines.push(`# ${shown.note}`);
  return `${title}\n\n${markdownFence(lines.join('\n'), 'diff')}`;
}
