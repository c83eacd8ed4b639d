import { describe, expect, it } from 'vitest';
import { cutOff, endUnchanged, newDraft } from '../../src/workflow/draft.ts';
import { judgeRun, judgeServer } from '../../src/workflow/verdict.ts';
import { caseOf, serverOf } from '../cases/fixtures.ts';
import * as make from '../report/results.ts';

const unchanged = () => {
  const draft = newDraft(serverOf({ cases: [caseOf({}, { id: 'a' })] }));
  endUnchanged(draft, '0123456789abcdef');
  return draft;
};

describe('a server that is unchanged', () => {
  it('is skipped with its cases, for a reason that programs can read', () => {
    expect(unchanged().result).toMatchObject({
      state: 'skipped',
      skippedAs: 'unchanged',
      reason: 'unchanged since 0123456789ab',
      cases: [{ id: 'a', state: 'skipped', reason: 'its server is unchanged' }],
    });
  });

  it('leaves the conclusion alone, also where there is no other', () => {
    const { result } = unchanged();
    expect(judgeRun([result], null)).toEqual({ conclusion: 'passed', reasons: [] });
    expect(judgeRun([result, make.aServer('x')], null).conclusion).toBe('passed');
    expect(judgeRun([result, make.aServer('x', { state: 'failed', reason: 'y' })], null).conclusion).toBe('failed');
    expect(judgeRun([result, make.aSkippedServer('x')], null)).toMatchObject({
      conclusion: 'incomplete',
      reasons: [expect.stringContaining('x skipped: grant')],
    });
    expect(judgeRun([result], 'SIGINT').conclusion).toBe('incomplete');
  });

  it('has its end: an interruption makes nothing else of it', () => {
    const draft = unchanged();
    cutOff(draft, 'SIGINT');
    expect(draft.result).toMatchObject({ skippedAs: 'unchanged', reason: 'unchanged since 0123456789ab' });
  });
});

const broken = (name: string) => make.aTool(name, { state: 'failed', problems: ['inputSchema is missing'] });
const listEnds = (message: string) =>
  make.aFinding({ check: 'list-ends', severity: 'high', subject: 'list:tools', message });

describe('the reason of a server that failed', () => {
  it('is one sentence of moderate length, whatever its tools are called', () => {
    const names = ['one\n::error::two', 'x'.repeat(900_000), '\u001b[31mred\u001b[0m', 'fourth'];
    const { state, reason } = judgeServer(make.aServer('a', { tools: names.map(broken) }));
    expect(state).toBe('failed');
    expect(reason).toMatch(/^4 of 4 tools are broken \(one ::error::two, x+…, red and 1 more\)$/u);
    expect(reason?.length).toBeLessThan(200);
  });

  it('joins what was found without the full stops between', () => {
    const tools = [broken('again')];
    const findings = [listEnds('tools/list was read no further than 2 items, because the cursor "more" came twice.')];
    expect(judgeServer(make.aServer('a', { tools, findings })).reason).toBe(
      'tools/list was read no further than 2 items, because the cursor "more" came twice; 1 of 1 tools are broken (again)',
    );
    expect(judgeServer(make.aServer('a', { findings })).reason).toBe(
      'tools/list was read no further than 2 items, because the cursor "more" came twice',
    );
  });
});
