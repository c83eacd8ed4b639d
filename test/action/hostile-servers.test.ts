import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { XMLParser } from 'fast-xml-parser';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSeen } from './hostile/check.ts';
import { hostileServers as servers } from './hostile/index.ts';
import { type HostileRun, runAlone, runHostile, secondsAllowed, secondsInAll } from './hostile/run.ts';
import { leftovers } from './leftovers.ts';
import { withoutTheMoment } from './same-result.ts';

const options = { pauses: 25 };
const mostMemory = 300 * 1024 ** 2;

describe('hostile servers, three at a time beside a healthy one, in one run', () => {
  let run: HostileRun;
  let alone: HostileRun;

  beforeAll(async () => {
    alone = await runAlone(options);
    run = await runHostile(servers, options);
  });
  afterAll(() => {
    run.job.remove();
    alone.job.remove();
  });

  describe.each(servers)('a server that $does', (row) => {
    it('is seen as it is said, within its limits of time', () => {
      const server = run.server(row.name);
      checkSeen(row, server, run.result.host.limits);
      expect(server.durationMs).toBeLessThan((secondsAllowed(row) + 20) * 1000);
    });
  });

  it('the results of the healthy server are what they are when it is alone', () => {
    const untouched = withoutTheMoment(run.server('healthy'));
    expect(untouched).toEqual(withoutTheMoment(alone.server('healthy')));
    expect(untouched).toMatchObject({ state: 'passed', startup: { outcome: 'ok' } });
  });

  it('the run ends within the sum of the limits divided by how many run at a time, plus 20 s', () => {
    expect(run.main.durationMs).toBeLessThan(secondsInAll(servers) * 1000);
  });

  it("the action's own memory stays below 300 MB", () => {
    expect(run.peakBytes).toBeLessThan(mostMemory);
  });

  it('nothing that a server prints becomes a workflow command, or hides in the log', () => {
    expect(run.main.strayCommands).toEqual([]);
    expect(run.main.annotations.filter(({ message }) => message.startsWith('from the server'))).toEqual([]);
    expect(run.main.log.match(hidden)).toBeNull();
  });

  it('the summary has no markup of theirs', () => {
    const outside = run.main.summary.replaceAll(/^(`{3,}|~{3,})[\s\S]*?^\1`*$/gmu, '');
    expect(outside.match(/<(?:script|img|h1)\b|\]\(https?:\/\/attacker/giu)).toBeNull();
    expect(run.main.summary.match(hidden)).toBeNull();
    expect(outside.match(/<details>/gu)).toHaveLength(outside.match(/<\/details>/gu)?.length ?? 0);
  });

  it('junit.xml has one suite a server, whatever ends of elements they print', () => {
    const xml = readFileSync(join(run.job.results, 'junit.xml'), 'utf8');
    const parsed = new XMLParser({ ignoreAttributes: false, isArray: (name) => name === 'testsuite' }).parse(xml) as {
      testsuites: { testsuite: readonly Record<string, unknown>[] };
    };
    expect(parsed.testsuites.testsuite.map((suite) => suite['@_name'])).toEqual(
      run.result.servers.map(({ name }) => name),
    );
  });

  it('the run is failed, says so in outputs and exit code, and points at the lines of the file', () => {
    const states = run.result.servers.flatMap((server) => server.cases.map(({ state }) => state));
    const of = (state: string) => String(states.filter((each) => each === state).length);
    expect(run.main.exitCode).toBe(1);
    expect(run.main.outputs).toMatchObject({
      conclusion: 'failed',
      total: String(states.length),
      passed: of('passed'),
      failed: of('failed'),
    });
    const errors = run.main.annotations.filter((each) => each.level === 'error');
    expect(errors.length).toBeLessThanOrEqual(10);
    for (const { properties } of errors.slice(0, 9)) {
      expect(properties).toMatchObject({ file: '.github/mcp-workflow.yml', line: expect.stringMatching(/^\d+$/u) });
    }
    expect(errors.at(-1)?.message).toMatch(/\d+ more/u);
  });

  it('nothing is left, before post and after it', async () => {
    const jobs = [run.job, alone.job];
    expect(leftovers(jobs)).toEqual([]);
    const post = await run.job.post();
    expect(post.exitCode).toBe(0);
    expect(leftovers(jobs)).toEqual([]);
  });
});

/** Characters that show nothing, or show other text than there is: controls, bidi, tags, zero width. */
// oxlint-disable-next-line no-control-regex
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u;
