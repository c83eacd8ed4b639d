import { describe, expect, it } from 'vitest';
import { renderAnnotations } from '../../src/report/annotations.ts';
import * as make from './results.ts';

const perLevel = 9;

describe('renderAnnotations', () => {
  it('puts a failed case on its line, with expected and actual', () => {
    const [note] = renderAnnotations(make.aTypicalResult(), { perLevel });
    expect(note).toEqual({
      level: 'error',
      title: 'case sum of server everything: failed',
      text: 'get-sum, contains: The text does not contain "5".\nexpected "5"\nactual   "The sum is 6."',
      location: { file: 'mcp-cases/all.yml', line: 12, column: 3 },
    });
  });

  it('puts a server that did not start on the line of the server, with advice and its last words', () => {
    const [note] = renderAnnotations(make.aResult([make.aServerThatNeverStarted('orders')]), { perLevel });
    expect(note?.location).toEqual({ file: '.github/mcp-workflow.yml', line: 6, column: 13 });
    expect(note?.text).toContain('Start it by hand');
    expect(note?.text).toContain('stderr: Connecting to database');
  });

  it('warns of a skipped server and reports mistakes of the configuration as errors', () => {
    const location = { file: 'mcp.yml', line: 2, column: 1 };
    const result = make.aResult([make.aSkippedServer('search')], {
      problems: [{ message: 'Unknown key "a".', location }],
    });
    const notes = renderAnnotations(result, { perLevel });
    expect(notes.map(({ level, text }) => [level, text])).toEqual([
      ['error', 'Unknown key "a".'],
      ['warning', 'Not looked at: grant SEARCH_TOKEN'],
    ]);
  });

  it('names the step, the request and how often a repeated case passed', () => {
    const attempts = [make.anAttempt({ step: 'login' }), make.anAttempt({ step: 'steps[1]' })];
    const repeat = { times: 10, passed: 7, required: 9 };
    const assertions = [make.anAssertion({ step: 'steps[1]' })];
    const failed = make.aFailedCase('c', { tool: 'prompt greet', attempts, assertions, repeat });
    const [note] = renderAnnotations(make.aResult([make.aServer('s', { cases: [failed] })]), { perLevel });
    expect(note?.text.split('\n')[0]).toBe(
      'prompt greet, steps[1], contains: The text does not contain "5". (7 of 10 passed, 9 needed)',
    );
  });

  it('names the service that a server could not be started for', () => {
    const services = [make.aService('db', { state: 'failed', reason: 'not ready within 30 s' })];
    const [note] = renderAnnotations(make.aResult([make.aServerThatNeverStarted('orders', { services })]), {
      perLevel,
    });
    expect(note?.text.split('\n')[2]).toBe('service db: not ready within 30 s');
  });

  it('falls back to the line of the server for a case without one', () => {
    const server = make.aServer('s', { state: 'failed', cases: [make.aFailedCase('c', { location: null })] });
    expect(renderAnnotations(make.aResult([server]), { perLevel })[0]?.location?.file).toBe('.github/mcp-workflow.yml');
  });

  it('gives at most as many of each level as allowed, and one further that counts the rest', () => {
    const cases = Array.from({ length: 12 }, (_, at) => make.aFailedCase(`c${at}`));
    const skipped = Array.from({ length: 9 }, (_, at) => make.aSkippedServer(`s${at}`));
    const notes = renderAnnotations(make.aResult([make.aServer('s', { state: 'failed', cases }), ...skipped]), {
      perLevel,
    });
    const errors = notes.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(10);
    expect(errors[9]?.text).toBe('and 3 more: see the job summary');
    expect(notes.filter(({ level }) => level === 'warning')).toHaveLength(9);
  });

  it('has nothing to say where all passed', () => {
    expect(renderAnnotations(make.aResult([make.aServer('s')]), { perLevel })).toEqual([]);
  });
});
