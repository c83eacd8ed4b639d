import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { convertJUnitToCTRFReport } from 'junit-to-ctrf';
import { parse, type TestSuites } from 'junit2json';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../src/report/junit.ts';
import type { WorkflowResult } from '../../src/result/model.ts';
import { hostileText } from '../text/hostile.ts';
import { commandsIn } from '../text/runner-rules.ts';
import * as make from './results.ts';

async function suitesOf(result: WorkflowResult): Promise<TestSuites> {
  const parsed = await parse(renderJunit(result));
  if (parsed === undefined || parsed === null || !('testsuite' in parsed)) throw new Error('no test suites');
  return parsed;
}

async function byCtrf(xml: string): Promise<Awaited<ReturnType<typeof convertJUnitToCTRFReport>>> {
  const folder = await mkdtemp(join(tmpdir(), 'junit-'));
  try {
    await writeFile(join(folder, 'junit.xml'), xml);
    return await convertJUnitToCTRFReport(join(folder, 'junit.xml'), { log: false });
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('renderJunit', () => {
  it('is a suite for each server, with a test for itself and one for each case', async () => {
    const { testsuite = [], tests, failures, errors } = await suitesOf(make.aTypicalResult());
    expect(testsuite.map(({ name, tests: n, failures: f, errors: e, skipped: s }) => [name, n, f, e, s])).toEqual([
      ['clock', 3, 0, 0, 0],
      ['everything', 5, 1, 1, 1],
      ['orders', 1, 1, 0, 0],
      ['search', 1, 0, 0, 1],
    ]);
    expect({ tests, failures, errors }).toEqual({ tests: 10, failures: 2, errors: 1 });
    expect(testsuite[0]?.testcase?.map(({ classname, name, time }) => [classname, name, time])).toEqual([
      ['clock', '(server)', 1.97],
      ['clock', 'now', 0.012],
      ['clock', 'zones', 0.012],
    ]);
  });

  it('gives a failed case its place, its message and what was expected', async () => {
    const xml = renderJunit(make.aTypicalResult());
    expect(xml).toContain('classname="everything" name="sum" file="mcp-cases/all.yml" line="12" time="0.012"');
    const { testsuite = [] } = await suitesOf(make.aTypicalResult());
    const [failure] = testsuite[1]?.testcase?.find(({ name }) => name === 'sum')?.failure ?? [];
    expect(failure?.message).toBe('contains: The text does not contain "5".');
    expect(failure?.inner).toContain('  expected  "5"\n  actual    "The sum is 6."');
  });

  it('says of a server that did not start what became of it, and with which last words', async () => {
    const { testsuite = [] } = await suitesOf(make.aTypicalResult());
    const [start] = testsuite[2]?.testcase ?? [];
    expect(start?.failure?.[0]).toMatchObject({ type: 'init_timeout' });
    expect(start?.failure?.[0]?.inner).toContain('Connecting to database at localhost:5432');
  });

  it('is read by a second program the same way', async () => {
    const report = await byCtrf(renderJunit(make.aTypicalResult()));
    expect(report?.results.summary).toMatchObject({ tests: 10, passed: 5, skipped: 2 });
    expect(report?.results.tests.find(({ name }) => name.endsWith('sum'))).toMatchObject({
      status: 'failed',
      message: 'contains: The text does not contain "5".',
    });
  });

  it('reports mistakes of the configuration as errors, and an interruption', async () => {
    const location = { file: 'mcp.yml', line: 2, column: 1 };
    const problems = [{ message: 'Unknown key "a".', location }];
    const { testsuite = [] } = await suitesOf(
      make.aResult([], { conclusion: 'error', problems, complete: false, interruptedBy: 'SIGINT' }),
    );
    expect(testsuite[0]?.testcase?.map(({ error }) => error?.[0]?.message)).toEqual([
      'Unknown key "a".',
      expect.stringContaining('interrupted by SIGINT'),
    ]);
  });

  it('blames the server for broken tools, and its cases for theirs', async () => {
    const cases = [make.aFailedCase('c')];
    const broken = [make.aTool('bad', { state: 'failed', problems: ['inputSchema is no object'] })];
    const { testsuite = [] } = await suitesOf(
      make.aResult([
        make.aServer('cases', { state: 'failed', reason: '1 of 1 cases failed', cases }),
        make.aServer('tools', { state: 'failed', reason: '1 of 1 tools are broken', cases, tools: broken }),
      ]),
    );
    const [cases_, tools] = testsuite.map(({ testcase = [] }) => testcase[0]?.failure?.[0]?.inner ?? null);
    expect(cases_).toBeNull();
    expect(tools).toContain('tool bad: inputSchema is no object');
  });

  it('keeps to 20,000 tests and leaves out what passed first', async () => {
    const cases = Array.from({ length: 30_000 }, (_, at) => make.aCase(`c${at}`));
    const result = make.aResult([make.aServer('s', { cases: [...cases, make.aFailedCase('last')], state: 'failed' })]);
    const { testsuite = [] } = await suitesOf(result);
    expect(testsuite[0]?.tests).toBe(20_000);
    expect(testsuite[0]?.failures).toBe(1);
    expect(testsuite[0]?.testcase?.at(-1)?.skipped?.[0]?.message).toBe('and 10003 more cases: see result.json');
  });

  it('escapes what looks like a reference', () => {
    expect(renderJunit(resultOf('&#0;'))).toContain('message="&amp;#0;"');
  });

  it.each([
    '</testsuite>',
    ']]>',
    'a\u0000b',
    'a\ud800b',
    'a\udc00b',
    '\ufffe\uffff',
    '\u001b[31m',
    '" onload="x',
    '&#0;',
    '&lol;',
    '<!DOCTYPE x>',
    '<![CDATA[',
    '\r\n::error::x\n',
    '##[error]x',
  ])('holds %j as text', (text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  it('holds any foreign text as text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(faultsOf(text)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

const reader = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', trimValues: false });

/** What is wrong with the document: it must have the structure that plain text gives it, and only legal characters. */
function faultsOf(text: string): unknown[] {
  const xml = renderJunit(resultOf(text));
  const valid = XMLValidator.validate(xml);
  // https://www.w3.org/TR/xml/#charsets
  const illegal = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(xml);
  const shapes = [xml, renderJunit(resultOf('plain'))].map((one) => JSON.stringify(shapeOf(reader.parse(one))));
  return [
    ...(valid === true ? [] : [valid.err]),
    ...(illegal === null ? [] : [`an illegal character at ${illegal.index}`]),
    ...commandsIn(xml),
    ...(shapes[0] === shapes[1] ? [] : shapes),
  ];
}

function resultOf(text: string): WorkflowResult {
  const location = { file: text, line: 3, column: 1 };
  const assertions = [make.anAssertion({ kind: text, message: text, step: text, expected: text, actual: text })];
  const cases = [
    make.aFailedCase(text, { tool: text, reason: text, location, assertions }),
    make.aCase(text, { state: 'skipped', reason: text }),
  ];
  const startup = make.aStartup({ outcome: 'crashed', advice: text, stderrTail: text });
  const source = { given: text, resolved: null, location, declaredIn: [] };
  return make.aResult(
    [make.aServer(text, { cases, source, state: 'failed', reason: text, startup, services: [make.aService(text)] })],
    { problems: [{ message: text, location }] },
  );
}

/** Names of elements and attributes, nested as they are; texts may be empty. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return 'text';
  const entries = Object.entries(value).filter(([key]) => key !== '#text');
  return entries.length === 0 ? 'text' : Object.fromEntries(entries.map(([key, item]) => [key, shapeOf(item)]));
}
