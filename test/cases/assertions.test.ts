import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createSchemaValidator } from '../../src/cases/schema-validator.ts';
import { select } from '../../src/cases/select.ts';
import type { Expectations, Matchers } from '../../src/config/model.ts';
import type { CallOutcome, Heard } from '../../src/mcp/model.ts';
import { deep, refusal, resultOf, says, silence, structured, text } from './fixtures.ts';
import { lineOf, nowhere } from './judging.ts';

const validator = createSchemaValidator();
afterAll(() => validator.close());

type Row = readonly [kind: string, wanted: Expectations, outcome: CallOutcome, state: string, message: string];

const image = { type: 'image', data: 'AA==', mimeType: 'image/png' };
const heard = (more: Partial<Heard>) => resultOf({ content: [] }, 1, { ...silence, ...more });
const chatter = heard({
  progress: [{ progress: 1 }, { progress: 2 }],
  logs: [{ level: 'debug', data: 'warming up' }, { level: 'info', logger: 'db', data: { rows: 3 } }, { level: 'info' }],
});

const rows: readonly Row[] = [
  ['notEmpty', { notEmpty: true }, says('5'), 'passed', 'the answer is not empty'],
  ['notEmpty', { notEmpty: true }, says(' \n'), 'failed', 'expected something in the answer, found " \\n"'],
  ['notEmpty', { notEmpty: true }, says('[]'), 'failed', 'found []'],
  ['notEmpty', { notEmpty: true }, says('null'), 'failed', 'found null'],
  ['notEmpty', { notEmpty: true }, says('0'), 'passed', ''],
  ['notEmpty', { notEmpty: true }, resultOf({ content: [] }), 'failed', ''],
  ['notEmpty', { notEmpty: true }, resultOf({ content: [image] }), 'passed', ''],
  ['notEmpty', { notEmpty: true }, structured({}), 'failed', 'found {}'],
  ['notEmpty', { notEmpty: true }, structured({ items: [] }), 'passed', ''],
  ['notEmpty', { notEmpty: true }, says('none found', { structuredContent: {} }), 'passed', ''],
  ['notEmpty', { notEmpty: false }, says(''), 'passed', 'the answer is empty'],
  ['notEmpty', { notEmpty: false }, says('5'), 'failed', 'expected an empty answer, found 5'],
  ['notEmpty', { notEmpty: true }, refusal, 'failed', 'there is no result to look at'],

  ['minItems', { minItems: 2 }, structured([1, 2]), 'passed', '2 items in structuredContent, at least 2'],
  ['minItems', { minItems: 2 }, says('[1]'), 'failed', '1 item in the text read as JSON, expected at least 2'],
  [
    'minItems',
    { minItems: 2 },
    structured({ total: 9, rows: [1, 2] }),
    'passed',
    '2 items in "rows" in structuredContent',
  ],
  ['minItems', { minItems: 0 }, structured({ a: [], b: [] }), 'failed', 'holds 2 of them ("a", "b"); `jsonPath`'],
  [
    'minItems',
    { minItems: 0 },
    structured({ a: 1 }),
    'failed',
    'there is no list to count: structuredContent is {"a":1}',
  ],
  ['minItems', { minItems: 1 }, says('nothing found'), 'failed', 'the text is no JSON, it is "nothing found"'],
  ['maxItems', { maxItems: 1 }, structured([1, 2]), 'failed', '2 items in structuredContent, expected at most 1'],

  ['contentTypes', { contentTypes: ['text', 'image'] }, resultOf({ content: [text('a'), image] }), 'passed', ''],
  [
    'contentTypes',
    { contentTypes: ['image', 'text'] },
    resultOf({ content: [text('a'), image] }),
    'failed',
    'it is ["text","image"]',
  ],
  [
    'contentTypes',
    { contentTypes: ['text'] },
    resultOf({ content: [text('a'), image] }),
    'failed',
    'expected the content to be ["text"]',
  ],
  ['contentTypes', { contentTypes: [] }, resultOf({ content: [] }), 'passed', ''],
  [
    'contentTypes',
    { contentTypes: ['image/PNG'] },
    resultOf({ content: [image] }),
    'passed',
    'the content is ["image/png"]',
  ],
  ['contentTypes', { contentTypes: ['image/jpeg'] }, resultOf({ content: [image] }), 'failed', 'it is ["image/png"]'],

  ['maxBytes', { maxBytes: 43 }, says('é12'), 'passed', 'the result has 43 bytes, at most 43'],
  ['maxBytes', { maxBytes: 42 }, says('é12'), 'failed', 'the result has 43 bytes, expected at most 42'],
  [
    'maxBytes',
    { maxBytes: 1 },
    resultOf({ content: [], structuredContent: deep() }),
    'notChecked',
    'nested too deeply',
  ],

  ['progress', { progress: { min: 2 } }, chatter, 'passed', '2 progress notifications came'],
  [
    'progress',
    { progress: { min: 3 } },
    chatter,
    'failed',
    '2 progress notifications came before the answer, expected at least 3',
  ],
  ['progress', { progress: { min: 1 } }, refusal, 'failed', '0 progress notifications'],

  ['logs', { logs: {} }, chatter, 'passed', '3 log messages came'],
  ['logs', { logs: {} }, says('quiet'), 'failed', '0 log messages came before the answer, expected at least 1'],
  ['logs', { logs: { level: 'info', min: 2 } }, chatter, 'passed', '2 log messages of the level info'],
  ['logs', { logs: { level: 'error' } }, chatter, 'failed', 'there were 3 in all, of the levels "debug", "info"'],
  ['logs', { logs: { contains: ['warming', '"rows":3', 'db'] } }, chatter, 'passed', ''],
  [
    'logs',
    { logs: { level: 'info', contains: ['warming'] } },
    chatter,
    'failed',
    'none of the 2 log messages of the level info contains "warming"',
  ],
];

test.each(rows)('%s %j', async (kind, wanted, outcome, state, message) => {
  const found = await lineOf(kind, wanted, outcome, nowhere(validator));
  expect(found.message).toContain(message);
  expect(found.state).toBe(state);
});

describe('matchers', () => {
  const answer = structured({ text: 'Ada 1815', n: 3, half: 2.5, list: ['a', 'b'], none: null, yes: true, empty: '' });

  test.each<readonly [path: string, matchers: Matchers, state: string, message: string]>([
    ['$.text', { exists: true }, 'passed', ''],
    [
      '$.nothing',
      { exists: true },
      'failed',
      '$.nothing selects nothing in structuredContent, expected {"exists":true}',
    ],
    ['$.nothing', { exists: false }, 'passed', 'selects nothing'],
    ['$.none', { exists: false }, 'failed', '$.none in structuredContent should not exist, it is null'],
    ['$.nothing', { contains: ['a'] }, 'failed', 'selects nothing'],
    ['$.n', { equals: 3 }, 'passed', ''],
    ['$.n', { equals: '3' }, 'failed', 'differs: expected "3", got 3'],
    ['$.none', { equals: null }, 'passed', ''],
    ['$.text', { contains: ['Ada', '18'], notContains: ['Alan'] }, 'passed', ''],
    ['$.text', { contains: ['Alan'] }, 'failed', 'does not contain "Alan", it is "Ada 1815"'],
    ['$.text', { notContains: ['Ada'] }, 'failed', 'contains "Ada", which it should not'],
    ['$.list', { contains: ['b'], notContains: ['c'] }, 'passed', ''],
    ['$.list', { notContains: ['b'] }, 'failed', 'it should not: ["a","b"]'],
    ['$.n', { contains: ['3'] }, 'failed', 'does not contain "3", it is 3'],
    ['$.text', { matches: ['^Ada', '\\d+$'] }, 'passed', ''],
    ['$.text', { matches: ['^\\d'] }, 'failed', 'does not match "^\\\\d", it is "Ada 1815"'],
    ['$.n', { matches: ['3'] }, 'failed', 'expected a text that matches "3", got 3'],
    ['$.text', { matches: ['('] }, 'notChecked', 'the pattern cannot be used'],
    ['$.n', { type: 'integer' }, 'passed', ''],
    ['$.half', { type: 'integer' }, 'failed', 'expected the type integer, got 2.5'],
    ['$.half', { type: 'number' }, 'passed', ''],
    ['$.none', { type: 'null' }, 'passed', ''],
    ['$.none', { type: 'object' }, 'failed', ''],
    ['$.list', { type: 'object' }, 'failed', ''],
    ['$.list', { type: 'array' }, 'passed', ''],
    ['$', { type: 'object' }, 'passed', ''],
    ['$.yes', { type: 'boolean' }, 'passed', ''],
    ['$.empty', { notEmpty: true }, 'failed', 'expected something, got ""'],
    ['$.empty', { notEmpty: false }, 'passed', ''],
    ['$.yes', { notEmpty: true }, 'passed', ''],
    ['$.list', { minItems: 2, maxItems: 2 }, 'passed', ''],
    ['$.list', { minItems: 3 }, 'failed', 'has 2 items, expected at least 3'],
    ['$.list', { maxItems: 1 }, 'failed', 'has 2 items, expected at most 1'],
    ['$.text', { maxItems: 1 }, 'failed', 'expected a list, got "Ada 1815"'],
    ['$.n', { atLeast: 3, atMost: 3 }, 'passed', ''],
    ['$.n', { atLeast: 4 }, 'failed', 'expected at least 4, got 3'],
    ['$.n', { atMost: 2 }, 'failed', 'expected at most 2, got 3'],
    ['$.text', { atMost: 2 }, 'failed', 'expected a number, got "Ada 1815"'],
    ['$.list', { schema: { items: { type: 'string' } } }, 'passed', ''],
    ['$.list', { schema: { items: { type: 'number' } } }, 'failed', 'is not valid by the schema: /0 must be number'],
    ['$.list', { schema: { $ref: 'https://example.com/' } }, 'notChecked', 'the schema was not checked'],
    ['$.list[*]', { type: 'string' }, 'passed', ''],
    ['$.list[*]', { equals: 'a' }, 'failed', '(value 2 of 2) differs: expected "a", got "b"'],
  ])('%s %j', async (path, matchers, state, message) => {
    const found = await lineOf(
      'jsonPath',
      { jsonPath: { [path]: { kind: 'matchers', matchers } } },
      answer,
      nowhere(validator),
    );
    expect(found.message).toContain(message);
    expect(found.state).toBe(state);
  });

  test.each([
    ["$.a[0]['b c']", "$.a[0:1]['b c']"],
    ['$.a[0]["b c"]', '$.a[0:1]["b c"]'],
    ['$.a[1].__proto__', '$.a[-1].__proto__'],
    ['$.a[2]', '$.a[2:3]'],
    ['$["0"]', '$["\\u0030"]'],
    ['$[0]', '$[0:1]'],
    ['$.list[0]', '$.list[0:1]'],
    ['$.constructor', '$["\\u0063onstructor"]'],
    ['$.list.length', '$.list["\\u006cength"]'],
  ])('the plain path %s selects what the library does for %s', async (plain, general) => {
    const value = JSON.parse('{"a":[{"b c":1},{"__proto__":2}],"0":"zero","list":"no list"}') as unknown;
    const asked = vi.spyOn(validator, 'select');
    const found = await select(plain, value, validator);
    expect(asked).not.toHaveBeenCalled();
    expect(found).toEqual(await select(general, value, validator));
    expect(asked).toHaveBeenCalledOnce();
    asked.mockRestore();
  });
});

test('many slow matchers come to an end', async () => {
  const slow = `${'a'.repeat(23)}!`;
  const answer = structured(Array.from({ length: 400 }, () => slow));
  const wish = { kind: 'matchers', matchers: { matches: ['^(a+)+$|!$'] } } as const;
  const started = performance.now();
  const found = await lineOf('jsonPath', { jsonPath: { '$[*]': wish } }, answer, nowhere(validator));
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(['passed', 'notChecked']).toContain(found.state);
});

test('what is kept of a huge text is not all of it', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const kept = [];
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 20; index++) {
    const outcome = says(JSON.parse(`"${'x'.repeat(5_000_000)}${index}"`) as string);
    kept.push(await lineOf('contains', { contains: ['x'] }, outcome, nowhere(validator)));
    kept.push(await lineOf('contains', { contains: ['y'] }, outcome, nowhere(validator)));
  }
  collect();
  expect(kept).toHaveLength(40);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
});
