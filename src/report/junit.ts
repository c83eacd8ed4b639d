import { createCB } from 'xmlbuilder2';
import type { XMLBuilderCB } from 'xmlbuilder2/lib/interfaces.js';
import type { Problem, ServerResult, State, WorkflowResult } from '../result/model.ts';
import { xmlBlock, xmlLine, xmlWithoutCommands } from '../text/untrusted.ts';
import { testsOf, type JunitTest } from './junit-tests.ts';
import { interruption } from './verdict.ts';

/** Elements of a file; consumers read it whole. */
const mostTests = 20_000;

/**
 * The result as JUnit XML, for the many programs that read it: a `<testsuite>` for each server, in it a `<testcase>`
 * for the server itself (its start and its tools) and one for each case, with `file` and `line` of the case. Infrastructure
 * is `<error>`, never `<failure>`; times are seconds. Of more than 20,000 test cases, those that passed are left out first,
 * which a skipped one at the end of the suite says.
 */
export function renderJunit(result: WorkflowResult): string {
  const share = Math.max(2, Math.floor(mostTests / Math.max(1, result.servers.length)));
  const suites = result.servers.map((server) => ({ server, tests: testsOf(server, share) }));
  const problems = problemTests(result);
  const all = [...problems, ...suites.flatMap(({ tests }) => tests)];
  const chunks: string[] = [];
  // Not as a tree of elements: it takes many times the memory of the text.
  const xml = createCB({ prettyPrint: true, data: (chunk: string) => chunks.push(chunk) });
  xml.dec({ version: '1.0', encoding: 'UTF-8' }).ele('testsuites', {
    name: 'mcp-workflow',
    ...countsOf(all),
    time: seconds(result.durationMs),
    timestamp: timestamp(result.startedAt),
  });
  if (problems.length > 0) {
    const times = { timestamp: timestamp(result.startedAt), time: '0.000' };
    addSuite(xml, { name: 'mcp-workflow', properties: [], tests: problems }, times);
  }
  for (const { server, tests } of suites) {
    const time = seconds(server.durationMs);
    const times = { time, timestamp: timestamp(server.startedAt ?? result.startedAt) };
    addSuite(xml, { name: server.name, properties: propertiesOf(server), tests }, times);
  }
  xml.up().end();
  return xmlWithoutCommands(`${chunks.join('')}\n`);
}

interface Suite {
  readonly name: string;
  readonly properties: readonly (readonly [string, string])[];
  readonly tests: readonly JunitTest[];
}

function addSuite(
  xml: XMLBuilderCB,
  { name, properties, tests }: Suite,
  times: Readonly<Record<'time' | 'timestamp', string>>,
): void {
  xml.ele('testsuite', { name: xmlLine(name, 200), ...countsOf(tests), ...times });
  if (properties.length > 0) {
    xml.ele('properties');
    for (const [property, value] of properties)
      xml.ele('property', { name: property, value: xmlLine(value, 300) }).up();
    xml.up();
  }
  for (const test of tests) addTest(xml, test);
  xml.up();
}

/** What is true of the run as a whole. */
function problemTests(result: WorkflowResult): JunitTest[] {
  const problem = ({ message, location }: Problem, at: number): JunitTest => {
    const trouble = { message, type: 'configuration', lines: [message] };
    return { suite: 'mcp-workflow', name: `problem ${at + 1}`, state: 'error', ms: 0, location, trouble };
  };
  const stopped = interruption(result);
  const problems = stopped === null ? result.problems : [...result.problems, { message: stopped, location: null }];
  return problems.slice(0, 1000).map(problem);
}

function propertiesOf({ source, transport, protocol, image }: ServerResult): [string, string][] {
  const facts: [string, string | null | undefined][] = [
    ['source', source.given],
    ['version', source.resolved?.version],
    ['integrity', source.resolved?.integrity ?? source.resolved?.digest],
    ['image', image.given],
    ['transport', transport],
    ['protocol', protocol?.revision],
  ];
  return facts.flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, value]]));
}

const elements = { passed: null, failed: 'failure', error: 'error', skipped: 'skipped' } as const;

function addTest(xml: XMLBuilderCB, { suite: classname, name, location, ms, state, trouble }: JunitTest): void {
  xml.ele('testcase', {
    classname: xmlLine(classname, 200),
    name: xmlLine(name, 200),
    ...(location === null ? {} : { file: xmlLine(location.file, 300) }),
    ...(location === null || location.line === 0 ? {} : { line: String(location.line) }),
    time: seconds(ms),
  });
  const element = elements[state];
  if (element !== null && trouble !== null) {
    xml.ele(element, {
      message: xmlLine(trouble.message, 500),
      ...(state === 'skipped' ? {} : { type: xmlLine(trouble.type, 80) }),
    });
    if (trouble.lines.length > 0) xml.txt(xmlBlock(trouble.lines.join('\n'), { maxLines: 200 }));
    xml.up();
  }
  xml.up();
}

function countsOf(tests: readonly JunitTest[]): Record<string, string> {
  const count = (state: State): string => String(tests.filter((test) => test.state === state).length);
  return { tests: String(tests.length), failures: count('failed'), errors: count('error'), skipped: count('skipped') };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** The schema of JUnit's reports allows neither fractions nor a time zone; it is UTC. */
function timestamp(iso: string): string {
  return iso.slice(0, 19);
}
