import type { Annotation } from '../result/annotation.ts';
import type { CaseResult, ServerResult, WorkflowResult } from '../result/model.ts';
import { cutUnits, oneLine } from '../text/untrusted.ts';
import { stderrLines } from './stderr.ts';
import { difference } from './values.ts';
import { attemptsText, troubledCases, troubledServers, troubledServices } from './verdict.ts';
import { hasSteps, plural, repeatText, requestOf } from './words.ts';

const longest = 1000;
const shownWidth = 250;

/**
 * Notes on the lines of the user's own files: problems, servers and cases that did not pass as errors, skipped servers
 * as warnings. Texts are one to three lines of at most 1,000 characters in all.
 *
 * @param limits.perLevel how many of each level there may be; where there are more, one further note says how many
 */
export function renderAnnotations(result: WorkflowResult, limits: { readonly perLevel: number }): Annotation[] {
  const errors = [...result.problems.map(problemNote), ...troubledServers(result).flatMap(serverNotes)];
  const missing = result.servers.filter(({ state, skippedAs }) => state === 'skipped' && skippedAs === null);
  const skipped = missing.map(skippedNote);
  return [...capped(errors, limits.perLevel), ...capped(skipped, limits.perLevel)];
}

function capped(notes: readonly Annotation[], perLevel: number): Annotation[] {
  const shown = notes.slice(0, perLevel);
  const [next] = notes.slice(perLevel);
  if (next === undefined) return shown;
  const text = `and ${notes.length - shown.length} more: see the job summary`;
  return [...shown, { level: next.level, title: 'MCP Workflow', text, location: null }];
}

function problemNote({ message, location }: WorkflowResult['problems'][number]): Annotation {
  const title = location === null ? 'MCP Workflow' : 'MCP Workflow: configuration';
  return note('error', title, [message], location);
}

/** One note for each case that did not pass; one for the server where the fault is not in a case. */
function serverNotes(server: ServerResult): Annotation[] {
  const cases = troubledCases(server).map((each) => caseNote(server, each));
  const started = server.startup?.outcome === 'ok';
  return started && cases.length > 0 ? cases : [serverNote(server), ...cases];
}

function serverNote(server: ServerResult): Annotation {
  const { startup, reason } = server;
  const failedStart = startup !== null && startup.outcome !== 'ok';
  const [service] = troubledServices(server);
  const lastWords = failedStart ? stderrLines(startup.stderrTail).split('\n').at(-1) : undefined;
  const stderr = lastWords === undefined || lastWords === '' ? '' : `stderr: ${lastWords}`;
  const lines = [
    reason ?? (failedStart ? startup.outcome : server.state),
    failedStart ? startup.advice : '',
    service === undefined ? stderr : `service ${service.name}: ${service.reason ?? service.state}`,
  ];
  return note('error', `server ${server.name}: ${server.state}`, lines, server.source.location);
}

function caseNote(server: ServerResult, result: CaseResult): Annotation {
  const title = `case ${result.id} of server ${server.name}: ${result.state}`;
  return note('error', title, caseLines(result), result.location ?? server.source.location);
}

function caseLines(result: CaseResult): string[] {
  const [first, ...others] = result.assertions.filter(({ state }) => state === 'failed');
  const repeated = repeatText(result);
  if (first === undefined) return [result.reason ?? `The case ended as ${result.state}.`, attemptsText(result) ?? ''];
  const { kind, name } = requestOf(result);
  const asked = [kind === 'tool' ? name : result.tool, ...(hasSteps(result) ? [first.step] : [])];
  const shown = difference(first.expected, first.actual, shownWidth);
  const more = others.length === 0 ? '' : ` (and ${plural(others.length, 'more failed assertion')})`;
  return [
    `${[...asked, first.kind].map((part) => oneLine(part, 80)).join(', ')}: ${oneLine(first.message, 250)}${more}${repeated === null ? '' : ` (${repeated})`}`,
    `expected ${shown.expected}`,
    `actual   ${shown.actual}`,
  ];
}

function skippedNote(server: ServerResult): Annotation {
  const reason = server.reason ?? 'no reason was given';
  return note('warning', `server ${server.name}: skipped`, [`Not looked at: ${reason}`], server.source.location);
}

function note(
  level: Annotation['level'],
  title: string,
  lines: readonly string[],
  location: Annotation['location'],
): Annotation {
  const kept = lines.filter((line) => line !== '');
  const share = Math.floor(longest / Math.max(1, kept.length)) - 1;
  const text = kept.map((line) => oneLine(line, share)).join('\n');
  return { level, title: oneLine(title, 120), text: cutUnits(text, longest), location };
}
