import { describe, expect, it } from 'vitest';
import { renderSummary } from '../../src/report/summary.ts';
import type { CaseResult, WorkflowResult } from '../../src/result/model.ts';
import * as make from './results.ts';

const maxBytes = 900 * 1024;
const render = (result: WorkflowResult): string => renderSummary(result, { maxBytes, version: '0.1.0' });

const failedWith = (failed: CaseResult): WorkflowResult =>
  make.aResult([make.aServer('s', { state: 'failed', cases: [failed] })], { conclusion: 'failed' });

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

  it('names steps only where a case has more than one', () => {
    const single = render(failedWith(make.aFailedCase('one')));
    expect(single).not.toContain('steps[0]');
    const assertions = [make.anAssertion({ step: 'login', state: 'passed' }), make.anAssertion({ step: 'logout' })];
    expect(render(failedWith(make.aFailedCase('two', { assertions })))).toContain(
      '<code>logout</code> <code>contains</code>: The text does not contain',
    );
  });

  it('says of a repeated case how often it passed, and of other requests what was asked', () => {
    const repeat = { times: 10, passed: 7, required: 9 };
    const text = render(failedWith(make.aFailedCase('r', { repeat, tool: 'prompt greet' })));
    expect(text).toContain(
      'prompt <code>greet</code> · <code>mcp-cases/all.yml:4</code> · 12 ms · 7 of 10 passed, 9 needed',
    );
  });

  it('shows services, restarts, transport and what a remote server is', () => {
    const services = [
      make.aService('db'),
      make.aService('cache', {
        state: 'failed',
        readyMs: null,
        reason: 'not ready within 30 s',
        logTail: 'out of memory',
      }),
    ];
    const http = make.aServer('orders', { state: 'failed', reason: 'x', transport: 'http', restarts: 2, services });
    const resolved = { kind: 'remote', name: 'mcp.example.com', version: null, integrity: null, digest: null };
    const source = { given: 'https://mcp.example.com/mcp', resolved, location: null, declaredIn: [] };
    const remote = make.aServer('search', { transport: 'remote', source });
    const text = render(make.aResult([http, remote], { conclusion: 'failed' }));
    expect(text).toContain('❌ service <code>cache</code> (<code>postgres:17</code>): not ready within 30 s');
    expect(text).toContain('```text\nout of memory\n```');
    expect(text).toContain('| <code>db</code> | <code>postgres:17</code> | ✅ passed | 800 ms |');
    expect(text).toContain('image <code>host</code> · transport http · startup ok');
    expect(text).toContain('started again 2 times');
    expect(text).toContain('source <code>https&#58;//mcp.example.com/mcp</code> · transport remote · startup ok');
  });

  it('gathers many cases that were skipped for one reason in one line', () => {
    const reason = 'the server ended during three cases one after another';
    const cases = Array.from({ length: 500 }, (_, at) => make.aCase(`c${at}`, { state: 'skipped', reason }));
    const text = render(
      make.aResult([
        make.aServer('s', { cases: [...cases, make.aCase('own', { state: 'skipped', reason: 'later' })] }),
      ]),
    );
    expect(text).toContain(
      `## Skipped\n\n- ⏭️ 500 cases of <code>s</code>: ${reason}\n- ⏭️ case <code>own</code> of <code>s</code>: later\n`,
    );
  });

  it('names snapshots that no case asks for', () => {
    const stale = [{ file: 'mcp-cases/__snapshots__/all.snap.json', key: 's > gone > steps[0]' }];
    const text = render(make.aResult([make.aServer('s')], { snapshots: { written: 0, removed: 0, stale } }));
    expect(text).toContain(
      'no case asks for <code>s &#62; gone &#62; steps[0]</code> in'.replace('[0]', '&#91;0&#93;'),
    );
  });

  it('reports no unenforced limit as enforced', () => {
    const text = render(make.aTypicalResult());
    expect(text).toContain('| memory | ✅ enforced |');
    expect(text).toContain('| disk | ⚠️ not enforced |');
  });
});
