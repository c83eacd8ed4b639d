import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { aligned } from '../../src/report/columns.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import * as make from './results.ts';

describe('renderTerminal', () => {
  it('looks as it should on a usual bad day', async () => {
    await expect(renderTerminal(make.aTypicalResult(), { color: false })).toMatchFileSnapshot('golden/terminal.txt');
  });

  it('is the same text with colours', () => {
    const result = make.aTypicalResult();
    const colored = renderTerminal(result, { color: true });
    expect(colored).toContain('\u001b[31m');
    expect(stripVTControlCharacters(colored)).toBe(renderTerminal(result, { color: false }));
  });

  it('gives the place of each failure to the column', () => {
    const text = renderTerminal(make.aTypicalResult(), { color: false });
    expect(text).toContain('mcp-cases/all.yml:12:3');
    expect(text).toContain('.github/mcp-workflow.yml:6:13');
  });

  it('gathers what was skipped for one reason, and names steps, services and stale snapshots', () => {
    const skipped = Array.from({ length: 500 }, (_, at) => make.aCase(`c${at}`, { state: 'skipped', reason: 'gone' }));
    const assertions = [make.anAssertion({ step: 'login', state: 'passed' }), make.anAssertion({ step: 'logout' })];
    const attempts = [make.anAttempt({ step: 'logout' }), make.anAttempt({ step: 'logout', outcome: 'timeout' })];
    const services = [make.aService('db', { state: 'error', reason: 'no image', logTail: 'pull failed' })];
    const cases = [make.aFailedCase('two', { assertions, attempts }), ...skipped];
    const stale = [{ file: 'a.snap.json', key: 's > c > steps[0]' }];
    const result = make.aResult([make.aServer('s', { state: 'failed', cases, services })], {
      snapshots: { written: 0, removed: 0, stale },
    });
    const text = renderTerminal(result, { color: false });
    expect(text).toContain('Skipped\n  500 cases of s: gone\n');
    expect(text).toContain('      logout: contains: The text does not contain "5".');
    expect(text).toContain('      2 attempts: logout: answered after 12 ms; logout: timeout after 12 ms');
    expect(text).toContain('    service db: no image\n    its last lines:\n      | pull failed');
    expect(text).toContain('  no case asks for s > c > steps[0] in a.snap.json\n  --update-snapshots removes');
  });

  it('says what an incomplete run did not look at', () => {
    const result = make.aResult([make.aSkippedServer('search')], { conclusion: 'incomplete' });
    expect(renderTerminal(result, { color: false })).toContain('Not looked at\n  server search: grant SEARCH_TOKEN');
  });
});

describe('aligned', () => {
  it('lines columns up by what a terminal shows', () => {
    expect(
      aligned(
        [
          ['日本', '1'],
          ['abc', '22'],
          ['e\u0301', '3'],
        ],
        [1],
      ),
    ).toEqual(['日本   1', 'abc   22', 'e\u0301      3']);
  });
});
