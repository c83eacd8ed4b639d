import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { judge } from '../../src/cases/judge.ts';
import { sessionRequest } from '../../src/cases/request.ts';
import { createSchemaValidator } from '../../src/cases/schema-validator.ts';
import type { Expectations, StepRequest } from '../../src/config/model.ts';
import { refusal, resultOf, text, values } from './fixtures.ts';
import { lineOf, nowhere } from './judging.ts';

const validator = createSchemaValidator();
afterAll(() => validator.close());

const requests = {
  tool: { kind: 'tool', name: 'echo', args: { a: 1 } },
  prompt: { kind: 'prompt', name: 'greet', args: { name: 'Ada' } },
  resource: { kind: 'resource', uri: 'file:///a.json' },
  complete: { kind: 'complete', ref: { prompt: 'greet' }, argument: { name: 'name', value: 'A' }, context: {} },
  tools: { kind: 'list', list: 'tools' },
  templates: { kind: 'list', list: 'resourceTemplates' },
} as const satisfies Record<string, StepRequest>;

const answers = {
  tool: resultOf({ content: [text('two'), { type: 'image', data: 'AA', mimeType: 'image/png' }] }),
  prompt: resultOf({
    description: 'not looked at',
    messages: [
      { role: 'user', content: text('Hello Ada') },
      { role: 'assistant', content: { type: 'resource', resource: { uri: 'a:b', text: 'inside' } } },
    ],
  }),
  resource: resultOf({
    contents: [
      { uri: 'file:///a.json', text: '{"n":', mimeType: 'application/json; charset=utf-8' },
      { uri: 'file:///b', text: '[1,2]}' },
    ],
  }),
  complete: resultOf({ completion: { values: ['Ada', 'Alan'], total: 2, hasMore: false } }),
  tools: resultOf({ tools: [{ name: 'echo', inputSchema: {} }, { name: 'get-sum' }] }),
  templates: resultOf({ resourceTemplates: [{ name: 'file', uriTemplate: 'file:///{path}' }] }),
};

type Kind = keyof typeof requests;
type Row = readonly [request: Kind, wanted: Expectations, kind: string, state: string, message: string];

const rows: readonly Row[] = [
  ['prompt', {}, 'isError', 'passed', 'the answer is a result'],
  ['prompt', { contains: ['Ada\ninside'] }, 'contains', 'passed', ''],
  ['prompt', { notContains: ['not looked at'] }, 'notContains', 'passed', ''],
  ['prompt', { equals: 'Hello Ada\ninside' }, 'equals', 'passed', 'the text equals'],
  ['prompt', { jsonPath: values({ '$.messages[0].role': 'user' }) }, 'jsonPath', 'passed', 'in the result'],
  ['prompt', { minItems: 3 }, 'minItems', 'failed', '2 items in the messages, expected at least 3'],
  ['prompt', { contentTypes: ['text', 'resource'] }, 'contentTypes', 'passed', ''],
  ['prompt', { notEmpty: true }, 'notEmpty', 'passed', ''],

  ['resource', { contains: ['{"n":\n[1,2]}'] }, 'contains', 'passed', ''],
  ['resource', { equals: { n: [1, 2] } }, 'equals', 'passed', 'the text read as JSON'],
  ['resource', { jsonPath: values({ '$.n[1]': 2 }) }, 'jsonPath', 'passed', 'the text read as JSON'],
  ['resource', { maxItems: 1 }, 'maxItems', 'failed', '2 items in "n" in the text read as JSON, expected at most 1'],
  ['resource', { contentTypes: ['text', 'text'] }, 'contentTypes', 'passed', ''],
  ['resource', { contentTypes: ['application/json', 'text'] }, 'contentTypes', 'passed', ''],
  [
    'resource',
    { contentTypes: ['text/html', 'text'] },
    'contentTypes',
    'failed',
    'it is ["application/json; charset=utf-8"',
  ],
  ['resource', { isError: true }, 'isError', 'failed', 'only the result of a tool can have isError: true'],
  ['resource', { matchesOutputSchema: true }, 'matchesOutputSchema', 'failed', 'declares no outputSchema'],

  ['complete', { equals: ['Ada', 'Alan'] }, 'equals', 'passed', 'completion.values equals'],
  ['complete', { contains: ['Ada\nAlan'] }, 'contains', 'passed', ''],
  ['complete', { jsonPath: values({ '$[0]': 'Ada' }) }, 'jsonPath', 'passed', 'in completion.values'],
  ['complete', { minItems: 2 }, 'minItems', 'passed', '2 items in completion.values'],
  ['complete', { contentTypes: ['text'] }, 'contentTypes', 'failed', 'the answer to `complete` has no content'],

  ['tools', { contains: ['get-sum'] }, 'contains', 'passed', ''],
  ['tools', { equals: 'echo\nget-sum' }, 'equals', 'passed', 'the text equals'],
  ['tools', { jsonPath: values({ '$[*].name': ['echo', 'get-sum'] }) }, 'jsonPath', 'passed', 'in the list'],
  ['tools', { minItems: 3 }, 'minItems', 'failed', '2 items in the list'],
  ['tools', { notEmpty: false }, 'notEmpty', 'failed', 'expected an empty answer'],
  ['templates', { contains: ['file:///{path}'] }, 'contains', 'passed', ''],
];

test.each(rows)('%s %j', async (name, wanted, kind, state, message) => {
  const found = await lineOf(kind, wanted, answers[name], nowhere(validator), requests[name]);
  expect(found.message).toContain(message);
  expect(found.state).toBe(state);
});

describe('a malformed result', () => {
  test.each([
    ['prompt', { messages: {} }, 'messages should be a list of messages, found {}'],
    [
      'prompt',
      { messages: [{ role: 'system', content: text('a') }] },
      'messages[0].role should be `user` or `assistant`',
    ],
    ['prompt', { messages: [{ role: 'user', content: [text('a')] }] }, 'messages[0].content should be an object'],
    ['resource', { contents: [{ text: 'a' }] }, 'contents[0] should be an object with a string `uri`'],
    ['resource', { contents: [{ uri: 'a:b' }] }, 'contents[0] should be contents with a string `text` or `blob`'],
    ['complete', {}, 'completion should be an object with `values`, it is missing'],
    ['complete', { completion: { values: ['a', 1] } }, 'completion.values[1] should be a text, found 1'],
    ['tools', { tools: ['echo'] }, 'tools[0] should be an object, found "echo"'],
    ['templates', { tools: [] }, 'resourceTemplates should be a list of objects, it is missing'],
  ] as const)('of %s %j fails as `answer`', async (name, result, message) => {
    const found = await lineOf('answer', {}, resultOf(result), nowhere(validator), requests[name]);
    expect(found).toMatchObject({ state: 'failed', message: expect.stringContaining(message) });
  });

  test('of any kind never throws, whatever is asked', async () => {
    const names = fc.constantFrom<Kind>('tool', 'prompt', 'resource', 'complete', 'tools', 'templates');
    const keys = fc.constantFrom('content', 'messages', 'contents', 'completion', 'tools', 'resourceTemplates');
    const wanted: Expectations = {
      contains: ['a'],
      equals: [],
      jsonPath: {
        '$.a': { kind: 'matchers', matchers: { exists: true, type: 'string', contains: ['a'], atLeast: 1 } },
      },
      notEmpty: true,
      minItems: 1,
      maxItems: 1,
      contentTypes: ['text'],
      maxBytes: 1,
      progress: { min: 1 },
      logs: { level: 'info', contains: ['x'] },
    };
    await fc.assert(
      fc.asyncProperty(names, fc.dictionary(keys, fc.jsonValue()), async (name, result) => {
        const judged = { request: requests[name], expect: wanted, outcome: resultOf(result) };
        const { lines } = await judge(judged, nowhere(validator));
        expect(lines.filter(({ message }) => message.length > 500)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

test.each(['prompt', 'resource', 'complete', 'tools'] as const)(
  'a protocol error is the failure of %s',
  async (name) => {
    const found = await lineOf('isError', {}, refusal, nowhere(validator), requests[name]);
    expect(found).toMatchObject({ state: 'failed', message: expect.stringContaining('the protocol error -32602') });
    const wanted = await lineOf(
      'protocolError',
      { protocolError: { code: -32602 } },
      refusal,
      nowhere(validator),
      requests[name],
    );
    expect(wanted.state).toBe('passed');
  },
);

test('requests go out as the protocol has them', () => {
  expect(sessionRequest(requests.tool)).toEqual({
    method: 'tools/call',
    params: { name: 'echo', arguments: { a: 1 } },
  });
  expect(sessionRequest(requests.prompt)).toEqual({
    method: 'prompts/get',
    params: { name: 'greet', arguments: { name: 'Ada' } },
  });
  expect(sessionRequest(requests.resource)).toEqual({ method: 'resources/read', params: { uri: 'file:///a.json' } });
  expect(sessionRequest(requests.complete)).toEqual({
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'name', value: 'A' } },
  });
  const variable = { ...requests.complete, ref: { resource: 'file:///{path}' }, context: { lang: 'en' } };
  expect(sessionRequest(variable)).toEqual({
    method: 'completion/complete',
    params: {
      ref: { type: 'ref/resource', uri: 'file:///{path}' },
      argument: { name: 'name', value: 'A' },
      context: { arguments: { lang: 'en' } },
    },
  });
  expect(sessionRequest(requests.tools)).toEqual({ method: 'list', list: 'tools' });
});
