import { describe, expect, it } from 'vitest';
import { renderAnnotations } from '../../src/report/annotations.ts';
import { renderDots } from '../../src/report/dots.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { phaseLines } from '../../src/report/lines.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { verdictSentence } from '../../src/report/verdict.ts';
import type { Conclusion, ServerResult } from '../../src/result/model.ts';
import * as make from './results.ts';

const base = '0123456789abcdef0123456789abcdef01234567';
const unchanged = (name: string, cases = 1): ServerResult =>
  make.aServer(name, {
    state: 'skipped',
    skippedAs: 'unchanged',
    reason: 'unchanged since 0123456789ab',
    startup: null,
    tools: [],
    cases: Array.from({ length: cases }, (_, n) =>
      make.aCase(`${name}-${n}`, { state: 'skipped', reason: 'its server is unchanged' }),
    ),
  });
const resultOf = (servers: ServerResult[], conclusion: Conclusion = 'passed') =>
  make.aResult(servers, { conclusion, changedOnly: { base, everything: null } });
const summary = (servers: ServerResult[], maxBytes = 900 * 1024) =>
  renderSummary(resultOf(servers), { maxBytes, version: '0.1.0' });
const clock = make.aServer('clock', { cases: [make.aCase('now')] });

describe('servers that are unchanged', () => {
  it('are counted in the sentence of the verdict', () => {
    expect(verdictSentence(resultOf([clock, unchanged('a'), unchanged('b')]))).toBe(
      '1 server and 1 case passed. 2 servers unchanged since 0123456789ab were not run.',
    );
    expect(verdictSentence(resultOf([make.aServer('clock', { cases: [] }), unchanged('a')]))).toBe(
      '1 server passed; there were no cases to run. 1 server unchanged since 0123456789ab was not run.',
    );
    expect(verdictSentence(resultOf([make.aSkippedServer('search'), unchanged('a', 3)], 'incomplete'))).toMatch(
      /not everything ran: skipped were 1 of 2 servers.*\. 1 server unchanged since 0123456789ab was not run\.$/u,
    );
  });

  it('leave nothing to judge where there are no others', () => {
    expect(verdictSentence(resultOf([unchanged('a'), unchanged('b')]))).toBe(
      'Nothing to judge: all 2 servers are unchanged since 0123456789ab, and nothing was run.',
    );
    expect(verdictSentence(resultOf([unchanged('a')]))).toContain('the only server is unchanged since');
  });

  it('are named once in the summary, and cases of theirs are not', () => {
    const text = summary([clock, unchanged('a', 2), unchanged('b', 9)]);
    const line = '⏭️ 2 servers unchanged since 0123456789ab were not run. These are <code>a</code>, <code>b</code>.';
    expect(text).toContain(line);
    expect(text).not.toContain('its server is unchanged');
    expect(text).toContain('| ⏭️ unchanged |');
    expect(text).not.toContain('Not everything was looked at');
  });

  it('do not fill a summary, however many they are', () => {
    const many = Array.from({ length: 900 }, (_, n) => unchanged(`server-${n}`, 20));
    const text = summary([clock, ...many], 20_000);
    expect(Buffer.byteLength(text)).toBeLessThan(20_000);
    expect(text).toContain('900 servers unchanged since 0123456789ab were not run.');
  });

  it('are no warnings on the lines of files', () => {
    const notes = renderAnnotations(resultOf([unchanged('a'), make.aSkippedServer('b')]), { perLevel: 9 });
    expect(notes.map(({ title }) => title)).toEqual(['server b: skipped']);
  });

  it('are skipped tests for programs, with the reason', () => {
    const xml = renderJunit(resultOf([clock, unchanged('a', 1)]));
    expect(xml).toContain('<skipped message="unchanged since 0123456789ab"/>');
    expect(xml).toContain('<skipped message="its server is unchanged"/>');
    expect(xml).toContain('failures="0" errors="0" skipped="2"');
  });

  it('are one line each in the log, and one in all in a terminal', () => {
    const result = resultOf([clock, unchanged('a', 3)]);
    const lines = phaseLines(result).flatMap((phase) => phase.lines.filter((line) => line.startsWith('a:')));
    expect(new Set(lines)).toEqual(new Set(['a: skipped: unchanged since 0123456789ab']));
    expect(renderTerminal(result, { color: false })).toContain(
      '1 server unchanged since 0123456789ab was not run. a\n',
    );
    expect(renderDots(result, { color: false })).toContain('was not run.');
  });
});

describe('a run of everything although less was asked for', () => {
  it('says why, and what is foreign in it stays text', () => {
    const changedOnly = { base, everything: '<b>|`evil`.yml changed' };
    const text = renderSummary(make.aResult([clock], { changedOnly }), { maxBytes: 9000, version: '0.1.0' });
    expect(text).toContain('> [!NOTE]\n> Everything was run in spite of');
    expect(text).not.toContain('<b>');
    expect(renderTerminal(make.aResult([clock], { changedOnly }), { color: false })).toContain('evil');
  });
});
