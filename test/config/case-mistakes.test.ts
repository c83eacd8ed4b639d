import { describe, expect, test } from 'vitest';
import { marked, one, problemsOf } from './workspace.ts';

type Row = readonly [entry: string, words: readonly string[]];

const head = `version: 1
servers:
  one: { source: npm:one }
  working: { source: npm:two, work: { at: /work } }
cases:
`;

/** What is wrong with a case that has these keys beside `id` and `server`; `▸` stands where the problem is to be. */
async function check(entry: string, server = 'one') {
  const { text, place } = marked(`${head}  - { id: a, server: ${server}, ${entry} }
`);
  return { place, problems: await problemsOf(text) };
}

describe('what a case asks', () => {
  test.each<Row>([
    ['tool: t, ▸prompt: p', ['one request asks one thing', '`tool`', '`steps`']],
    ['steps: ▸[]', ['empty']],
    ['▸tool: t, steps: [{ tool: t }]', ['a single request or has `steps`']],
    ['▸expect: {}, steps: [{ tool: t }]', ['move this into one of them']],
    ['▸timeout: 3s, steps: [{ tool: t }]', ['move this into one of them']],
    ['steps: ▸t', ['a list of steps']],
    ['steps: [▸t]', ['a mapping']],
    ['steps: [▸{}]', ['the step asks nothing', '`resource`']],
    ['steps: [{ ▸tol: t }]', ['did you mean `tool`']],
    ['steps: [{ tool: t, ▸id: x }]', ['a step is named by `name`']],
    ['steps: [{ tool: t, ▸tags: [x] }]', ['belongs to the case']],
    ['steps: [{ name: x, tool: t }, { name: ▸x, tool: t }]', ['already has a step "x"']],
    ['setup: [{ tool: t }], tool: t, teardown: [{ tool: t, name: ▸"setup[0]" }]', ['already has a step']],
    ['setup: ▸[], tool: t', ['empty']],
    ['teardown: [{ tool: t, args: ▸3 }], tool: t', ['a mapping with the arguments']],
    [`steps: ▸[${'{ tool: t }, '.repeat(201)}]`, ['at most 200 steps']],
    ['prompt: ▸3', ["the name of one of the server's prompts"]],
    ['prompt: p, args: { a: ▸3 }', ['are texts', 'quotes', 'number 3']],
    ['resource: r, ▸args: {}', ['only a tool or a prompt takes arguments']],
    ['resource: ▸""', ['a URI', 'empty']],
    ['list: ▸tool', ['did you mean `tools`']],
    ['list: ▸templates', ['`tools`, `prompts`, `resources` or `resourceTemplates`']],
    ['complete: ▸x', ['a mapping']],
    ['▸complete: { argument: a }', ['one of `prompt` and `resource`']],
    ['▸complete: { prompt: p, resource: r, argument: a }', ['one of `prompt` and `resource`']],
    ['▸complete: { prompt: p }', ['`cases[0].complete.argument`', 'missing']],
    ['complete: { prompt: p, argument: a, value: ▸1 }', ['a text']],
    ['complete: { prompt: p, argument: a, context: { x: ▸1 } }', ['quotes', 'number 1']],
    ['tool: ▸"{{x}}"', ['not put into names']],
  ])('%s', async (entry, words) => {
    const { problems, place } = await check(entry);
    expect(problems).toEqual(one(place, words));
  });
});

describe('controls of a case', () => {
  test.each<Row>([
    ['tool: t, repeat: ▸0', ['from 1 to 1000']],
    ['tool: t, repeat: ▸often', ['a whole number of times, or `{ times, passRate }`']],
    ['tool: t, repeat: { times: ▸1.5 }', ['a whole number of times']],
    ['tool: t, ▸repeat: { passRate: 1 }', ['`cases[0].repeat.times`', 'missing']],
    ['tool: t, repeat: { times: 5, passRate: ▸90 }', ['from 0.01 to 1']],
    ['tool: t, repeat: { times: 5, passRate: ▸0 }', ['from 0.01 to 1']],
    ['tool: t, fresh: ▸1', ['`true` or `false`']],
    ['tool: t, ▸client: {}', ['one of `elicitation`, `sampling` and `roots`']],
    ['tool: t, client: { ▸roles: [] }', ['did you mean `roots`']],
    ['tool: t, client: { elicitation: { action: ▸acept } }', ['did you mean `accept`']],
    [
      'tool: t, client: { elicitation: [{ action: accept }, { action: decline, ▸content: {} }] }',
      ['the action is "decline"'],
    ],
    ['tool: t, client: { elicitation: { action: cancel, ▸content: {} } }', ['the action is "cancel"']],
    ['tool: t, client: { elicitation: ▸yes }', ['`{ action, content }`, or a list']],
    ['tool: t, client: { ▸sampling: { model: x } }', ['`cases[0].client.sampling.text`', 'missing']],
    ['tool: t, client: { roots: { uri: ▸/work } }', ['begins with `file://`']],
    ['tool: t, capture: { ▸"a b": $.x }', ['not a name that `{{name}}` can stand for']],
    ['tool: t, capture: { a: ▸x }', ['not a JSONPath']],
    ['tool: t, capture: ▸$.x', ['a mapping from names to JSONPaths']],
  ])('%s', async (entry, words) => {
    const { problems, place } = await check(entry);
    expect(problems).toEqual(one(place, words));
  });
});

describe('captured values', () => {
  test.each<Row>([
    ['tool: t, args: { a: ▸"{{id}}" }', ['no earlier step', '"id"', '`\\{{id}}`']],
    ['tool: t, args: { a: [{ b: ▸"x {{id}} y" }] }', ['"id"']],
    ['tool: t, capture: { id: $.id }, expect: { contains: ▸"{{id}}" }', ['no earlier step']],
    ['steps: [{ resource: ▸"a://{{id}}" }, { tool: t, capture: { id: $.id } }]', ['no earlier step']],
    ['steps: [{ tool: t, capture: { id: $.id } }, { resource: ▸"a://{{ids}}" }]', ['did you mean `id`']],
    ['setup: [{ tool: t, capture: { id: $.id } }], prompt: p, args: { a: ▸"{{name}}" }', ['"name"', 'there is `id`']],
    ['complete: { prompt: p, argument: a, value: ▸"{{x}}" }', ['"x"']],
    ...['contains: [a, ▸"{{x}}"]', 'notContains: ▸"{{x}}"', 'equals: { a: [▸"{{x}}"] }', 'matches: ▸"^{{x}}$"'].map(
      (wish): Row => [`tool: t, expect: { ${wish} }`, ['"x"']],
    ),
    ['tool: t, expect: { protocolError: { message: ▸"{{x}}" } }', ['"x"']],
    ['tool: t, expect: { logs: { contains: ▸"{{x}}" } }', ['"x"']],
    ['tool: t, expect: { jsonPath: { $.a: ▸"{{x}}" } }', ['"x"']],
    ['tool: t, expect: { jsonPath: { $.a: { b: ▸"{{x}}" } } }', ['"x"']],
    ['tool: t, expect: { jsonPath: { $.a: { contains: ▸"{{x}}" } } }', ['"x"']],
  ])('%s', async (entry, words) => {
    const { problems, place } = await check(entry);
    expect(problems).toEqual(one(place, words));
  });

  test('are known in later steps, from setup to teardown; other braces are braces', async () => {
    const text = `${head}
  - id: a
    server: working
    setup: [{ tool: t, capture: { id: $.id, other_name-2: '$.a[0]' } }]
    steps:
      - { tool: t, args: { a: '{{id}}', b: ['x {{other_name-2}}'] }, capture: { x: $ } }
      - { resource: 'a://{{x}}', expect: { matches: '^{{id}}+$', jsonPath: { $.a: { equals: '{{x}}' }, $.b: { c: '{{x}}' } } } }
    teardown:
      - { tool: t, args: { a: '{{id}}{{x}}' }, expect: { files: { a.txt: { equals: '{{id}}' } } } }
  - id: b
    server: one
    tool: render
    args: { a: '{{ user.name }}', b: '{{#if}}', c: '\\{{id}}', d: '{{1}}', e: '{{a b}}', '{{key}}': 1 }
    expect: { schema: { const: '{{id}}' } }
`;
    expect(await problemsOf(text)).toEqual([]);
  });
});

describe('expectations', () => {
  const notEmpty = ['exists: true', 'type: string', 'atLeast: 1', 'atMost: 1'];
  test.each<Row>([
    ['▸not_contains: x', ['written `notContains` here']],
    ['▸json_path: {}', ['written `jsonPath` here']],
    ['▸max_latency_ms: 5', ['written `maxLatency: 2s` here']],
    ['▸is_error: true', ['written `isError: true` here']],
    ['▸matches_regex: x', ['written `matches` here']],
    ['▸min_results: 1', ['written `minItems` here']],
    ['▸not_error: true', ['written `isError: false` here']],
    ['▸success: true', ['written `isError: false` here']],
    ['▸timeout: 3s', ['belongs beside `expect`']],
    ...notEmpty.map((wish): Row => [`▸${wish}`, ['a matcher', '`jsonPath`']]),
    ['notEmpty: ▸1', ['`true` or `false`']],
    ['minItems: ▸-1', ['from 0 to 1000000']],
    ['maxItems: ▸1.5', ['whole number']],
    ['▸minItems: 3, maxItems: 2', ['`minItems: 3` and `maxItems: 2` cannot both hold']],
    ['▸notEmpty: true, maxItems: 0', ['cannot both hold']],
    ['▸notEmpty: false, minItems: 1', ['cannot both hold']],
    ['contains: [a, b], ▸notContains: b', ['"b" is also what `contains` asks for']],
    ['contentTypes: ▸txt', ['`text`, `image`', 'MIME type', 'did you mean `text`']],
    ['contentTypes: [text, ▸3]', ['number 3']],
    ['maxBytes: ▸0', ['at least `1`']],
    ['maxBytes: ▸1M', ['write the unit as `Mi`']],
    ['snapshot: ▸false', ['`true`, or `{ ignore: [JSONPath] }`', 'leave it out']],
    ['snapshot: { ignore: [], ▸ignor: [] }', ['did you mean `ignore`']],
    ['snapshot: { ignore: [▸x] }', ['not a JSONPath']],
    ['snapshot: { ignore: ▸$.x }', ['a list of JSONPaths']],
    ['progress: ▸1', ['a mapping']],
    ['progress: { min: ▸0 }', ['from 1']],
    ['logs: { level: ▸warn }', ['`debug`, `info`, `notice`, `warning`']],
    ['logs: { min: ▸0 }', ['from 1']],
    ['logs: { ▸message: x }', ['"message"', '`contains`']],
    ['protocolError: {}, ▸contains: x', ['both together cannot hold']],
    ['protocolError: {}, ▸isError: true', ['both together cannot hold']],
    ['jsonPath: { $.a: ▸{ contains: x, foo: 1 } }', ['(`contains`)', '(`foo`)', '`equals: {…}`']],
    ['jsonPath: { $.a: ▸{ type: text, text: hi } }', ['(`type`)', '(`text`)', '`equals: {…}`']],
    ['jsonPath: { $.a: { type: ▸text } }', ['`string`, `number`']],
    ['jsonPath: { $.a: { matches: ▸"(" } }', ['regular expression']],
    ['jsonPath: { $.a: { schema: { type: ▸objct } } }', ['JSON Schema']],
    ['jsonPath: { $.a: { contains: ▸3 } }', ['a text, or a list of them']],
    ['jsonPath: { $.a: { ▸exists: false, equals: 1 } }', ['cannot fulfil `equals`']],
    ['jsonPath: { $.a: { ▸atLeast: 3, atMost: 2 } }', ['cannot both hold']],
    ['jsonPath: { $.a: { ▸minItems: 3, maxItems: 2 } }', ['cannot both hold']],
    ['jsonPath: { $.a: { atLeast: ▸"3" } }', ['a number', '"3"']],
    ['▸files: { a.txt: { exists: true } }', ['"one" has no work folder', '`work: { at: /work }`']],
  ])('%s', async (wish, words) => {
    const { problems, place } = await check(`tool: t, expect: { ${wish} }`);
    expect(problems).toEqual(one(place, words));
  });

  test.each<Row>([
    ['/work/a.txt: { exists: true }', ['absolute', 'relative to the work folder']],
    ['../a.txt: { exists: true }', ['out of the work folder']],
    ['a/../../b: { exists: true }', ['out of the work folder']],
    ['./a.txt: { exists: true }', ['not a plain path']],
    ['a//b: { exists: true }', ['not a plain path']],
    ['"": { exists: true }', ['empty']],
    ['"a\\n": { exists: true }', ['control']],
    ['"{{id}}.txt": { exists: true }', ['not put into paths']],
  ])('files: { %s }', async (wish, words) => {
    const { problems, place } = await check(`tool: t, expect: { files: { ▸${wish} } }`, 'working');
    expect(problems).toEqual(one(place, words));
  });

  test.each<Row>([
    ['a.txt: ▸yes', ['a mapping']],
    ['a.txt: { ▸exist: true }', ['did you mean `exists`']],
    ['a.txt: { equals: ▸3 }', ['a text']],
    ['a.txt: { matches: ▸"[z-a]" }', ['regular expression']],
    ['a.txt: { ▸exists: false, contains: x }', ['cannot fulfil `contains`']],
    ['▸a.txt: {}', ['says nothing']],
  ])('files: { %s }', async (wish, words) => {
    const { problems, place } = await check(`tool: t, expect: { files: { ${wish} } }`, 'working');
    expect(problems).toEqual(one(place, words));
  });

  test.each<Row>([
    ['resource: r, expect: { ▸isError: true }', ['only tools answer with `isError`', '`protocolError: {}`']],
    ['list: tools, expect: { ▸isError: true }', ['only tools']],
    ['prompt: p, expect: { ▸matchesOutputSchema: true }', ['only tools declare an output schema', '`schema`']],
    ['complete: { prompt: p, argument: a }, expect: { ▸contentTypes: text }', ['no content blocks']],
    ['list: tools, expect: { ▸contentTypes: text }', ['no content blocks']],
    ['tool: t, ▸capture: { a: $ }, expect: { protocolError: {} }', ['both together cannot hold']],
    ['tool: t, ▸contains: x', ['it belongs under `expect`']],
    ['tool: t, ▸snapshot: true', ['it belongs under `expect`']],
    ['steps: [{ tool: t, ▸maxLatency: 2s }]', ['it belongs under `expect`']],
    ['tool: t, ▸not_contains: x', ['written `notContains`, under `expect`']],
    ['tool: t, ▸params: {}', ['written `args`']],
    ['tool: t, ▸input: {}', ['written `args`']],
    ['▸call: t', ['written `tool`']],
    ['tool: t, ▸assert: {}', ['written `expect`']],
    ['tool: t, ▸name: x', ['named by `id`']],
  ])('%s', async (entry, words) => {
    const { problems, place } = await check(entry);
    expect(problems).toEqual(one(place, words));
  });
});
