import { describe, expect, test } from 'vitest';
import { configFile, load, marked, one, problemLines, problemsOf, workspaceWith } from './workspace.ts';

type Row = readonly [lines: string, words: readonly string[]];

/** A server of this source with these further lines; `▸` stands where the problem is found. */
function server(source: string, lines: string): { text: string; place: string } {
  return marked(`version: 1\nservers:\n  one:\n    source: ${source}\n    ${lines.replaceAll('\n', '\n    ')}\n`);
}

async function check(source: string, lines: string) {
  const { text, place } = server(source, lines);
  return { place, problems: await problemsOf(text) };
}

describe('how a server is reached', () => {
  test.each<Row>([
    ['transport: ▸http', ['`stdio`, or `{ http: { port, path } }`']],
    ['▸transport: {}', ['`servers.one.transport.http`', 'missing']],
    ['transport: { ▸http: {} }', ['`servers.one.transport.http.port`', 'missing']],
    ['transport: { http: { port: ▸0 } }', ['from 1 to 65535', 'number 0']],
    ['transport: { http: { port: ▸"3000" } }', ['from 1 to 65535', '"3000"']],
    ['transport: { http: { port: ▸99999 } }', ['from 1 to 65535']],
    ['transport: { http: { port: 80, path: ▸mcp } }', ['a path such as `/mcp`', '"mcp"']],
    ['transport: { http: { port: 80, path: ▸//evil.example/ } }', ['begins with one `/`']],
    ['transport: { http: { port: 80, path: ▸"/a b" } }', ['no spaces']],
    ['transport: { http: { port: 80, ▸url: x } }', ['"url"', '`port` and `path`']],
    ['transport: { ▸sse: {}, http: { port: 80 } }', ['"sse"']],
    ['protocol: ▸modren', ['`auto`, `legacy` or `modern`', 'did you mean `modern`']],
    ['▸auth: { bearer: { secret: A } }', ['only for a remote server', '`https://…`']],
    ['▸headers: { X-A: b }', ['only for a remote server']],
    ['▸health: {}', ['only for a remote server']],
    ['▸allowInsecure: true', ['only for a remote server']],
    ['▸url: https://mcp.example.com', ['"url"', 'written `source: https://…`']],
    ['▸timeout: 30s', ['`timeouts: { call: 30s }`']],
  ])('%s', async (lines, words) => {
    const { problems, place } = await check('npm:one', lines);
    expect(problems).toEqual(one(place, words));
  });
});

describe('services', () => {
  test.each<Row>([
    ['services: ▸[]', ['a mapping from names to services', 'a list']],
    ['services: { ▸Db: { image: "x:1" } }', ['not a name for a service', 'small letters']],
    ['services: { ▸a_b: { image: "x:1" } }', ['not a name for a service']],
    ['services: { ▸a-: { image: "x:1" } }', ['not a name for a service']],
    ['services: { ▸localhost: { image: "x:1" } }', ['the sandbox itself']],
    ['services: { ▸db: {} }', ['nothing says what is started', '`image: NAME:TAG`']],
    ['services: { ▸db: { image: host, args: [x] } }', ['nothing says what is started']],
    ['services: { db: { ▸imge: "x:1" } }', ['did you mean `image`']],
    ['services: { db: { image: ▸postgres } }', ['neither tag nor digest', '"postgres"']],
    ['services: { db: { command: ▸[] } }', ['empty']],
    ['services: { db: { command: [▸{ secret: KEY }] } }', ['process list', '`env`']],
    ['services: { db: { image: "x:1", env: { ▸PATH: x } } }', ['`PATH`', 'sandbox']],
    ['services: { db: { image: "x:1", ▸ready: {} } }', ['one of `tcp`, `http` and `log`']],
    ['services: { db: { image: "x:1", ▸ready: { tcp: 1, log: x } } }', ['one of `tcp`, `http` and `log`']],
    ['services: { db: { image: "x:1", ready: ▸5432 } }', ['a mapping', 'number 5432']],
    ['services: { db: { image: "x:1", ready: { ▸udp: 1 } } }', ['"udp"', '`tcp`']],
    ['services: { db: { image: "x:1", ready: { tcp: ▸0 } } }', ['a port']],
    ['services: { db: { image: "x:1", ready: { log: ▸"" } } }', ['found an empty one']],
    ['services: { db: { image: "x:1", ready: { http: { port: 1, path: ▸x } } } }', ['begins with one `/`']],
    ['services: { db: { image: "x:1", startTimeout: ▸30 } }', ['duration', 'number 30']],
    ['services: { db: { image: "x:1", resources: { memory: ▸1Mi } } }', ['at least `16Mi`']],
    ['services: { db: { image: "x:1", ▸work: { at: /x } } }', ['"work"']],
    [
      'services: { a: { image: "x:1", ready: { tcp: 80 } }, b: { image: "x:1", ready: { http: { port: ▸80 } } } }',
      ['`servers.one.services.b.ready.http.port`', '`servers.one.services.a.ready.tcp`', 'share one network'],
    ],
    [
      'transport: { http: { port: 80 } }\nservices: { a: { image: "x:1", ready: { tcp: ▸80 } } }',
      ['`servers.one.transport.http.port`', 'share one network'],
    ],
    [
      `services:\n${Array.from({ length: 11 }, (_, n) => `  s${n}: { image: "x:1" }`).join('\n')}`.replace(
        'services',
        '▸services',
      ),
      ['at most 10 services'],
    ],
  ])('%s', async (lines, words) => {
    const { problems, place } = await check('npm:one', lines);
    expect(problems).toEqual(one(place, words));
  });
});

describe('images', () => {
  test.each<Row>([
    ['▸bin: x', ['no commands of a package', '`command`']],
    ['▸image: node:24', ['the source is the image']],
    ['▸installScripts: never', ['nothing is installed into an image']],
    ['▸build: dockerfile', ['an image that is built already']],
    ['▸auth: { bearer: { secret: A } }', ['only for a remote server']],
  ])('%s', async (lines, words) => {
    const { problems, place } = await check('oci:ghcr.io/acme/server:1', lines);
    expect(problems).toEqual(one(place, words));
  });

  test('without tag or digest', async () => {
    const { text, place } = marked('version: 1\nservers:\n  one: { source: ▸oci:ghcr.io/acme/server }\n');
    expect(await problemsOf(text)).toEqual(one(place, ['neither tag nor digest', 'add one']));
  });
});

describe('remote servers', () => {
  test.each<Row>([
    ...['bin: x', 'command: [x]', 'args: [x]', 'image: host', 'installScripts: never', 'build: dockerfile'].map(
      (line): Row => [`▸${line}`, ['runs elsewhere', 'leave it out']],
    ),
    ...['work: { at: /work }', 'mounts: []', 'services: {}', 'resources: {}'].map((line): Row => [
      `▸${line}`,
      ['runs elsewhere', 'leave it out'],
    ]),
    ['▸env: { A: b }', ['gets no environment', '`headers`']],
    ['▸transport: stdio', ['Streamable HTTP', 'leave it out']],
    ['▸network: none', ['by the network']],
    ['▸allowInsecure: true', ['needs no leave']],
    ['auth: ▸token', ['a mapping', '"token"']],
    ['▸auth: {}', ['one of `bearer` and `clientCredentials`']],
    [
      '▸auth: { bearer: { secret: A }, clientCredentials: { clientId: b, clientSecret: { secret: C } } }',
      ['one of `bearer` and `clientCredentials`'],
    ],
    ['auth: { ▸beaer: { secret: A } }', ['did you mean `bearer`']],
    ['auth: { bearer: ▸eyJhbGciOiJIUzI1NiJ9 }', ['`{ secret: NAME }`', 'never stands in a file']],
    ['auth: { bearer: { secret: ▸GITHUB_TOKEN } }', ['never be granted']],
    ['auth: { bearer: { secret: ▸"a b" } }', ['not the name of an environment variable']],
    ['auth: { ▸clientCredentials: { clientId: b } }', ['clientSecret', 'missing', '`{ secret: NAME }`']],
    [
      'auth: { clientCredentials: { clientId: b, clientSecret: { secret: C }, tokenUrl: ▸/token } }',
      ['not a URL', '"/token"'],
    ],
    [
      'auth: { clientCredentials: { clientId: b, clientSecret: { secret: C }, tokenUrl: ▸"http://x.example/t" } }',
      ['not encrypted', '`allowInsecure: true`'],
    ],
    [
      'auth: { clientCredentials: { clientId: b, clientSecret: { secret: C }, scope: ▸"a  b" } }',
      ['scopes separated by single spaces'],
    ],
    ['headers: { ▸"X A": b }', ['not the name of a header', 'without spaces']],
    ['headers: { ▸"X:": b }', ['not the name of a header']],
    ['headers: { ▸Höhe: b }', ['not the name of a header']],
    ...['Host', 'content-type', 'Mcp-Session-Id', 'MCP-Protocol-Version', 'Transfer-Encoding', 'accept'].map(
      (name): Row => [`headers: { ▸${name}: b }`, [`\`${name}\` belongs to the protocol`]],
    ),
    ['headers: { X-A: b, ▸x-a: c }', ['whatever their capitals']],
    [`headers: ▸{ ${Array.from({ length: 51 }, (_, n) => `X-${n}: a`).join(', ')} }`, ['at most 50 headers']],
    ['headers: { X-A: ▸3 }', ['quotes', 'number 3']],
    ['headers: { X-A: ▸"a\\r\\nHost: evil" }', ['line break']],
    ['headers: { X-A: ▸"ä" }', ['ASCII']],
    ['headers: { X-A: ▸" a" }', ['white space']],
    ['headers: { X-A: ▸"${{ secrets.A }}" }', ['not evaluated']],
    ['headers: { X-Api-Key: ▸abc }', ['carries a secret', '`{ secret: NAME }`']],
    ['headers: { Authorization: ▸Bearer abc }', ['carries a secret', '`auth: { bearer: { secret: NAME } }`']],
    ['auth: { bearer: { secret: A } }\nheaders: { ▸authorization: { secret: B } }', ['`auth` makes this header']],
    ['health: { path: ▸health }', ['begins with one `/`']],
    ['health: { path: ▸"https://x.example/health" }', ['begins with one `/`']],
    ['health: { interval: ▸5 }', ['duration']],
    ['health: { interval: 5s, timeout: ▸6s }', ['longer than `interval`']],
    ['health: { timeout: ▸31s }', ['longer than `interval`', '`30s`']],
  ])('%s', async (lines, words) => {
    const { problems, place } = await check('https://mcp.example.com/mcp', lines);
    expect(problems).toEqual(one(place, words));
  });

  test.each([
    ['servers:\n  one: { source: ▸http://mcp.example.com/mcp }', ['not encrypted', '`allowInsecure: true`']],
    ['servers:\n  one: { source: ▸http://mcp.example.com/mcp, allowInsecure: false }', ['not encrypted']],
    ['repositories:\n  - ▸http://mcp.example.com/mcp', ['not encrypted', 'under `servers`']],
    ['servers:\n  one: { source: ▸"https://a:b@mcp.example.com/mcp" }', ['user name or password']],
    ['servers:\n  one: { source: ▸"https://mcp.example.com/mcp?token=abcd" }', ['"token"', 'looks like a secret']],
    ['servers:\n  one: { source: ▸https://mcp.example.com/mcp#x }', ['fragment']],
  ])('%j', async (lines, words) => {
    const { text, place } = marked(`version: 1\n${lines}\n`);
    expect(await problemsOf(text)).toEqual(one(place, words));
  });

  test('of the input without encryption', async () => {
    const lines = problemLines(await load(workspaceWith({}), { repositories: 'http://mcp.example.com/mcp' }));
    expect(lines).toEqual([expect.stringMatching(/^- input `repositories`: .*not encrypted.*`allowInsecure: true`/)]);
  });
});

describe('the values of granted secrets', () => {
  const granted = { TOKEN: 'value-of-it\n', KEY: 'other-value' };
  const names = { secrets: 'TOKEN,KEY' };
  test.each<Row>([
    ['auth: { bearer: ▸{ secret: TOKEN } }', ['the secret "TOKEN" holds a line break', 'set the secret anew']],
    ['headers: { X-A: ▸{ secret: TOKEN } }', ['the secret "TOKEN" holds a line break']],
    [
      'auth: { clientCredentials: { clientId: a, clientSecret: ▸{ secret: TOKEN } } }',
      ['the secret "TOKEN" holds a line break'],
    ],
    ['headers: { X-A: ▸other-value }', ['the value of the secret KEY', '`{ secret: KEY }`']],
  ])('%s', async (lines, words) => {
    const { text, place } = server('https://mcp.example.com/mcp', lines);
    const problems = problemLines(await load(workspaceWith({ [configFile]: text }), names, granted));
    expect(problems).toEqual([expect.stringContaining(`${configFile}:${place} `)]);
    for (const word of words) expect(problems[0]).toContain(word);
    expect(problems[0]).not.toMatch(/value-of-it|other-value/);
  });

  test('cannot stand in a URL or in an argument of a service', async () => {
    const text = `version: 1
servers:
  a: { source: https://mcp.example.com/other-value }
  b: { source: npm:b, services: { db: { command: [db, --key=$KEY] } } }
`;
    const problems = problemLines(await load(workspaceWith({ [configFile]: text }), names, granted));
    expect(problems).toEqual([
      expect.stringMatching(/:3:16 .*the secret KEY cannot stand in a URL/),
      expect.stringMatching(/:4:55 .*the secret KEY cannot stand in an argument/),
    ]);
  });
});

describe('builds', () => {
  test.each<Row>([
    ['build: dockerfile\n▸image: node:24', ['`build` makes the image']],
    ['build: dockerfile\n▸bin: x', ['no commands of a package']],
    ['build: dockerfile\n▸installScripts: never', ['leave `installScripts` out']],
  ])('beside %j', async (lines, words) => {
    const { problems, place } = await check('acme/tools', lines);
    expect(problems).toEqual(one(place, words));
  });

  test.each<Row>([
    ['build: ▸podman', ['`dockerfile`, or a mapping', '"podman"']],
    ['build: { ▸file: x }', ['"file"', '`dockerfile`']],
    ['build: { dockerfile: ▸../Dockerfile }', ['leads out of the source']],
    ['build: { context: ▸/etc }', ['absolute']],
    ['build: { target: ▸3 }', ['the name of a stage', 'number 3']],
    ['build: { args: { VERSION: ▸2 } }', ['quotes', 'number 2']],
    ['build: { args: { ▸"A B": x } }', ['no name of an `ARG`']],
    ['build: { hosts: [▸"https://github.com"] }', ['without scheme', 'github.com']],
    ['build: { hosts: [▸"github.com:99999"] }', ['a host such as']],
    ['build: { registries: [▸"ghcr.io/acme"] }', ['a host such as', 'ghcr.io/acme']],
    ['build: { hosts: ["[::1]:80", ▸"[:::]"] }', ['a host such as']],
  ])('%s', async (lines, words) => {
    const { problems, place } = await check('acme/tools', lines);
    expect(problems).toEqual(one(place, words));
  });

  test('of a package', async () => {
    const { problems, place } = await check('npm:one', '▸build: dockerfile');
    expect(problems).toEqual(one(place, ['a package has no Dockerfile']));
  });
});
