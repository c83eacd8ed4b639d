import { describe, expect, it } from 'vitest';
import { renderSummary } from '../../src/report/summary.ts';
import type { WorkflowResult } from '../../src/result/model.ts';
import * as make from './results.ts';

const maxBytes = 900 * 1024;
const render = (result: WorkflowResult): string => renderSummary(result, { maxBytes, version: '0.1.0' });

describe('renderSummary', () => {
  it('looks as it should on a usual bad day', async () => {
    await expect(render(make.aTypicalResult())).toMatchFileSnapshot('golden/summary.md');
  });

  it('says in words that all passed', () => {
    const text = render(make.aResult([make.aServer('clock', { cases: [make.aCase('now')] })]));
    expect(text).toContain('# ✅ MCP servers: passed\n\n**1 server and 1 case passed.**');
    expect(text).not.toContain('## Failures');
  });

  it('lists the mistakes of a configuration with their places when the run never started', () => {
    const location = { file: '.github/mcp-workflow.yml', line: 7, column: 5 };
    const problems = [{ message: 'Unknown key "imgae": did you mean "image"?', location }];
    const text = render(make.aResult([], { conclusion: 'error', problems, selfTest: [] }));
    expect(text).toContain('The run did not start: 1 problem to solve first.');
    expect(text).toContain('- <code>.github/mcp-workflow.yml:7:5</code>: Unknown key &#34;imgae&#34;');
    expect(text).toContain('self-test not run');
  });

  it('says of an incomplete run what was not looked at', () => {
    const text = render(make.aResult([make.aSkippedServer('search')], { conclusion: 'incomplete' }));
    expect(text).toContain('Nothing that ran failed, but not everything ran: skipped were 1 of 1 server.');
    expect(text).toMatch(
      /> \[!WARNING\]\n> Not everything was looked at.*\n\n- server <code>search<\/code>: grant SEARCH/,
    );
  });

  it('says of an interrupted run that it was, and by what', () => {
    const text = render(make.aResult([], { conclusion: 'error', complete: false, interruptedBy: 'SIGINT' }));
    expect(text).toContain('> [!WARNING]\n> The run was interrupted by SIGINT after 45.2 s');
  });

  it('shows the first difference of long values', () => {
    const same = 'x'.repeat(5000);
    const assertion = make.anAssertion({ kind: 'equals', expected: `${same}left`, actual: `${same}right` });
    const failed = make.aFailedCase('long', { assertions: [assertion] });
    const text = render(
      make.aResult([make.aServer('s', { state: 'failed', cases: [failed] })], { conclusion: 'failed' }),
    );
    expect(text).toMatch(/- expected {2}…x+left"\n\+ actual {4}…x+right"/);
  });

  it('reports no unenforced limit as enforced', () => {
    const text = render(make.aTypicalResult());
    expect(text).toContain('| memory | ✅ enforced |');
    expect(text).toContain('| disk | ⚠️ not enforced |');
  });
});

describe('renderSummary within its budget', () => {
  const manyCases = (count: number): WorkflowResult => {
    const actual = 'The answer of the server, which is a long one. '.repeat(20);
    const cases = Array.from({ length: count }, (_, at) =>
      make.aFailedCase(`case-${at}`, { assertions: [make.anAssertion({ actual })] }),
    );
    const reasons = Array.from({ length: 30 }, (_, at) => `Reason ${at}.`);
    return make.aResult(
      [make.aServer('clock', { cases: [make.aCase('now')] }), make.aServer('s', { state: 'failed', cases })],
      {
        conclusion: 'failed',
        reasons,
      },
    );
  };

  it('leaves out the details of what passed first', () => {
    const result = manyCases(100);
    const whole = render(result);
    const text = renderSummary(result, { maxBytes: Buffer.byteLength(whole) - 1, version: '0.1.0' });
    expect(whole).toContain('## Details');
    expect(text).not.toContain('## Details');
    expect(text).toContain('Shortened to fit');
    expect(text.match(/^#### /gm)).toHaveLength(100);
  });

  it('then cuts lists, with the number of what is missing', () => {
    const text = render(manyCases(2000));
    const shown = text.match(/^#### /gm)?.length ?? 0;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes);
    expect(shown).toBeGreaterThan(500);
    expect(text).toContain(`and ${2000 - shown} more (see result.json)`);
    expect(text.match(/^```/gm)?.length).toBe(shown * 2);
  });

  it.each([300_000, 30_000, 5000, 3000, 1000])('keeps heading, verdict and counts in %d bytes', (budget) => {
    const text = renderSummary(manyCases(2000), { maxBytes: budget, version: '0.1.0' });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(budget);
    expect(text).toContain('# ❌ MCP servers: failed\n\n**1 of 2 servers and 2000 of 2001 cases failed.**');
    expect(text).toContain('| cases | 1 | 2000 | 0 | 0 | 2001 |');
  });

  it('holds any budget at all', () => {
    for (const budget of [0, 1, 10, 300]) {
      const text = renderSummary(manyCases(3), { maxBytes: budget, version: '0.1.0' });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(budget);
    }
  });
});
