import type { CaseResult, ServerResult, WorkflowResult } from '../result/model.ts';
import { logText, oneLine } from '../text/untrusted.ts';
import { stderrLines } from './stderr.ts';
import { attemptsText, skippedCases } from './verdict.ts';
import * as words from './words.ts';

export interface PhaseLines {
  readonly title: string;
  readonly lines: string[];
}

/**
 * What each phase did, for the groups of a log, in the order of the phases; a phase in which nothing happened is left
 * out. Lines are plain text, each one line, none of them a workflow command.
 */
export function phaseLines(result: WorkflowResult): PhaseLines[] {
  const phases = [
    { title: 'w02 install', lines: result.servers.flatMap(installLines) },
    { title: 'w03 connect', lines: result.servers.flatMap(connectLines) },
    { title: 'w04 discover', lines: result.servers.flatMap(discoverLines) },
    { title: 'w07 execute', lines: result.servers.flatMap(executeLines) },
    { title: 'w08 validate', lines: result.servers.map(validateLine) },
  ];
  return phases.filter(({ lines }) => lines.length > 0);
}

function installLines(server: ServerResult): string[] {
  const { source, timings, startup, installSize } = server;
  if (server.state === 'skipped' && startup === null) return [line(server, `skipped: ${server.reason ?? ''}`)];
  if (startup?.outcome === 'install_failed') return startupFailure(server, startup);
  const facts = [
    source.resolved === null ? source.given : `${source.resolved.name} ${source.resolved.version ?? ''}`.trim(),
    source.resolved?.integrity ?? source.resolved?.digest ?? '',
    installSize === null ? '' : words.size(installSize),
    `resolve ${words.duration(timings.resolveMs)}`,
    `fetch ${words.duration(timings.fetchMs)}`,
    timings.scriptsMs > 0 ? `scripts ${words.duration(timings.scriptsMs)}` : '',
  ];
  return [line(server, facts.filter((fact) => fact !== '').join(', '))];
}

function connectLines(server: ServerResult): string[] {
  const { startup, protocol, timings } = server;
  if (startup === null) return server.state === 'skipped' ? [] : [line(server, `not started: ${server.reason ?? ''}`)];
  if (startup.outcome === 'install_failed') return [line(server, 'not started: it could not be installed')];
  const services = server.services.map((service) => {
    const ready = service.readyMs === null ? '' : `, ready after ${words.duration(service.readyMs)}`;
    const why = service.reason === null ? '' : `: ${service.reason}`;
    return line(server, `service ${oneLine(service.name, 80)}: ${service.state}${ready}${why}`);
  });
  if (startup.outcome !== 'ok') return [...services, ...startupFailure(server, startup)];
  const said = [words.textField(protocol?.serverInfo, 'name'), words.textField(protocol?.serverInfo, 'version')];
  const facts = [
    'ok',
    server.transport === 'stdio' ? '' : `transport ${server.transport}`,
    protocol === null ? '' : `protocol ${protocol.revision} (${protocol.era})`,
    said.filter((part) => part !== null).join(' '),
    startup.attempts.length > 1 ? words.plural(startup.attempts.length, 'attempt') : '',
    words.duration(timings.startMs),
  ];
  return [...services, line(server, facts.filter((fact) => fact !== '').join(', '))];
}

function startupFailure(server: ServerResult, startup: NonNullable<ServerResult['startup']>): string[] {
  const attempts = startup.attempts.map(({ durationMs, error }, index) => {
    return `  attempt ${index + 1}: ${words.duration(durationMs)}, ${oneLine(error ?? 'no error', 300)}`;
  });
  const tail = stderrLines(startup.stderrTail);
  // The bar keeps what the program wrote from the start of the line.
  const stderr = tail === '' ? [] : logText(tail.replace(/^/gm, '  | ')).split('\n');
  return [line(server, `${startup.outcome}: ${startup.advice}`), ...attempts, ...stderr];
}

const mostNames = 100;

function discoverLines(server: ServerResult): string[] {
  if (server.startup?.outcome !== 'ok') return [];
  const names = server.tools.slice(0, mostNames).map(({ name }) => oneLine(name, 80));
  if (server.tools.length > mostNames) names.push(`and ${server.tools.length - mostNames} more`);
  const problems = server.tools.flatMap((tool) => {
    return tool.problems.map((problem) => `  tool ${oneLine(tool.name, 80)}: ${oneLine(problem, 300)}`);
  });
  const listed = names.length === 0 ? '' : `: ${names.join(', ')}`;
  const count = `${words.plural(server.tools.length, 'tool')} in ${words.duration(server.timings.listMs)}`;
  return [oneLine(`${oneLine(server.name, 80)}: ${count}${listed}`, 9000), ...problems];
}

/** Many cases that were skipped for one reason are one line. */
const fewCases = 3;

function executeLines(server: ServerResult): string[] {
  // What is said of the server holds for all of them.
  if (server.skippedAs !== null) return [];
  const gathered = skippedCases(server).filter(({ cases }) => cases.length > fewCases);
  const left = new Set(gathered.flatMap(({ cases }) => cases));
  const restarts =
    server.restarts === 0 ? [] : [line(server, `started again ${words.plural(server.restarts, 'time')}`)];
  return [
    ...server.cases.filter((each) => !left.has(each)).map((each) => executeLine(server, each)),
    ...gathered.map(({ cases, reason }) => line(server, `${cases.length} cases skipped (${reason})`)),
    ...restarts,
  ];
}

function executeLine(server: ServerResult, each: CaseResult): string {
  const why = [each.reason, words.repeatText(each), attemptsText(each)].filter((part) => part !== null).join('; ');
  const time = each.state === 'skipped' ? '' : ` in ${words.duration(each.durationMs)}`;
  return line(server, `${oneLine(each.id, 80)}: ${each.state}${time}${why === '' ? '' : ` (${why})`}`);
}

function validateLine(server: ServerResult): string {
  return line(server, server.reason === null ? server.state : `${server.state}: ${server.reason}`);
}

function line({ name }: ServerResult, text: string): string {
  return oneLine(`${oneLine(name, 80)}: ${text}`, 600);
}
