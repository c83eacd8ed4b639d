import { describe, expect, it } from 'vitest';
import { phaseLines } from '../../src/report/lines.ts';
import * as make from './results.ts';

function linesOf(result: ReturnType<typeof make.aResult>, title: string): string[] {
  return phaseLines(result).find((phase) => phase.title === title)?.lines ?? [];
}

describe('phaseLines', () => {
  it('groups what happened by phase, in their order', () => {
    const titles = phaseLines(make.aTypicalResult()).map(({ title }) => title);
    expect(titles).toEqual(['w02 install', 'w03 connect', 'w04 discover', 'w07 execute', 'w08 validate']);
  });

  it('leaves out phases in which nothing happened', () => {
    expect(phaseLines(make.aResult([]))).toEqual([]);
    expect(phaseLines(make.aResult([make.aServer('clock')])).map(({ title }) => title)).not.toContain('w07 execute');
  });

  it('says what was installed, how it answered, which tools it has, how each case went and the verdict', () => {
    const result = make.aTypicalResult();
    expect(linesOf(result, 'w02 install')[0]).toBe(
      'clock: @example/clock 1.2.0, sha512-AAAA, 12.4 MiB, resolve 120 ms, fetch 1.4 s',
    );
    expect(linesOf(result, 'w03 connect')[0]).toBe('clock: ok, protocol 2025-11-25 (legacy), clock 1.2.0, 420 ms');
    expect(linesOf(result, 'w04 discover')[0]).toBe('clock: 2 tools in 30 ms: echo, get-sum');
    expect(linesOf(result, 'w07 execute')).toContain('everything: sum: failed in 12 ms');
    expect(linesOf(result, 'w08 validate')).toContain('search: skipped: grant SEARCH_TOKEN');
  });

  it('shows the attempts and the stderr of a server that did not start', () => {
    const lines = linesOf(make.aResult([make.aServerThatNeverStarted('orders')]), 'w03 connect');
    expect(lines[0]).toMatch(/^orders: init_timeout: Start it by hand/);
    expect(lines).toContain('  attempt 2: 30.0 s, no answer');
    expect(lines).toContain('  | Connecting to database at localhost:5432');
  });

  it('shows a failed install where it failed', () => {
    const startup = make.aStartup({
      outcome: 'install_failed',
      advice: 'Check the name.',
      stderrTail: 'npm error 404',
    });
    const result = make.aResult([make.aServerThatNeverStarted('typo', { startup })]);
    expect(linesOf(result, 'w02 install')).toContain('  | npm error 404');
    expect(linesOf(result, 'w03 connect')).toEqual(['typo: not started: it could not be installed']);
  });

  it('shows services, restarts and transport, and gathers cases that were skipped for one reason', () => {
    const reason = 'the server ended during three cases one after another';
    const skipped = Array.from({ length: 500 }, (_, at) => make.aCase(`c${at}`, { state: 'skipped', reason }));
    const cases = [make.aCase('first', { repeat: { times: 10, passed: 9, required: 9 } }), ...skipped];
    const services = [
      make.aService('db'),
      make.aService('mail', { state: 'failed', readyMs: null, reason: 'it ended' }),
    ];
    const result = make.aResult([make.aServer('s', { cases, services, restarts: 3, transport: 'http' })]);
    expect(linesOf(result, 'w03 connect')).toEqual([
      's: service db: passed, ready after 800 ms',
      's: service mail: failed: it ended',
      's: ok, transport http, protocol 2025-11-25 (legacy), s 1.2.0, 420 ms',
    ]);
    expect(linesOf(result, 'w07 execute')).toEqual([
      's: first: passed in 12 ms (9 of 10 passed, 9 needed)',
      `s: 500 cases skipped (${reason})`,
      's: started again 3 times',
    ]);
  });

  it('shows the problems of tools', () => {
    const tools = [make.aTool('broken', { state: 'failed', problems: ['inputSchema is not an object'] })];
    const lines = linesOf(make.aResult([make.aServer('s', { tools })]), 'w04 discover');
    expect(lines[1]).toBe('  tool broken: inputSchema is not an object');
  });
});
