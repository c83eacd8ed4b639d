import type { CaseResult, Location, ServerResult, State } from '../result/model.ts';
import { assertionTitle, caseFacts, caseLines } from './case-lines.ts';
import { painter } from './paint.ts';
import { stderrLines } from './stderr.ts';
import { troubledCases, troubledServices } from './verdict.ts';
import * as words from './words.ts';

/** One `<testcase>`; all texts are foreign. */
export interface JunitTest {
  readonly suite: string;
  readonly name: string;
  readonly state: State;
  readonly ms: number;
  readonly location: Location | null;
  /** null where it passed. */
  readonly trouble: Trouble | null;
}

export interface Trouble {
  readonly message: string;
  readonly type: string;
  readonly lines: readonly string[];
}

/** The name of the test that stands for the server itself. */
const serverTest = '(server)';
const plain = painter(false);

/** @returns the tests of a server: itself, then its cases; of more than `most`, the first of those that did not pass */
export function testsOf(server: ServerResult, most: number): JunitTest[] {
  const room = most - 1;
  const cases = server.cases.length <= room ? server.cases : mostTelling(server.cases, room - 1);
  const left = server.cases.length - cases.length;
  const tests = [ofServer(server), ...cases.map((each) => ofCase(server, each))];
  if (left === 0) return tests;
  const trouble = { message: `and ${left} more cases: see result.json`, type: '', lines: [] };
  return [...tests, { suite: server.name, name: 'more cases', state: 'skipped', ms: 0, location: null, trouble }];
}

function mostTelling(cases: readonly CaseResult[], most: number): CaseResult[] {
  const troubled = cases.filter(({ state }) => state === 'failed' || state === 'error');
  const others = cases.filter(({ state }) => state !== 'failed' && state !== 'error');
  return [...troubled, ...others].slice(0, Math.max(0, most));
}

function ofServer(server: ServerResult): JunitTest {
  const { name, source, startup, cases } = server;
  const ms = words.totalMs(server) - server.timings.casesMs;
  const started = startup?.outcome === 'ok' && troubledServices(server).length === 0;
  const sound = started && server.tools.every(({ state }) => state === 'passed');
  // Where the fault is in cases, they say it.
  const state = sound && (server.state === 'passed' || troubledCases(server).length > 0) ? 'passed' : server.state;
  const test = { suite: name, name: serverTest, state, ms, location: source.location };
  if (state === 'passed') return { ...test, trouble: null };
  const message = server.reason ?? (cases.length === 0 ? state : `${state}: see its cases`);
  return { ...test, trouble: { message, type: startup?.outcome ?? state, lines: serverLines(server) } };
}

function serverLines(server: ServerResult): string[] {
  const { startup, tools } = server;
  const services = troubledServices(server).flatMap(({ name, state, reason, logTail }) => [
    `service ${name}: ${reason ?? state}`,
    ...linesOf(logTail),
  ]);
  const problems = tools.flatMap((tool) => tool.problems.map((problem) => `tool ${tool.name}: ${problem}`));
  const advice = startup === null || startup.advice === '' ? [] : [startup.advice];
  const stderr = startup === null ? [] : linesOf(startup.stderrTail);
  return [...advice, ...services, ...problems.slice(0, 50), ...(stderr.length > 0 ? ['stderr:', ...stderr] : [])];
}

function linesOf(output: string): string[] {
  const lines = stderrLines(output);
  return lines === '' ? [] : lines.split('\n').map((line) => `  ${line}`);
}

function ofCase(server: ServerResult, each: CaseResult): JunitTest {
  const { id, state, durationMs: ms, location } = each;
  const test = { suite: server.name, name: id, state, ms, location };
  if (state === 'passed') return { ...test, trouble: null };
  if (state === 'skipped') {
    return { ...test, trouble: { message: each.reason ?? 'no reason was given', type: '', lines: [] } };
  }
  const failed = each.assertions.find((assertion) => assertion.state === 'failed');
  const said = failed === undefined ? null : assertionTitle(failed, words.hasSteps(each));
  const message = said ?? each.reason ?? `The case ended as ${state}.`;
  return {
    ...test,
    trouble: { message, type: failed?.kind ?? state, lines: [caseFacts(each), ...caseLines(each, plain)] },
  };
}
