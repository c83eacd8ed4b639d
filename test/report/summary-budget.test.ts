import { describe, expect, it } from 'vitest';
import { renderSummary } from '../../src/report/summary.ts';
import type { ServerResult, WorkflowResult } from '../../src/result/model.ts';
import * as make from './results.ts';

const maxBytes = 900 * 1024;
const within = (result: WorkflowResult, budget: number): string =>
  renderSummary(result, { maxBytes: budget, version: '0.1.0' });
const sizeOf = (text: string): number => Buffer.byteLength(text);

const longAnswer = 'The answer of the server, which is a long one. '.repeat(20);

function failedCases(count: number, actual = longAnswer): ServerResult['cases'] {
  return Array.from({ length: count }, (_, at) =>
    make.aFailedCase(`case-${at}`, { assertions: [make.anAssertion({ actual })] }),
  );
}

function manyCases(count: number): WorkflowResult {
  const reasons = Array.from({ length: 30 }, (_, at) => `Reason ${at}.`);
  const passed = make.aServer('clock', { cases: [make.aCase('now')], findings: [make.aFinding(), make.aFinding()] });
  const failed = make.aServer('s', { state: 'failed', cases: failedCases(count) });
  return make.aResult([passed, failed], { conclusion: 'failed', reasons });
}

/** Markup that was begun and not ended: fences, elements, tables, a tag or an entity at the end of a line. */
function brokenMarkup(text: string): string[] {
  const outside: string[] = [];
  let fence: string | null = null;
  for (const line of text.split('\n')) {
    const open: string | undefined = /^`{3,}/.exec(line)?.[0];
    if (fence === null && open !== undefined) fence = open;
    else if (fence === null) outside.push(line);
    else if (line === fence) fence = null;
  }
  const all = outside.join('\n');
  const count = (part: string): number => all.split(part).length;
  return [
    ...(fence === null ? [] : ['a fence']),
    ...['details', 'summary', 'code', 'sub'].filter((tag) => count(`<${tag}>`) !== count(`</${tag}>`)),
    ...outside.filter((line) => /<[^>]*$|&#?\w*$/.test(line) || (line.startsWith('|') && !line.endsWith('|'))),
  ];
}

describe('renderSummary within its budget', () => {
  it('gives up one thing after another, failures last, and says which', () => {
    const result = manyCases(100);
    const texts: string[] = [within(result, maxBytes)];
    while (!texts.at(-1)?.includes('failed cases of each server')) {
      texts.push(within(result, sizeOf(texts.at(-1) ?? '') - 1));
      expect(texts.length).toBeLessThan(10);
    }
    const [whole = '', troubled = '', bare = '', counts = '', cut = ''] = texts;
    expect(texts).toHaveLength(5);
    expect(whole).not.toContain('Shortened');
    expect(troubled).toContain('Left out: the details of servers that passed. Everything is in `result.json`');
    expect(troubled).toContain('<details><summary>❌ <code>s</code>');
    expect(troubled).not.toContain('<details><summary>✅ <code>clock</code>');
    expect(bare).not.toContain('## Details');
    expect(bare).toContain('| low | <code>clock</code> | <code>tool-name-length</code>');
    expect(counts).toContain('## Findings\n\n- low: 2 <code>tool-name-length</code>');
    expect(counts).toContain('1 server passed.');
    for (const text of [whole, troubled, bare, counts]) expect(text.match(/^#### /gm)).toHaveLength(100);
    expect(cut.match(/^#### /gm)?.length).toBeLessThan(100);
    for (const text of texts) expect(brokenMarkup(text)).toEqual([]);
  });

  it('of 2,000 failed cases shows as many as fit, and counts the others', () => {
    const text = within(manyCases(2000), maxBytes);
    const shown = text.match(/^#### /gm)?.length ?? 0;
    expect(sizeOf(text)).toBeLessThanOrEqual(maxBytes);
    expect(shown).toBeGreaterThan(500);
    expect(text).toContain(`and ${2000 - shown} more (see result.json)`);
    expect(text).toContain(`all but ${shown} failed cases of each server`);
    expect(brokenMarkup(text)).toEqual([]);
  });

  it('shows something of each of 50 servers with 200 cases, all of them hostile', () => {
    const hostile = `</details>|\`\`\`\n# x <script>&amp; ![](http://x) @octocat ::error::x ##[error] \u202e ${'<@|`\\'.repeat(400)}`;
    const cases = Array.from({ length: 200 }, () =>
      make.aFailedCase(hostile, {
        tool: hostile,
        reason: hostile,
        assertions: [make.anAssertion({ kind: hostile, message: hostile, expected: hostile, actual: [hostile] })],
      }),
    );
    const startup = make.aStartup({ stderrTail: hostile });
    const findings = [make.aFinding({ check: hostile, subject: hostile, message: hostile })];
    const servers = Array.from({ length: 50 }, () =>
      make.aServer(hostile, { state: 'failed', reason: hostile, startup, cases, findings }),
    );
    const text = within(make.aResult(servers, { conclusion: 'failed', reasons: servers.map(() => hostile) }), maxBytes);
    expect(sizeOf(text)).toBeLessThanOrEqual(maxBytes);
    expect(text.match(/^### ❌/gm)).toHaveLength(50);
    const shown = (text.match(/^#### ❌/gm)?.length ?? 0) / 50;
    expect(shown).toBeGreaterThanOrEqual(1);
    expect(text.split(`and ${200 - shown} more (see result.json)`)).toHaveLength(51);
    expect(brokenMarkup(text)).toEqual([]);
  });

  it.each([300_000, 30_000, 5000, 3000, 1000])('keeps heading, verdict and counts in %d bytes', (budget) => {
    const text = within(manyCases(2000), budget);
    expect(sizeOf(text)).toBeLessThanOrEqual(budget);
    expect(text).toContain('# ❌ MCP servers: failed\n\n**1 of 2 servers and 2000 of 2001 cases failed.**');
    expect(text).toContain('| cases | 1 | 2000 | 0 | 0 | 2001 |');
    expect(text).toContain('Everything is in `result.json`');
    expect(brokenMarkup(text)).toEqual([]);
  });

  it('holds any budget at all', () => {
    for (const budget of [0, 1, 10, 300]) expect(sizeOf(within(manyCases(3), budget))).toBeLessThanOrEqual(budget);
  });
});
