import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Filler } from '../../src/cases/template.ts';

const captured = new Map<string, unknown>([
  ['id', 42],
  ['name', 'Ada'],
  ['list', [1, { a: 2 }]],
  ['none', null],
  ['dots', 'a.b*'],
  ['nested', '{{id}}'],
]);

test.each([
  ['{{id}}', 42],
  ['{{list}}', [1, { a: 2 }]],
  ['{{none}}', null],
  ['is {{id}}', 'is 42'],
  ['{{id}}{{name}}', '42Ada'],
  ['in {{list}}', 'in [1,{"a":2}]'],
  ['{{nested}}', '{{id}}'],
  ['x{{nested}}', 'x{{id}}'],
  [String.raw`\{{id}}`, '{{id}}'],
  [String.raw`\\{{id}}`, String.raw`\42`],
  [String.raw`\\\{{id}}`, String.raw`\{{id}}`],
  ['{{ id }}', '{{ id }}'],
  ['{{1d}}', '{{1d}}'],
  ['{id} {{}} {{{', '{id} {{}} {{{'],
  ['{{{id}}}', '{42}'],
  [
    { deep: ['{{id}}', { more: '{{name}}!' }], '{{id}}': 1 },
    { deep: [42, { more: 'Ada!' }], '{{id}}': 1 },
  ],
  [7, 7],
])('%j becomes %j', (template, value) => {
  const filler = new Filler(captured);
  expect(filler.value(template)).toEqual(value);
  expect(filler.missing).toEqual([]);
});

test('names that stand for nothing are noted, each once', () => {
  const filler = new Filler(captured);
  filler.value({ a: '{{nope}} {{id}} {{nope}}', b: '{{other}}' });
  expect(filler.missing).toEqual(['nope', 'other']);
});

test('each kind of request is filled where it may be', () => {
  const filler = new Filler(captured);
  const prompt = { kind: 'prompt', name: '{{name}}', args: { who: '{{id}}' } } as const;
  expect(filler.request(prompt)).toEqual({ kind: 'prompt', name: '{{name}}', args: { who: '42' } });
  expect(filler.request({ kind: 'resource', uri: 'a://{{id}}' })).toEqual({ kind: 'resource', uri: 'a://42' });
  const complete = {
    kind: 'complete',
    ref: { resource: 'a://{{id}}/{x}' },
    argument: { name: 'x', value: '{{name}}' },
    context: { y: '{{id}}' },
  } as const;
  expect(filler.request(complete)).toEqual({
    kind: 'complete',
    ref: { resource: 'a://42/{x}' },
    argument: { name: 'x', value: 'Ada' },
    context: { y: '42' },
  });
  const list = { kind: 'list', list: 'tools' } as const;
  expect(filler.request(list)).toEqual(list);
});

test('expectations are filled where they are texts, and to the letter in patterns', () => {
  const filler = new Filler(captured);
  const schema = { const: '{{id}}' };
  expect(
    filler.expectations({
      isError: true,
      protocolError: { code: 1, message: 'no {{name}}' },
      contains: ['{{id}}'],
      notContains: ['{{name}}'],
      matches: ['^{{dots}}$'],
      equals: { id: '{{id}}' },
      jsonPath: {
        '$.id': { kind: 'value', value: '{{id}}' },
        '$.{{id}}': { kind: 'matchers', matchers: { equals: '{{id}}', contains: ['{{id}}'], atLeast: 1 } },
        '$.m': { kind: 'matchers', matchers: { exists: false } },
      },
      schema,
      files: { '{{id}}': { equals: '{{id}}', contains: ['{{name}}'] }, b: { exists: false } },
      logs: { min: 2, contains: ['{{name}}'] },
      snapshot: { key: '{{id}}', ignore: [] },
    }),
  ).toEqual({
    isError: true,
    protocolError: { code: 1, message: 'no Ada' },
    contains: ['42'],
    notContains: ['Ada'],
    matches: [`^${RegExp.escape('a.b*')}$`],
    equals: { id: 42 },
    jsonPath: {
      '$.id': { kind: 'value', value: 42 },
      '$.{{id}}': { kind: 'matchers', matchers: { equals: 42, contains: ['42'], atLeast: 1 } },
      '$.m': { kind: 'matchers', matchers: { exists: false } },
    },
    schema,
    files: { '{{id}}': { equals: '42', contains: ['Ada'] }, b: { exists: false } },
    logs: { min: 2, contains: ['Ada'] },
    snapshot: { key: '{{id}}', ignore: [] },
  });
  expect(filler.expectations({})).toEqual({});
  expect(new RegExp(filler.expectations({ matches: ['^{{dots}}$'] }).matches?.[0] ?? '', 'u').test('a.b*')).toBe(true);
});

test('what a server sends is never read as a template, and any text can be written', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (said, around) => {
      const filler = new Filler(new Map([['x', said]]));
      expect(filler.value('{{x}}')).toBe(said);
      const plain = around.replaceAll(/[\\{}]/gu, '');
      expect(filler.text(`${plain}{{x}}${plain}`)).toBe(`${plain}${said}${plain}`);
      expect(filler.text(String.raw`${plain}\{{x}}${plain}`)).toBe(`${plain}{{x}}${plain}`);
    }),
  );
});

test('a row of very many backslashes is read once, not from each of them', () => {
  const text = `${'\\'.repeat(100_000)}{{`;
  const started = performance.now();
  expect(new Filler(new Map()).text(text)).toBe(text);
  // It took eleven seconds; this limit is against that, not for speed.
  expect(performance.now() - started).toBeLessThan(3000);
});
