import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { judge } from '../../src/cases/judge.ts';
import { createSchemaValidator } from '../../src/cases/schema-validator.ts';
import { SnapshotStore } from '../../src/cases/snapshot-store.ts';
import type { Expectations } from '../../src/config/model.ts';
import type { CallOutcome } from '../../src/mcp/model.ts';
import type { ToolResult } from '../../src/result/model.ts';
import { deep, refusal, resultOf, says, silence, structured, text, toolOf, values } from './fixtures.ts';

const validator = createSchemaValidator();
afterAll(() => validator.close());

const request = { kind: 'tool', name: 'echo', args: {} } as const;
const store = SnapshotStore.open({ update: false, redact: (said) => said });
const around = {
  validator,
  filesBefore: null,
  filesNow: async () => new Map(),
  snapshots: { store, file: '/nowhere/__snapshots__/cases.snap.json' },
};

async function ask(wanted: Expectations, outcome: CallOutcome, tool: ToolResult | undefined = toolOf()) {
  const { lines } = await judge({ request, expect: wanted, outcome }, { ...around, tool });
  return lines;
}

/** The only line of that kind. */
async function line(kind: string, expectations: Expectations, outcome: CallOutcome, tool?: ToolResult) {
  const lines = (await ask(expectations, outcome, tool)).filter((each) => each.kind === kind);
  const [only, ...others] = lines;
  if (only === undefined || others.length > 0) throw new Error(`${lines.length} lines of kind ${kind}`);
  return only;
}

const list = structured({
  items: [
    { id: 1, name: 'a' },
    { id: 2, name: 'b' },
  ],
  total: 2,
});
const failure = says('boom', { isError: true });
const blank = resultOf({ content: [] });

type Row = readonly [name: string, expectations: Expectations, outcome: CallOutcome, state: string, message: string];

const rows: readonly Row[] = [
  ['isError', {}, says('5'), 'passed', 'isError is false'],
  ['isError', {}, failure, 'failed', 'expected isError: false, got isError: true with the text "boom"'],
  [
    'isError',
    {},
    refusal,
    'failed',
    'expected a result with isError: false, got the protocol error -32602 "Unknown tool',
  ],
  ['isError', { isError: false }, failure, 'failed', 'expected isError: false'],
  ['isError', { isError: true }, failure, 'passed', 'isError is true'],
  ['isError', { isError: true }, says('5'), 'failed', 'expected isError: true, got isError: false with the text "5"'],
  ['isError', { isError: true }, refusal, 'failed', '`protocolError` is the assertion for that'],

  ['protocolError', { protocolError: {} }, refusal, 'passed', 'got the protocol error -32602 "Unknown tool: echo"'],
  ['protocolError', { protocolError: { code: -32602, message: 'Unknown' } }, refusal, 'passed', '-32602'],
  [
    'protocolError',
    { protocolError: { code: -32601 } },
    refusal,
    'failed',
    'expected the protocol error -32601, got the protocol error -32602',
  ],
  [
    'protocolError',
    { protocolError: { message: 'gone' } },
    refusal,
    'failed',
    'a protocol error with "gone" in its message, got',
  ],
  ['protocolError', { protocolError: {} }, failure, 'failed', 'got a result with isError: true and the text "boom"'],

  ['contains', { contains: ['5'] }, says('2 + 3 = 5'), 'passed', 'the text contains "5"'],
  ['contains', { contains: ['6'] }, says('2 + 3 = 5'), 'failed', 'the text does not contain "6"; it is "2 + 3 = 5"'],
  ['contains', { contains: ['6'] }, blank, 'failed', 'it is empty'],
  [
    'contains',
    { contains: ['a\nb'] },
    resultOf({ content: [text('a'), { type: 'image', data: '' }, text('b')] }),
    'passed',
    '',
  ],
  [
    'contains',
    { contains: ['inside'] },
    resultOf({ content: [{ type: 'resource', resource: { uri: 'a:b', text: 'inside' } }] }),
    'passed',
    '',
  ],
  [
    'contains',
    { contains: ['5'] },
    refusal,
    'failed',
    'there is no result to look at: the server answered with the protocol error -32602',
  ],

  ['notContains', { notContains: ['key'] }, says('nothing'), 'passed', 'does not contain "key"'],
  [
    'notContains',
    { notContains: ['key'] },
    says('the key is here'),
    'failed',
    'contains "key", which it should not: "the key is here"',
  ],
  ['notContains', { notContains: ['key'] }, refusal, 'failed', 'there is no result to look at'],

  ['matches', { matches: ['^\\d+$'] }, says('55'), 'passed', 'the text matches'],
  ['matches', { matches: ['^\\d+$'] }, says('5a'), 'failed', 'the text does not match "^\\\\d+$"; it is "5a"'],
  ['matches', { matches: ['\\p{Lu}'] }, says('É'), 'passed', ''],
  ['matches', { matches: ['('] }, says('5'), 'notChecked', 'was not checked: the pattern cannot be used'],
  ['matches', { matches: ['^(a+)+$'] }, says(`${'a'.repeat(50)}!`), 'notChecked', 'did not finish in 5 s'],
  ['matches', { matches: ['end$'] }, says(`${'x'.repeat(300 * 1024)}end`), 'notChecked', 'first 256 KiB'],
  ['matches', { matches: ['x+$'] }, says('x'.repeat(300 * 1024)), 'notChecked', 'first 256 KiB'],
  ['matches', { matches: ['start'] }, says(`start${'x'.repeat(300 * 1024)}`), 'passed', ''],

  ['equals', { equals: { b: [1], a: null } }, structured({ a: null, b: [1] }), 'passed', 'structuredContent equals'],
  [
    'equals',
    { equals: { a: { b: [1, 2] } } },
    structured({ a: { b: [1, 3] } }),
    'failed',
    'structuredContent differs at $.a.b[1]: expected 2, got 3',
  ],
  ['equals', { equals: { a: 1 } }, structured({}), 'failed', 'at $.a: expected 1, but there is nothing'],
  ['equals', { equals: {} }, structured({ 'a b': 1 }), 'failed', 'at $["a b"]: expected nothing there, got 1'],
  [
    'equals',
    { equals: [1] },
    says('[1, 2]'),
    'failed',
    'the text read as JSON differs at $[1]: expected nothing there, got 2',
  ],
  ['equals', { equals: { a: 1 } }, says('{"a": 1}'), 'passed', 'the text read as JSON equals'],
  ['equals', { equals: '{"a": 1}' }, says('{"a": 1}'), 'passed', 'the text equals'],
  ['equals', { equals: 'hello' }, says('hallo'), 'failed', 'the text differs: expected "hello", got "hallo"'],
  ['equals', { equals: 5 }, says('five'), 'failed', 'the text differs: expected 5, got "five"'],
  ['equals', { equals: null }, says('null'), 'passed', ''],
  ['equals', { equals: 'a' }, says('a', { structuredContent: null }), 'passed', ''],
  ['equals', { equals: 0 }, says('-0'), 'passed', ''],
  ['equals', { equals: {} }, says('{"__proto__": 1}'), 'failed', 'at $.__proto__: expected nothing there, got 1'],
  [
    'equals',
    { equals: JSON.parse('{"__proto__": 1}') as unknown },
    says('{}'),
    'failed',
    'at $.__proto__: expected 1, but there is nothing',
  ],

  ['jsonPath', { jsonPath: values({ '$.total': 2 }) }, list, 'passed', '$.total in structuredContent is 2'],
  [
    'jsonPath',
    { jsonPath: values({ '$.total': 3 }) },
    list,
    'failed',
    '$.total in structuredContent differs: expected 3, got 2',
  ],
  ['jsonPath', { jsonPath: values({ '$.items[*].id': [1, 2] }) }, list, 'passed', ''],
  [
    'jsonPath',
    { jsonPath: values({ '$.items[*].id': [1, 3] }) },
    list,
    'failed',
    '(2 values) differs at $[1]: expected 3, got 2',
  ],
  ['jsonPath', { jsonPath: values({ '$.items[0]': { name: 'a', id: 1 } }) }, list, 'passed', ''],
  [
    'jsonPath',
    { jsonPath: values({ '$.none': 3 }) },
    list,
    'failed',
    '$.none selects nothing in structuredContent, expected 3; there is {"items":',
  ],
  ['jsonPath', { jsonPath: values({ '$[1]': 'b' }) }, says('["a","b"]'), 'passed', 'the text read as JSON'],
  [
    'jsonPath',
    { jsonPath: values({ '$.content[0].type': 'text' }) },
    says('plain'),
    'passed',
    'in the result is "text"',
  ],
  [
    'jsonPath',
    { jsonPath: values({ total: 2 }) },
    list,
    'notChecked',
    'total was not checked: the path cannot be used',
  ],
  [
    'jsonPath',
    { jsonPath: values({ "$.items[?search(@.name, '^(a+)+$')]": 1 }) },
    structured({ items: [{ name: `${'a'.repeat(50)}!` }] }),
    'notChecked',
    'did not finish',
  ],

  ['schema', { schema: { required: ['total'] } }, list, 'passed', 'structuredContent is valid by the schema'],
  [
    'schema',
    { schema: { properties: { total: { type: 'string' } } } },
    list,
    'failed',
    'not valid by the schema: /total must be string',
  ],
  ['schema', { schema: { type: 'array' } }, says('[1]'), 'passed', 'the text read as JSON'],
  ['schema', { schema: { required: ['content'] } }, says('plain'), 'passed', 'the result is valid'],
  [
    'schema',
    { schema: { $ref: 'https://example.com/x' } },
    list,
    'notChecked',
    'the schema was not checked: the schema refers to',
  ],
  [
    'schema',
    { schema: { pattern: '^(a+)+$' } },
    says(JSON.stringify(`${'a'.repeat(50)}!`)),
    'notChecked',
    'did not finish in 5 s',
  ],

  ['maxLatency', { maxLatency: 100 }, resultOf({ content: [] }, 100), 'passed', 'took 100 ms'],
  [
    'maxLatency',
    { maxLatency: 100 },
    resultOf({ content: [] }, 100.5),
    'failed',
    'the answer took 101 ms, expected at most 100 ms',
  ],
  ['maxLatency', { protocolError: {}, maxLatency: 1 }, refusal, 'failed', 'took 7 ms'],

  ['answer', {}, resultOf({}), 'failed', 'not well formed: content should be a list of blocks, it is missing'],
  ['answer', {}, resultOf({ content: 'hello' }), 'failed', 'content should be a list of blocks, found "hello"'],
  [
    'answer',
    {},
    resultOf({ content: [text('a'), null] }),
    'failed',
    'content[1] should be an object with a string `type`, found null',
  ],
  ['answer', {}, resultOf({ content: [{ type: 7 }] }), 'failed', 'found {"type":7}'],
  ['answer', {}, resultOf({ content: [{ type: 'text' }] }), 'failed', 'a text block with a string `text`'],
  ['answer', {}, resultOf({ resultType: 'input_required' }), 'failed', 'the server asks for input'],
  [
    'answer',
    { contains: ['x'] },
    { kind: 'timeout', timeoutMs: 2000, durationMs: 2013.4 },
    'failed',
    'there was no answer within 2000 ms',
  ],
  [
    'answer',
    {},
    { kind: 'closed', reason: 'the server ended with exit code 1', durationMs: 3 },
    'failed',
    'no answer: the server ended with exit code 1',
  ],
  [
    'answer',
    {},
    { kind: 'lost', reason: 'the connection was dropped', durationMs: 3 },
    'notChecked',
    'no answer: the connection was dropped',
  ],
  ['answer', {}, { kind: 'aborted', durationMs: 3 }, 'notChecked', 'interrupted'],
];

test.each(rows)('%s %j', async (kind, expectations, outcome, state, message) => {
  const found = await line(kind, expectations, outcome);
  expect(found.message).toContain(message);
  expect(found.state).toBe(state);
});

describe('matchesOutputSchema', () => {
  const declares = (outputSchema: unknown) => toolOf({ outputSchema });
  const sum = declares({ type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] });
  const kind = 'matchesOutputSchema';

  test.each([
    ['fits', {}, structured({ sum: 5 }), sum, 'passed', 'valid by the outputSchema'],
    ['does not fit', {}, structured({ sum: '5' }), sum, 'failed', 'not valid by the outputSchema: /sum must be number'],
    ['is missing', {}, says('5'), sum, 'failed', 'structuredContent is missing, but the tool declares an outputSchema'],
    ['is null', {}, says('5', { structuredContent: null }), sum, 'failed', 'the value must be object'],
    [
      'asked of a tool without one',
      { matchesOutputSchema: true },
      says('5'),
      toolOf(),
      'failed',
      'declares no outputSchema',
    ],
    [
      'broken schema',
      {},
      structured({}),
      declares({ type: 'strnig' }),
      'failed',
      "the server's own outputSchema cannot be used: the schema cannot be used",
    ],
    ['remote schema', {}, structured({}), declares({ $ref: 'https://example.com/s' }), 'failed', 'nothing is fetched'],
    [
      'backtracking schema',
      {},
      structured({ a: `${'a'.repeat(50)}!` }),
      declares({ additionalProperties: { pattern: '^(a+)+$' } }),
      'failed',
      'did not finish in 5 s',
    ],
    [
      'a value beyond our limits',
      {},
      resultOf({ content: [], structuredContent: deep() }),
      sum,
      'notChecked',
      'nested too deeply',
    ],
    [
      'asked of an error',
      { isError: true, matchesOutputSchema: true },
      failure,
      sum,
      'failed',
      'structuredContent is missing',
    ],
  ] as const)('%s', async (_name, expectations, outcome, tool, state, message) => {
    const found = await line(kind, expectations, outcome, tool);
    expect(found.message).toContain(message);
    expect(found.state).toBe(state);
  });

  test.each([
    ['switched off', { matchesOutputSchema: false }, structured({}), sum],
    ['the tool declares none', {}, structured({}), toolOf()],
    ['the result is an error', { isError: true }, failure, sum],
    ['a protocol error', { protocolError: {} }, refusal, sum],
  ] as const)('no line where %s', async (_name, expectations, outcome, tool) => {
    const lines = await ask(expectations, outcome, tool);
    expect(lines.map((each) => each.kind)).not.toContain(kind);
  });
});

test('one line for every wish, and nothing about isError where only a protocol error is expected', async () => {
  const wishes = { contains: ['a', 'b'], matches: ['a', 'b'], jsonPath: values({ $: 'a', '$.b': 1 }) };
  const lines = await ask(wishes, says('a'));
  expect(lines.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'isError passed',
    'contains passed',
    'contains failed',
    'matches passed',
    'matches failed',
    'jsonPath failed',
    'jsonPath failed',
  ]);
  expect((await ask({ protocolError: {} }, refusal)).map(({ kind }) => kind)).toEqual(['protocolError']);
});

test('long texts are shown around the first difference', async () => {
  const common = 'x'.repeat(1000);
  const found = await line('equals', { equals: `${common}left` }, says(`${common}right`));
  expect(found.message).toContain('xxxleft", got …"');
  expect(found.message).toContain('xxxright"');
  expect(found.message).toContain('differ from character 1001 on');
  const secret = await line('notContains', { notContains: ['key'] }, says(`${common}\nkey\n${common}`));
  expect(secret.message).toMatch(/…"x+\\nkey\\nx+"…/u);
});

describe('hostile answers', () => {
  const everything: Expectations = {
    isError: false,
    protocolError: { code: 1, message: 'x' },
    contains: ['needle'],
    notContains: ['x'],
    matches: ['needle'],
    equals: { a: [1] },
    jsonPath: values({ '$..a': 1, '$.a': 2 }),
    schema: { type: 'object', required: ['a'] },
    maxLatency: 1,
  };
  const tool = toolOf({ outputSchema: { type: 'object', required: ['a'] } });

  /** What is wrong with the lines themselves; should be nothing. */
  async function unbounded(expectations: Expectations, outcome: CallOutcome): Promise<string[]> {
    const problems = [];
    for (const each of await ask(expectations, outcome, tool)) {
      if (each.message.length > 500) problems.push(`${each.kind}: ${each.message.length} characters`);
      if (!each.message.isWellFormed()) problems.push(`${each.kind}: lone surrogates`);
      if (/\p{Cc}/u.test(each.message)) problems.push(`${each.kind}: control characters`);
      if (JSON.stringify([each.expected, each.actual]).length > 60_000) problems.push(`${each.kind}: large values`);
    }
    return problems;
  }

  test.each([
    ['deep structuredContent', resultOf({ content: [], structuredContent: deep() })],
    ['deep text', says('['.repeat(100_000) + ']'.repeat(100_000))],
    ['deep content', resultOf({ content: deep() })],
    ['deep block', resultOf({ content: [deep()] })],
    ['a huge string', says('x'.repeat(20_000_000))],
    ['a huge string inside', structured({ a: 'x'.repeat(9_000_000) })],
    ['many keys', structured(Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index])))],
    ['__proto__ keys', resultOf({ content: [text('{"__proto__":1}')], ['__proto__']: { isError: true } })],
    ['lone surrogates', says('\uD800needl\uDFFF')],
    ['control characters', says('\u001B[31m\r\n::error::\u2028')],
    [
      'a long protocol error',
      { kind: 'protocolError', code: 1, message: '\u0000\n'.repeat(100_000), durationMs: 1, heard: silence },
    ],
    ['a long reason', { kind: 'closed', reason: '\uD800\n'.repeat(100_000), durationMs: 1 }],
  ] satisfies (readonly [string, CallOutcome])[])('%s', async (_name, outcome) => {
    expect(await unbounded(everything, outcome)).toEqual([]);
    expect(await unbounded({ ...everything, equals: deep() }, outcome)).toEqual([]);
  });

  test('an equal value of any depth is equal', async () => {
    const found = await line('equals', { equals: deep() }, resultOf({ content: [], structuredContent: deep() }));
    expect(found.state).toBe('passed');
    expect(found.expected).toMatch(/^\[+ … \(cut\)$/u);
  });

  test('what was cut is marked', async () => {
    const found = await line('contains', { contains: ['y'] }, says('x'.repeat(5000)));
    expect(found.actual).toBe(`${'x'.repeat(4096)} … (cut; 5000 characters in all)`);
  });

  const anyText = fc.string({ unit: 'binary' });
  const anyResult = fc.oneof(
    fc.dictionary(
      fc.constantFrom('content', 'structuredContent', 'isError', '__proto__', 'resultType'),
      fc.jsonValue(),
    ),
    fc.record({ content: fc.array(fc.record({ type: fc.constant('text'), text: anyText })) }),
    fc.record({ content: fc.constant([]), structuredContent: fc.jsonValue() }),
  );

  test('any answer to any wish comes to bounded lines', async () => {
    const wishes = fc.record(
      {
        contains: fc.array(anyText, { maxLength: 2 }),
        notContains: fc.array(anyText, { maxLength: 2 }),
        matches: fc.array(anyText, { maxLength: 2 }),
        equals: fc.jsonValue(),
        jsonPath: fc
          .dictionary(fc.oneof(anyText, fc.constantFrom('$', '$.*', '$..a')), fc.jsonValue(), { maxKeys: 2 })
          .map(values),
        schema: fc.jsonValue(),
        matchesOutputSchema: fc.boolean(),
        maxLatency: fc.integer(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(wishes, anyResult, async (expectations, result) => {
        expect(await unbounded(expectations, resultOf(result))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('a value equals its own copy and never a different one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (left, right) => {
        const same = await line('equals', { equals: { v: left } }, structured({ v: structuredClone(left) }));
        expect(same.state).toBe('passed');
        const other = await line('equals', { equals: { v: left } }, structured({ v: right }));
        const alike = canonical(left) === canonical(right);
        expect(other.state).toBe(alike ? 'passed' : 'failed');
      }),
    );
  });
});

/** JSON with sorted keys; -0 is written as 0. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`;
}
