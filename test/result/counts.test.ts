import { describe, expect, it } from 'vitest';
import { countsOf } from '../../src/result/counts.ts';
import * as make from '../report/results.ts';

describe('countsOf', () => {
  it('counts servers, cases and findings by what they are', () => {
    expect(countsOf(make.aTypicalResult().servers)).toEqual({
      servers: { passed: 1, failed: 2, error: 0, skipped: 1 },
      tools: 4,
      cases: { passed: 3, failed: 1, error: 1, skipped: 1 },
      findings: { veto: 0, high: 1, medium: 0, low: 1, info: 0 },
    });
  });

  it('counts nothing of nothing', () => {
    expect(countsOf([]).cases).toEqual({ passed: 0, failed: 0, error: 0, skipped: 0 });
  });
});
