import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { configFile, load, one, problemLines, problemsOf, workspaceWith } from './workspace.ts';

/** A server with one more line, which is line 5; its value begins in column 5. */
const server = (line: string) => `version: 1\nservers:\n  one:\n    source: npm:one\n    ${line}\n`;
/** A case with one more key, on line 6; it begins in column 42. */
const caseWith = (entry: string) =>
  `version: 1\nservers:\n  one: { source: npm:one }\n\ncases:\n  - { id: a, server: one, tool: t, args: {}, ${entry} }\n`;
const expecting = (entry: string) => caseWith(`expect: { ${entry} }`);

describe('YAML', () => {
  test.each([
    ['', '1:1', ['empty']],
    ['# only a comment\n', '1:1', ['empty']],
    ['version: 1\nservers:\n\tone: x\n', '3:1', ['tab', 'spaces']],
    ['version: 1\nservers: [\n', '3:1', ['not valid YAML']],
    ['version: 1\nversion: 1\n', '2:1', ['"version"', 'second time']],
    ['version: 1\n---\nversion: 1\n', '2:1', ['second document']],
    ['version: 1\nservers: *none\n', '2:10', ['"*none"', 'no anchor']],
    ['version: 1\nservers: &a { b: *a }\n', '2:18', ['inside what it stands for']],
    ['version: !!python/object 1\n', '1:10', ['tag']],
    ['version: 1\n? [a]\n: 1\n', '2:3', ['plain text']],
    ['version: 1\n__proto__: {}\n', '2:1', ['__proto__']],
    ['- version: 1\n', '1:1', ['the file', 'a mapping', 'a list']],
    ['just text\n', '1:1', ['a mapping', '"just text"']],
    ['version: 1\ncases: null\ngate: 3\n', '3:7', ['`gate`', 'a mapping', 'number 3']],
  ])('%j', async (text, place, words) => {
    expect(await problemsOf(text)).toEqual(one(place, words));
  });

  test('a text that is not UTF-8', async () => {
    const workspace = workspaceWith({ 'a.yml': '' });
    writeFileSync(path.join(workspace, 'a.yml'), Buffer.from([0x76, 0xff, 0xfe]));
    expect(problemLines(await load(workspace, { config: 'a.yml' }))).toEqual([expect.stringContaining('not UTF-8')]);
  });
});

describe('keys', () => {
  test.each([
    ['servers: {}\n', '1:1', ['`version`', 'missing']],
    ['version: 2\n', '1:10', ['`1`', 'number 2']],
    ['version: 1\nserver: {}\n', '2:1', ['"server"', 'did you mean `servers`?']],
    ['version: 1\nbanana: {}\n', '2:1', ['"banana"', '`servers`', '`gate`']],
    ['version: 1\nextends: a/b@c\n', '2:1', ['`extends`', 'not yet supported']],
    ['version: 1\nregistries: { acme: { url: https://npm.example.com } }\n', '2:15', ['not a scope']],
    ['version: 1\nregistries: { "@acme": { url: http://npm.example.com } }\n', '2:31', ['not encrypted']],
    ['version: 1\nlock: a.json\n', '2:1', ['`lock`', 'not yet supported']],
    ['version: 1\nexemptions: []\n', '2:1', ['`exemptions`', 'not yet supported']],
    ['version: 1\ngate: { overall: 0.8 }\n', '2:9', ['`gate.overall`', 'not yet supported']],
    ['version: 1\ngate: { minimum: {} }\n', '2:9', ['`gate.minimum`', 'not yet supported']],
    ['version: 1\ngate: { onIncomplete: fial }\n', '2:23', ['`fail` or `neutral`', 'did you mean `fail`']],
    ['version: 1\nrepositories:\n  - acme/server@-v1\n', '3:5', ['"-v1"', 'not a branch']],
    ['version: 1\nrepositories: .\n', '2:15', ['a list of sources', '"."']],
    ['version: 1\nservers:\n  one: {}\n', '3:3', ['`servers.one`', '`source` is missing']],
    ['version: 1\nservers:\n  one:\n', '3:3', ['`servers.one`', 'a mapping', 'nothing']],
    ['version: 1\nservers:\n  a b: { source: npm:x }\n', '3:3', ['not a name for a server']],
    ['version: 1\nservers:\n  one: { source: pypi:x>1 }\n', '3:18', ['Python package']],
    ['version: 1\nservers:\n  one: { source: ssh://git@x.example/a/b.git }\n', '3:18', ['by HTTPS']],
    ['version: 1\nservers:\n  one: { source: registry:x }\n', '3:18', ['MCP registry']],
    ['version: 1\nservers:\n  one: { source: ./gone }\n', '3:18', ['does not exist']],
    ['version: 1\nservers:\n  one: { source: .. }\n', '3:18', ['out of the workspace']],
    ['version: 1\ndefaults: { timeouts: { call: 30 } }\n', '2:31', ['`defaults.timeouts.call`', '`30s`', 'number 30']],
    ['version: 1\ndefaults: { network: none }\n', '2:13', ['"network"']],
  ])('%j', async (text, place, words) => {
    expect(await problemsOf(text)).toEqual(one(place, words));
  });
});

describe('servers', () => {
  test.each([
    ['sorce: npm:x', '5:5', ['`servers.one.sorce`', 'did you mean `source`?']],
    ['network: open', '5:14', ['not yet supported', '`none`']],
    ['network: { hosts: [a.example] }', '5:14', ['not yet supported']],
    ['network: nonee', '5:14', ['expected `none`']],
    ['installScripts: { hosts: [a.example] }', '5:21', ['not yet supported', '`sandboxed` or `never`']],
    ['installScripts: always', '5:21', ['`sandboxed` or `never`', '"always"']],
    ['image: node', '5:12', ['tag or digest', '"node"']],
    ['image: -v', '5:12', ['`host`']],
    ['image: "node:24 --privileged"', '5:12', ['`host`']],
    ['retries: 0', '5:14', ['from 1 to 10', 'number 0']],
    ['retries: three', '5:14', ['from 1 to 10', '"three"']],
    ['args: stdio', '5:11', ['a list of texts', '"stdio"']],
    ['args: [--port, 3000]', '5:20', ['`servers.one.args[1]`', 'quotes', 'number 3000']],
    ['args: [{ secret: KEY }]', '5:12', ['secret', 'process list', '`env`']],
    ['args: ["--key=${{ secrets.KEY }}"]', '5:12', ['not evaluated', '`env`']],
    ['command: [node, { secret: KEY }]', '5:21', ['`command`', 'process list']],
    ['command: []', '5:14', ['empty']],
    ['env: { PORT: 3000 }', '5:18', ['quotes', 'number 3000']],
    ['env: { PATH: /x }', '5:12', ['`PATH`', 'sandbox']],
    ['env: { LD_PRELOAD: x }', '5:12', ['`LD_PRELOAD`', 'sandbox']],
    ['env: { _CONTAINERS_USERNS_CONFIGURED: x }', '5:12', ['sandbox']],
    ['env: { XDG_RUNTIME_DIR: x }', '5:12', ['sandbox']],
    ['env: { "A=B": x }', '5:12', ['not the name of an environment variable']],
    ['env: { KEY: "${{ secrets.KEY }}" }', '5:17', ['not evaluated', '{ secret: NAME }']],
    ['env: { KEY: { secret: GITHUB_TOKEN } }', '5:27', ['`GITHUB_TOKEN`', 'never be granted']],
    ['env: { KEY: { secret: X, otherwise: canary } }', '5:41', ['`canary`', 'not yet supported']],
    ['env: { KEY: { secret: X, otherwise: skp } }', '5:41', ['did you mean `skip`']],
    ['resources: { memory: 512M }', '5:26', ['write the unit as `Mi`']],
    ['resources: { memory: 1Mi }', '5:26', ['at least `16Mi`']],
    ['resources: { cpus: 0 }', '5:24', ['from 0.01']],
    ['resources: { pids: 1.5 }', '5:24', ['whole number', '1.5']],
    ['timeouts: { start: "30" }', '5:24', ['no unit']],
    ['timeouts: { start: -1s }', '5:24', ['forward']],
    ['timeouts: { begin: 1s }', '5:17', ['"begin"', '`start`']],
    ['work: { at: work }', '5:17', ['absolute']],
    ['work: { at: / }', '5:17', ['container itself']],
    ['work: { at: /usr/local }', '5:17', ['`/usr`', 'sandbox']],
    ['work: { at: /work, reset: cse }', '5:31', ['`server` or `case`', 'did you mean `case`']],
    ['work: { from: gone, at: /work }', '5:19', ['does not exist']],
    ['work: { from: folder/file.txt, at: /work }', '5:19', ['not a folder']],
    ['work: { from: .git, at: /work }', '5:19', ['.git']],
    ['work: { from: ../x, at: /work }', '5:19', ['out of the workspace']],
    ['mounts: [{ at: /data }]', '5:14', ['`servers.one.mounts[0].from`', 'missing']],
    ['mounts: [{ from: folder, at: /a }, { from: folder, at: /a/b }]', '5:60', ['"/a/b"', '"/a"', 'overlaps']],
  ] as [string, string, string[]][])('%s', async (line, place, words) => {
    expect(await problemsOf(server(line), { '.git/config': '' })).toEqual(one(place, words));
  });

  test('`bin` beside `command`', async () => {
    expect(await problemsOf(server('bin: a\n    command: [b]'))).toEqual(
      one('5:5', ['`servers.one.bin`', '`command` replaces']),
    );
  });

  test('a wrong form of a value shows the mistakes of the form that was meant', async () => {
    const lines = problemLines(await load(workspaceWith({ [configFile]: server('env: { KEY: { secrt: X } }') })));
    expect(lines).toEqual([
      expect.stringContaining(':5:12 `servers.one.env.KEY.secret`: missing'),
      expect.stringContaining(
        ':5:19 `servers.one.env.KEY.secrt`: the key "secrt" is not known here; did you mean `secret`?',
      ),
    ]);
  });

  test('a granted secret in an argument', async () => {
    const workspace = workspaceWith({ [configFile]: server('args: [a, "--key=$TOKEN", "x-value-x", $TOKENS]') });
    const lines = problemLines(await load(workspace, { secrets: 'TOKEN' }, { TOKEN: 'value' }));
    expect(lines).toEqual([
      expect.stringContaining(':5:15 `servers.one.args[1]`: the secret TOKEN cannot stand'),
      expect.stringContaining(':5:31 `servers.one.args[2]`: the secret TOKEN cannot stand'),
    ]);
  });
});

describe('cases', () => {
  test.each([
    [caseWith('tol: x'), '6:46', ['"tol"', 'did you mean `tool`?']],
    [caseWith('timeout: soon'), '6:55', ['duration', '"soon"']],
    [caseWith('tags: smoke'), '6:52', ['a list of tags']],
    [caseWith('tags: [a b]'), '6:53', ['expected a tag']],
    [caseWith('skip: ""'), '6:52', ['a reason']],
    [caseWith('skip: 1'), '6:52', ['a reason, or `true`', 'number 1']],
    [caseWith('only: yes'), '6:52', ['`true` or `false`', '"yes"']],
    [expecting('isEror: true'), '6:56', ['did you mean `isError`?']],
    [expecting('isError: "no"'), '6:65', ['`true` or `false`']],
    [expecting('contains: 5'), '6:66', ['a text, or a list of them', 'number 5']],
    [expecting('contains: []'), '6:66', ['empty']],
    [expecting('contains: ""'), '6:66', ['empty text']],
    [expecting('matches: "("'), '6:65', ['"("', 'regular expression']],
    [expecting('matches: [a, "[z-a]"]'), '6:69', ['"[z-a]"', 'regular expression']],
    [expecting('jsonPath: { "$[": 1 }'), '6:68', ['"$["', 'JSONPath']],
    [expecting('schema: { type: objct }'), '6:72', ['JSON Schema', 'object']],
    [expecting('schema: { properties: { a: { pattern: "(" } } }'), '6:94', ['regular expression']],
    [expecting('schema: { $ref: "https://example.com/x.json" }'), '6:72', ['another document']],
    [expecting('schema: { $ref: "#/$defs/gone" }'), '6:64', ['usable', '#/$defs/gone']],
    [expecting('schema: { $schema: "http://json-schema.org/draft-04/schema#" }'), '6:75', ['dialect']],
    [expecting('schema: gone.json'), '6:64', ['does not exist']],
    [expecting('schema: bad.json'), '6:64', ['bad.json:2:11', 'JSON Schema']],
    [expecting('maxLatency: 2'), '6:68', ['duration', 'number 2']],
    [expecting('protocolError: { code: x }'), '6:79', ['whole number']],
  ] as [string, string, string[]][])('%s', async (text, place, words) => {
    expect(await problemsOf(text, { 'bad.json': '{\n  "type": "objct"\n}' })).toEqual(one(place, words));
  });

  const head = 'version: 1\nservers:\n  one: { source: npm:one }\ncases:\n';
  test.each([
    [`${head}  - { id: a, server: onee, tool: t }\n`, '5:22', ['no server "onee"', 'did you mean `one`?']],
    [`${head}  - { id: a, tool: t }\n`, '5:5', ['names no server']],
    [`${head}  - { server: one, tool: t }\n`, '5:5', ['`cases[0].id`', 'missing']],
    [`${head}  - { id: 1, server: one, tool: t }\n`, '5:11', ['number 1']],
    [`${head}  - { id: a, server: one, tool: t }\n  - { id: a, server: one, tool: u }\n`, '6:11', ['already', ':5']],
    [`${head}  - include: gone/*.yml\n`, '5:14', ['"gone/*.yml"', 'matches no file']],
    [`${head}  - include: ../*.yml\n`, '5:14', ['out of the workspace']],
    [`${head}  - include: /etc/*.yml\n`, '5:14', ['out of the workspace']],
    [`${head}  - include: "(a+)+.yml"\n`, '5:14', ['not a plain glob']],
    [`${head}  - include: "*a*a*a*a*a*.yml"\n`, '5:14', ['stars']],
    [`${head}  - include: 3\n`, '5:14', ['a path or glob', 'number 3']],
    [`${head}  - include: [a.txt, folder/file.txt]\n`, '5:15', ['"a.txt"', 'matches no file']],
    [`${head}  - nonsense\n`, '5:5', ['a case', '"nonsense"']],
  ])('%j', async (text, place, words) => {
    expect(await problemsOf(text, { 'folder/file.txt': '[]' })).toEqual(one(place, words));
  });

  test('one id may stand at two servers', async () => {
    const text =
      'version: 1\nrepositories: [npm:a, npm:b]\ncases:\n  - { id: x, server: a, tool: t }\n  - { id: x, server: b, tool: t }\n';
    expect(await load(workspaceWith({ [configFile]: text }))).toMatchObject({ ok: true });
  });
});

describe('case files', () => {
  const including = 'version: 1\nservers:\n  one: { source: npm:one }\ncases:\n  - include: cases/*.yml\n';
  test.each([
    ['server: two\ncases:\n  - { id: a, tool: t }\n', 'cases/a.yml:1:9', ['no server "two"']],
    ['server: one\ncase: []\ncases: []\n', 'cases/a.yml:2:1', ['"case"', 'did you mean `cases`?']],
    ['server: one\n', 'cases/a.yml:1:1', ['`cases`', 'missing']],
    ['- { id: a, tool: t, server: one, expects: {} }\n', 'cases/a.yml:1:34', ['"expects"', '`expect`']],
    ['- { id: a, tool: t }\n', 'cases/a.yml:1:3', ['names no server']],
    ['- include: b.yml\n  id: a\n  tool: t\n  server: one\n', 'cases/a.yml:1:3', ['"include"']],
    ['', 'cases/a.yml:1:1', ['empty']],
    ['a: [', 'cases/a.yml:1:5', ['not valid YAML']],
    ['text', 'cases/a.yml:1:1', ['a mapping', '"text"']],
  ])('%j', async (text, place, words) => {
    expect(await problemsOf(including, { 'cases/a.yml': text })).toEqual(one(place, words));
  });

  test('are read once, however often they are named, and ids are compared across files', async () => {
    const text = `${including}  - include: [cases/a.yml, cases/b.yml]\n`;
    const workspace = workspaceWith({
      [configFile]: text,
      'cases/a.yml': '- { id: x, server: one, tool: t }\n',
      'cases/b.yml': '- { id: y, server: one, tool: t }\n- { id: x, server: one, tool: t }\n',
    });
    expect(problemLines(await load(workspace))).toEqual([
      expect.stringMatching(/^cases\/b\.yml:2:9 .*already has a case "x" \(cases\/a\.yml:1\)/),
    ]);
  });

  test('a link out of the workspace is refused, and nothing of it is shown', async () => {
    const outside = workspaceWith({ 'secret.yml': 'top secret text' });
    const workspace = workspaceWith({ [configFile]: including, 'cases/': '' });
    symlinkSync(path.join(outside, 'secret.yml'), path.join(workspace, 'cases/a.yml'));
    const lines = problemLines(await load(workspace));
    expect(lines).toEqual([expect.stringContaining(`${configFile}:5:14 `)]);
    expect(lines[0]).not.toContain('top secret');
  });
});

test('every mistake of the inputs, the file and the case files comes in one go, in order', async () => {
  const text = `version: 2
lock: x
servers:
  one: { source: npm:one, retries: 0 }
  two: { source: owner/repo@.. }
cases:
  - include: gone.yml
  - include: cases.yml
  - { id: a, server: three, tool: t, expect: { matches: "(" } }
`;
  const workspace = workspaceWith({ [configFile]: text, 'cases.yml': '- { id: b, server: one }\n' });
  const lines = problemLines(await load(workspace, { servers: 'four', repositories: '-x' }));
  expect(lines.map((line) => line.split(' ')[0])).toEqual([
    '-',
    '-',
    ...['1:10', '2:1', '4:36', '5:18', '7:14', '9:22', '9:57'].map((place) => `${configFile}:${place}`),
    'cases.yml:1:3',
  ]);
});

test('the list of problems is bounded', async () => {
  const keys = Array.from({ length: 500 }, (_, index) => `key${index}: 1`);
  const lines = problemLines(await load(workspaceWith({ [configFile]: ['version: 1', ...keys].join('\n') })));
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toContain('400 more');
});
