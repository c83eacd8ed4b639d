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
