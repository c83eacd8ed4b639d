import { describe, expect, it } from 'vitest';
import { cutOff, endUnchanged, newDraft } from '../../src/workflow/draft.ts';
import { judgeRun } from '../../src/workflow/verdict.ts';
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
