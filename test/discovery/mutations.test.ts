import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Discovery } from '../../src/discovery/model.ts';
import { hostileText } from '../text/hostile.ts';
import { readers } from './readers.ts';
import { discovered, goServer, pythonServer, reasons, typescriptServer } from './repository.ts';

/** Nobody waits longer for one repository of a few small files; on any machine, longer is a hang. */
const hangMs = 20_000;

const deep = (depth: number, value: unknown): unknown =>
  Array.from({ length: depth }).reduce<unknown>((inner) => [inner], value);

/** What stands where something else is expected. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    2 ** 53,
    '',
    [],
    {},
    [null],
    [[]],
    { a: {} },
    'x'.repeat(5000),
    deep(150, 'x'),
    Array.from({ length: 500 }, () => 'x'),
    Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, at])),
    { constructor: 1, toString: null, hasOwnProperty: [], valueOf: 'x', length: 9 },
    JSON.parse('{"__proto__":{"polluted":true}}'),
    '__proto__',
    '../../etc/passwd',
    '/dev/zero',
    '${config.x}',
    '--',
  ),
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
);
const oddKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  '',
  '0',
  '\u202e',
  'a\nb',
  'env',
  'args',
  'command',
);

/** Where the change is made: each number picks a child, the last one what is changed in it. */
interface Change {
  readonly path: readonly number[];
  readonly how: 'replace' | 'remove' | 'rename' | 'wrap';
  readonly value: unknown;
  readonly key: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  path: fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }),
  how: fc.constantFrom('replace' as const, 'remove' as const, 'rename' as const, 'wrap' as const),
  value: odd,
  key: oddKey,
});

function changed(value: unknown, { path, ...rest }: Change): unknown {
  const [first, ...others] = path;
  if (first === undefined || typeof value !== 'object' || value === null) return madeOf(value, rest);
  const entries = Object.entries(value);
  if (entries.length === 0) return madeOf(value, rest);
  const at = first % entries.length;
  const result = entries.flatMap(([key, item], index): [string, unknown][] => {
    if (index !== at) return [[key, item]];
    if (others.length > 0) return [[key, changed(item, { path: others, ...rest })]];
    if (rest.how === 'remove') return [];
    return [[rest.how === 'rename' ? rest.key : key, madeOf(item, rest)]];
  });
  return Array.isArray(value) ? result.map(([, item]) => item) : Object.fromEntries(result);
}

function madeOf(value: unknown, { how, value: other }: Omit<Change, 'path'>): unknown {
  if (how === 'wrap') return [value];
  return how === 'replace' ? other : value;
}

/** Values of TOML that stand where a text is expected; some of them are none. */
const tomlValues = [
  '1979-05-27T07:32:00Z',
  '1979-05-27',
  '07:32:00',
  '0000-99-99',
  'inf',
  '-nan',
  '0xdeadbeef',
  '9223372036854775807',
  '1e400',
  'true',
  '[]',
  '[1979-05-27, "x"]',
  '{ __proto__ = { polluted = true } }',
  '{}',
  "'''\nx\n'''",
  '"\\u0000"',
  '[[[[[[]]]]]]',
];

function changedToml(text: string, { path, value, key, how }: Change): string {
  const lines = text.split('\n');
  const at = (path[0] ?? 0) % lines.length;
  const line = lines[at] ?? '';
  const other = tomlValues[(path[1] ?? 0) % tomlValues.length] ?? '';
  const made = {
    replace: line.replace(/=.*/, () => `= ${other}`),
    remove: '',
    rename: line.replace(/^[^=]*/, () => `${JSON.stringify(key)} `),
    wrap: line.replace(/=.*/, () => `= [${JSON.stringify(JSON.stringify(value)).replaceAll(/\\ud[89a-f]../g, '')}]`),
  };
  return lines.with(at, made[how]).join('\n');
}

/** A text of the same format, with other things in it than its readers expect. */
function mutated(path: string, text: string): fc.Arbitrary<string> {
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  if (path.endsWith('.json')) {
    return changes.map((all) => JSON.stringify(all.reduce(changed, JSON.parse(text) as unknown)) ?? 'null');
  }
  if (path.endsWith('.yaml')) return changes.map((all) => stringify(all.reduce(changed, parse(text) as unknown)));
  if (path.endsWith('.toml')) return changes.map((all) => all.reduce(changedToml, text));
  return fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(20), hostileText), { minLength: 1, maxLength: 4 })
    .map((all) =>
      all.reduce((rest, [at, length, inserted]) => rest.slice(0, at) + inserted + rest.slice(at + length), text),
    );
}

/** What is wrong with what discovery says: nothing, whatever it was given. */
function faultsOf(found: Discovery): string[] {
  const sentences = [...found.leftOut.map(({ why }) => why), ...found.findings.map(({ message }) => message)];
  const places = [
    ...found.servers.flatMap(({ declaredIn }) => declaredIn),
    ...found.findings.map(({ place }) => place),
  ];
  return [
    ...sentences.filter((sentence) => /[\n\r\0]/.test(sentence) || sentence.length > 2000),
    ...places.filter(({ line, column }) => !(line >= 1 && column >= 1)).map((place) => JSON.stringify(place)),
    ...found.servers.filter(({ name }) => !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)).map(({ name }) => name),
    ...found.servers
      .flatMap(({ command }) => command)
      .filter((word) => typeof word !== 'string' || /[\n\r\0]/.test(word)),
    ...('polluted' in {} ? ['the prototype of everything was changed'] : []),
  ];
}

async function timed<T>(what: () => T | Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await what();
  expect(performance.now() - started).toBeLessThan(hangMs);
  return result;
}

describe.each(Object.entries(readers))('%s with other things in it', (_, [read, path, valid]) => {
  it('is read without a throw, and discovery says nothing that is not sound', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(path, valid), async (text) => {
        await timed(() => read({ path, text }));
        const beside = { 'server.py': pythonServer, 'src/index.ts': typescriptServer, 'main.go': goServer };
        expect(faultsOf(await timed(() => discovered({ ...beside, [path]: text })))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('several manifests that contradict each other', () => {
  it('are told apart without a throw', async () => {
    const some = Object.values(readers).map(([, path, valid]) =>
      fc.option(mutated(path, valid).map((text) => [path, text])),
    );
    const files = fc
      .tuple(...some)
      .map((all) => Object.fromEntries(all.filter((one) => one !== null)) as Record<string, string>);
    await fc.assert(
      fc.asyncProperty(files, fc.boolean(), async (manifests, served) => {
        const sources = served ? { 'server.py': pythonServer, 'a.js': typescriptServer, 'main.go': goServer } : {};
        expect(faultsOf(await timed(() => discovered({ ...manifests, ...sources })))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a bomb', () => {
  const billion = [
    'a: &a0 [x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 12 }, (_, at) => `b${at}: &a${at + 1} [${`*a${at}, `.repeat(9)}]`),
  ];
  it.each([
    ['aliases of aliases', 'smithery.yaml', `${billion.join('\n')}\nstartCommand: *a12\n`],
    ['an alias of itself', 'smithery.yaml', 'startCommand: &a\n  type: stdio\n  configSchema: *a\n'],
    ['merge keys', 'server.yaml', 'x: &x { name: a }\n<<: [*x, *x]\ntype: server\nrun: { <<: *x }\n'],
    ['depth', 'server.json', `{"packages":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['depth of YAML', 'smithery.yaml', `startCommand: ${'['.repeat(5000)}`],
    ['depth of TOML', 'pyproject.toml', `[project]\nname = ${'['.repeat(20_000)}`],
    ['keys of TOML', 'pyproject.toml', `[${'a.'.repeat(20_000)}b]\nc = 1\n`],
    ['numbers', 'server.json', `{"name":"a/b","version":${'9'.repeat(100_000)},"packages":[{"version":1e999}]}`],
    ['one name many times', 'package.json', `{${'"bin":{"a":"b"},'.repeat(20_000)}"name":"w"}`],
  ])('of %s takes no time and makes no throw', async (_, path, text) => {
    expect(faultsOf(await timed(() => discovered({ [path]: text, 'server.py': pythonServer })))).toEqual([]);
  });
});

describe('a manifest that cannot be read', () => {
  it.each([
    ['server.json', '{"name": '],
    ['server.json', '\u0000\u0001\u0002'],
    ['fastmcp.json', '[1, 2'],
    ['gemini-extension.json', 'no JSON'],
    ['smithery.yaml', 'a: [b\n'],
    ['package.json', '{"name": "w", "bin": '],
    ['pyproject.toml', '[project\nname = "w"\n'],
    ['Cargo.toml', '[package]\nname = \n'],
    ['.mcp.json', '{"mcpServers": {'],
  ])('%s is left out, and it is said why', async (path, text) => {
    const found = await discovered({ [path]: text });
    expect(found.servers).toEqual([]);
    expect([...Object.values(reasons(found)), ...found.findings.map(({ message }) => message)].join()).toMatch(
      /not valid|cannot be read/,
    );
  });
});
