import { writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readDocument } from '../../src/config/document.ts';
import type { LoadedConfig } from '../../src/config/load.ts';
import { configFile, load, problemLines, workspaceWith } from './workspace.ts';

/** What is wrong with the problems themselves: each says something, and stands inside the file. */
function faultsOf(loaded: LoadedConfig, text: string): string[] {
  if (loaded.ok) return [];
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const faults = loaded.problems.filter(({ message, location }) => {
    if (!/\w/.test(message) || /\n|undefined|\[object/.test(message)) return true;
    if (location === null) return false;
    const width = lines[location.line - 1]?.length ?? -1;
    return location.file !== configFile || location.column < 1 || location.column > width + 1;
  });
  return loaded.problems.length === 0 ? ['no problem'] : faults.map((fault) => JSON.stringify(fault));
}

test('any text ends in a configuration or in problems with places', async () => {
  const words =
    'version: 1|servers:|cases:|source: npm:x|include: "*"|  |- |: |{|}|[|]|,|&a |*a|!!x |"|\'|>|#|? |---|%YAML 1.1|<<: ';
  const piece = fc.constantFrom(...words.split('|'), '|', '\n', '\n', '\n', '\t', '\r', '\uFEFF', '\0');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.array(piece, { maxLength: 20 }).map((parts) => `version: 1\nservers:\n  a:\n    ${parts.join('')}`),
  );
  const workspace = workspaceWith({ [configFile]: '' });
  await fc.assert(
    fc.asyncProperty(text, async (given) => {
      const encoded = Buffer.from(given, 'utf8');
      writeFileSync(`${workspace}/${configFile}`, encoded);
      expect(faultsOf(await load(workspace), encoded.toString('utf8'))).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test('any values under the known keys end in a configuration or in problems with places', async () => {
  const words =
    'version defaults servers cases gate repositories source args command env work mounts from at resources timeouts ' +
    'retries id tool server expect include schema jsonPath matches secret otherwise network toString constructor $ref ' +
    'transport http port path protocol services image ready tcp log auth bearer headers health interval allowInsecure ' +
    'prompt resource complete argument list steps setup teardown repeat passRate client elicitation action content ' +
    'sampling text roots uri capture files snapshot ignore exists contains minItems maxItems logs level contentTypes';
  const keys = words.split(' ');
  const { tree } = fc.letrec<{ tree: unknown; leaf: unknown; map: unknown; list: unknown }>((tie) => ({
    leaf: fc.oneof(
      fc.constantFrom<unknown>(
        1,
        null,
        true,
        'npm:x',
        '.',
        '30s',
        '512Mi',
        'a',
        '/work',
        '..',
        '*.yml',
        'host',
        'none',
        '$.a',
        'oci:x:1',
        'https://x.example/mcp',
        'http://x.example/mcp',
        '{{a}}',
        'stdio',
      ),
      fc.string(),
      fc.double(),
    ),
    map: fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 6 }),
    list: fc.array(tie('tree'), { maxLength: 4 }),
    tree: fc.oneof({ maxDepth: 6 }, tie('leaf'), tie('map'), tie('list')),
  }));
  const workspace = workspaceWith({ [configFile]: '' });
  const config = fc.record(
    { version: fc.constant(1), servers: tree, cases: tree, gate: tree },
    { requiredKeys: ['version'] },
  );
  await fc.assert(
    fc.asyncProperty(config, async (given) => {
      const text = stringify(given, { aliasDuplicateObjects: false });
      writeFileSync(`${workspace}/${configFile}`, text);
      expect(faultsOf(await load(workspace), text)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
for (let n = 1; n < 12; n++) bomb.push(`a${n}: &a${n} [${Array.from({ length: 9 }, () => `*a${n - 1}`).join(', ')}]`);

test.each([
  ['an alias bomb', bomb.join('\n'), 'alias'],
  ['very many aliases', `[&a 1${', *a'.repeat(5000)}]`, 'aliases'],
  ['very many anchors', `[${'&a 1, *a, '.repeat(20_000)}]`, 'aliases'],
  ['deep flow lists', '['.repeat(500_000), 'nested too deeply'],
  ['deep flow mappings', '{a: '.repeat(200_000), 'nested too deeply'],
  ['deep block lists', '- '.repeat(250_000), 'nested too deeply'],
  ['deep complex keys', '? '.repeat(250_000), 'nested too deeply'],
  ['very many tokens', '- a\n'.repeat(250_000), 'too large'],
  ['very many commas', `[${','.repeat(400_000)}`, 'too large'],
  ['very many values', `[${'1,'.repeat(150_000)}]`, 'too large'],
])('%s cannot keep the reader busy', (_name, text, words) => {
  const { problems, document } = readDocument('x.yml', text);
  expect(document).toBeNull();
  expect(problems.length).toBeLessThanOrEqual(200);
  expect(problems[0]?.message).toContain(words);
});

test('very many equal keys are found in linear time', () => {
  const text = `version: 1\n${'a: 1\n'.repeat(20_000)}`;
  const { problems } = readDocument('x.yml', text);
  expect(problems[0]).toEqual({
    message: expect.stringContaining('second time'),
    location: { file: 'x.yml', line: 3, column: 1 },
  });
});

test('a schema of the user that is made to be slow is still checked', async () => {
  const nested = '{ allOf: ['.repeat(60) + '{}' + ']}'.repeat(60);
  const text = `version: 1\nservers: { a: { source: npm:a } }\ncases:\n  - { id: a, server: a, tool: t, expect: { schema: ${nested}, jsonPath: { '$[?${'('.repeat(300)}': 1 } } }\n`;
  expect(problemLines(await load(workspaceWith({ [configFile]: text })))[0]).toContain('JSONPath');
});

test.each([
  ['backslashes before a reference', `args: { a: '${'\\'.repeat(900_000)}{{' }`],
  [
    'many names, none of them captured',
    `args: { a: '${Array.from({ length: 30_000 }, (_, n) => `{{a${n}}}`).join('')}' }`,
  ],
  ['a long tag', `tags: ['${'a-'.repeat(200_000)}']`],
])('%s cannot keep the checks busy', async (_name, entry) => {
  const text = `version: 1\nservers: { a: { source: npm:a } }\ncases:\n  - { id: a, server: a, tool: t, ${entry} }\n`;
  expect(problemLines(await load(workspaceWith({ [configFile]: text }))).length).toBeLessThanOrEqual(101);
});

test('ten thousand cases in files of their own are read', async () => {
  const one = (n: number) => `  - { id: c${n}, tool: t, args: { n: ${n} }, expect: { contains: x, snapshot: true } }`;
  const files = Array.from({ length: 10 }, (_file, index) => [
    `cases/${index}.yml`,
    `server: a\ncases:\n${Array.from({ length: 1000 }, (_case, n) => one(index * 1000 + n)).join('\n')}\n`,
  ]);
  const config = 'version: 1\nservers: { a: { source: npm:a } }\ncases: [{ include: cases/*.yml }]\n';
  const loaded = await load(workspaceWith({ ...Object.fromEntries(files), [configFile]: config }));
  expect(loaded.ok ? loaded.config.servers[0]?.cases.length : problemLines(loaded)).toBe(10_000);
});

test('names of the language itself are only names', async () => {
  const text = `version: 1
servers:
  constructor: { source: npm:a, env: { toString: x, hasOwnProperty: y } }
  toString: { source: npm:b }
cases:
  - { id: constructor, server: toString, tool: valueOf, args: { constructor: 1 } }
`;
  const loaded = await load(workspaceWith({ [configFile]: text }));
  expect(loaded).toMatchObject({
    ok: true,
    config: {
      servers: [
        {
          name: 'constructor',
          env: [
            { name: 'toString', value: 'x' },
            { name: 'hasOwnProperty', value: 'y' },
          ],
          cases: [],
        },
        { name: 'toString', cases: [{ id: 'constructor', steps: [{ request: { args: { constructor: 1 } } }] }] },
      ],
    },
  });
});
