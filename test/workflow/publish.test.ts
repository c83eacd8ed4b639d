import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GitHubHost } from '../../src/host/github.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { WorkflowResult } from '../../src/result/model.ts';
import { publish } from '../../src/workflow/publish.ts';
import { ResultsFolder } from '../../src/workflow/results-folder.ts';
import { foreignMarkup, rowsUnder } from '../report/markdown-tree.ts';
import { anyResult } from '../result/arbitrary.ts';
import { loneSurrogate } from '../text/hostile.ts';
import { commandsIn, readCommands } from '../text/runner-rules.ts';

let folder: string;
const file = (name: string) => join(folder, name);
const read = (name: string) => readFile(file(name), 'utf8');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-'));
  vi.stubEnv('GITHUB_OUTPUT', file('output'));
  vi.stubEnv('GITHUB_STEP_SUMMARY', file('step-summary'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

interface Published {
  /** Both streams of the process. */
  readonly log: string;
  readonly json: string;
  readonly xml: string;
  readonly summary: string;
  readonly stepSummary: string;
  readonly outputs: string;
}

/** Everything that a job sees of a result. */
async function published(result: WorkflowResult): Promise<Published> {
  let log = '';
  const catching = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      log += String(chunk);
      return true;
    }),
  );
  try {
    await writeFile(file('output'), '');
    await writeFile(file('step-summary'), '');
    const results = await ResultsFolder.open(folder, (text) => text);
    await publish(new GitHubHost(process.env), result, { results, env: {} });
  } finally {
    for (const stream of catching) stream.mockRestore();
  }
  return {
    log,
    json: await read('result.json'),
    xml: await read('junit.xml'),
    summary: await read('summary.md'),
    stepSummary: await read('step-summary'),
    outputs: await read('output'),
  };
}

/** Names and values of a file command, read as the runner does. */
function outputsIn(text: string): Record<string, string> {
  const lines = text.split('\n');
  const values: Record<string, string> = {};
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line === '') continue;
    const [name = '', delimiter = ''] = line.split('<<');
    const end = lines.indexOf(delimiter);
    expect(end).not.toBe(-1);
    values[name] = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .join('\n');
  }
  return values;
}

function checkLog({ log }: Published): void {
  const commands = readCommands(log);
  const ours = ['group', 'endgroup', 'error', 'warning'];
  expect(commands.filter(({ name }) => !ours.includes(name))).toEqual([]);
  const named = (name: string) => commands.filter((command) => command.name === name);
  expect(named('group').length).toBe(named('endgroup').length);
  for (const level of ['error', 'warning']) expect(named(level).length).toBeLessThanOrEqual(10);
  for (const { data, properties } of [...named('error'), ...named('warning')]) {
    expect(data.length).toBeLessThanOrEqual(4096);
    expect(data.split('\n').length).toBeLessThanOrEqual(3);
    expect(Object.keys(properties).filter((key) => !['title', 'file', 'line', 'col'].includes(key))).toEqual([]);
  }
  expect(log).not.toMatch(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
  expect(log).not.toMatch(loneSurrogate);
}

function checkSummary({ summary, stepSummary }: Published, result: WorkflowResult): void {
  expect(foreignMarkup(summary, result)).toEqual([]);
  expect(rowsUnder(summary, 'Servers')).toBe(result.servers.length === 0 ? null : result.servers.length);
  expect(stepSummary).toBe(summary);
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1024 * 1024);
  expect(summary).not.toMatch(loneSurrogate);
  expect(commandsIn(summary)).toEqual([]);
}

const reader = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  isArray: (name) => name !== 'testsuites',
});

function checkFiles({ json, xml, outputs }: Published, result: WorkflowResult): void {
  expect(WorkflowResult.parse(JSON.parse(json))).toEqual(JSON.parse(JSON.stringify(result)));
  expect(commandsIn(json)).toEqual([]);
  expect(json).not.toMatch(loneSurrogate);
  expect(XMLValidator.validate(xml)).toBe(true);
  const { testsuites } = reader.parse(xml);
  const problems = result.problems.length + (result.complete ? 0 : 1);
  expect(testsuites.testsuite?.length ?? 0).toBe(result.servers.length + (problems > 0 ? 1 : 0));
  const tests = result.servers.reduce((sum, server) => sum + 1 + server.cases.length, problems);
  expect(Number(testsuites['@tests'])).toBe(tests);
  expect(commandsIn(xml)).toEqual([]);
  expect(outputsIn(outputs)).toMatchObject({ conclusion: result.conclusion, 'result-path': file('result.json') });
  expect(Object.keys(outputsIn(outputs))).toHaveLength(8);
}

describe('a result of which every text is hostile', () => {
  it('becomes a log, a summary and files that are ours, and nothing else', async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(anyResult(), async (result) => {
        const all = await published(result);
        // No command but ours, and no annotation that the runner would drop or cut.
        checkLog(all);
        // Our structure, within the limit.
        checkSummary(all, result);
        // JSON and XML say the same, and harm nobody who prints them.
        checkFiles(all, result);
      }),
      { numRuns: 100 },
    );
  });

  it('fits where the summary has to be shortened', () => {
    fc.assert(
      fc.property(anyResult(), fc.constantFrom(20_000, 8000, 3000), (result, maxBytes) => {
        const summary = renderSummary(result, { maxBytes, version: '0.1.0' });
        expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(maxBytes);
        expect(foreignMarkup(summary, result)).toEqual([]);
        expect(summary).not.toMatch(loneSurrogate);
      }),
      { numRuns: 100 },
    );
  });
});
