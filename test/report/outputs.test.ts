import { describe, expect, it } from 'vitest';
import { defaultOutputs, outputsOf } from '../../src/report/outputs.ts';
import * as make from './results.ts';

const paths = { result: '/tmp/r/result.json', summary: '/tmp/r/summary.md' };

describe('outputsOf', () => {
  it('counts cases', () => {
    expect(outputsOf(make.aTypicalResult(), paths)).toEqual({
      conclusion: 'failed',
      total: '6',
      passed: '3',
      failed: '1',
      skipped: '1',
      errors: '1',
      'result-path': paths.result,
      'summary-path': paths.summary,
    });
  });

  it('counts 0 where there are no cases', () => {
    expect(outputsOf(make.aResult([make.aServer('clock')]), paths)).toMatchObject({ conclusion: 'passed', total: '0' });
  });

  it('sets the same outputs before there is a result', () => {
    expect(Object.keys(defaultOutputs())).toEqual(Object.keys(outputsOf(make.aTypicalResult(), paths)));
    expect(defaultOutputs()['conclusion']).toBe('error');
  });
});
