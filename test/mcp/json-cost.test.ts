import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whyCostly } from '../../src/mcp/json-cost.ts';
import { parseJson, readMessage } from '../../src/mcp/message.ts';

const filler = `"${'x'.repeat(300_000)}"`;

describe('JSON that costs too much is not read', () => {
  test.for<readonly [string, string, string]>([
    ['many megabytes of brackets', `${'['.repeat(4_000_000)}${']'.repeat(4_000_000)}`, 'nested deeper than 256 levels'],
    ['brackets that nobody closes', '['.repeat(16_000_000), 'nested deeper than 256 levels'],
    ['objects in objects', `${'{"a":'.repeat(300)}${filler}${'}'.repeat(300)}`, 'nested deeper than 256 levels'],
    ['empty arrays', `[${'[],'.repeat(600_000)}[]]`, 'more than 500,000 values'],
    ['empty objects', `[${'{},'.repeat(600_000)}{}]`, 'more than 500,000 values'],
    ['keys', `{${Array.from({ length: 600_000 }, (_, key) => `"${key}":0`).join(',')}}`, 'more than 500,000 values'],
  ])('%s', ([, text, why]) => {
    expect(whyCostly(text)).toContain(why);
    expect(parseJson(text)).toBeUndefined();
    expect(readMessage(`{"x":${text}}`)).toEqual({ kind: 'unread', reason: expect.stringContaining(why) });
  });

  test.for<readonly [string, string]>([
    ['brackets in a string', JSON.stringify(['['.repeat(1_000_000), ','.repeat(1_000_000)])],
    ['escaped quotes', JSON.stringify([`"${'["'.repeat(300_000)}\\`, `\\\\"${'{'.repeat(300_000)}`])],
    ['256 levels', `${'['.repeat(256)}${filler}${']'.repeat(256)}`],
    ['many values', JSON.stringify(Array.from({ length: 400_000 }, (_, index) => index))],
    ['the deepest of what is short', `${'['.repeat(1000)}${']'.repeat(1000)}`],
  ])('%s are read', ([, text]) => {
    expect(whyCostly(text)).toBeNull();
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test('what is no JSON is looked at to its end', () => {
    for (const text of [`"${'x'.repeat(300_000)}`, `${'x'.repeat(300_000)}"\\`, ']'.repeat(300_000)]) {
      expect(whyCostly(text)).toBeNull();
      expect(parseJson(text)).toBeUndefined();
    }
  });

  test('whatever is shallow and has few values is read as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify([filler, value]);
        expect(whyCostly(text)).toBeNull();
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
