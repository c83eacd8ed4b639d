import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Hearing } from '../../src/mcp/heard.ts';
import { EventStream } from '../../src/mcp/http/event-stream.ts';
import { headerValue } from '../../src/mcp/http/headers.ts';
import { networkFailure } from '../../src/mcp/http/network-failure.ts';
import { paramHeaders } from '../../src/mcp/http/param-headers.ts';
import { Secrets } from '../../src/mcp/http/secrets.ts';

async function* pieces(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function eventsOf(text: string, size = 7) {
  const events: [string, string][] = [];
  let tooLarge = 0;
  const stream = new EventStream({ event: (...event) => events.push(event), tooLarge: () => tooLarge++ });
  await stream.read(pieces(text, size) as AsyncIterable<Buffer>);
  return { events, tooLarge, lastId: stream.lastId, retryMs: stream.retryMs };
}

describe('a stream of events', () => {
  test('has types, ids, several lines, comments and both line ends', async () => {
    const text =
      ': hi\r\nid: 1\r\nevent: endpoint\r\ndata: /m\r\n\r\nretry: 20\ndata:a\ndata: b\nid: 2\n\nid: 3\ndata:\n\ndata: lost';
    expect(await eventsOf(text)).toEqual({
      events: [
        ['endpoint', '/m'],
        ['message', 'a\nb'],
      ],
      tooLarge: 0,
      lastId: '3',
      retryMs: 20,
    });
  });

  test('reads the same however it is cut', async () => {
    const line = fc.constantFrom(
      'data: grüße 🎉',
      'data',
      'id: x',
      'event: e',
      ': c',
      '',
      'retry: 5',
      'x: y',
      'data: {}',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        const text = lines.join('\n');
        expect(await eventsOf(text, size)).toEqual(await eventsOf(text, 10_000));
      }),
    );
  });

  test('drops what is larger than 16 MiB and goes on', async () => {
    const long = 'x'.repeat(9 * 1024 * 1024);
    const { events, tooLarge } = await eventsOf(`data: ${long}\ndata: ${long}\n\ndata: next\n\n`, 1024 * 1024);
    expect(tooLarge).toBe(1);
    expect(events).toEqual([['message', 'next']]);
  });
});

test.for([
  ['plain name', 'plain name'],
  ['', '=?base64??='],
  [' edge', '=?base64?IGVkZ2U=?='],
  ['größe', '=?base64?Z3LDtsOfZQ==?='],
  ['=?base64?eA==?=', '=?base64?PT9iYXNlNjQ/ZUE9PT89?='],
  ['a\r\nb: c', '=?base64?YQ0KYjogYw==?='],
] as const)('the header value of %j', ([text, value]) => {
  expect(headerValue(text)).toBe(value);
});

test('headers of arguments come from where the specification allows them', () => {
  const header = (type: unknown, name: unknown) => ({ type, 'x-mcp-header': name });
  const schema = {
    properties: {
      region: header('string', 'Region'),
      deep: { properties: { count: header('integer', 'Count') } },
      flag: header('boolean', 'Flag'),
      ratio: header('number', 'Ratio'),
      absent: header('string', 'Absent'),
      nothing: header('string', 'Nothing'),
      bad: header('string', 'a b'),
    },
    anyOf: [{ properties: { other: header('string', 'Other') } }],
  };
  const args = { region: 'eu', deep: { count: 3 }, flag: false, ratio: 1.5, nothing: null, bad: 'x', other: 'y' };
  expect(paramHeaders(schema, args)).toEqual({
    'mcp-param-region': 'eu',
    'mcp-param-count': '3',
    'mcp-param-flag': 'false',
  });
  expect(paramHeaders('no schema', args)).toEqual({});
});

describe('a connection that fails', () => {
  const secrets = new Secrets({ auth: { kind: 'bearer', token: 'the-token' }, headers: {} });
  const coded = (code: string, cause?: Error) => Object.assign(new Error('x', { cause }), { code });
  test.for([
    [coded('ECONNREFUSED'), 'unreachable', /runs and listens/, true],
    [new AggregateError([coded('ECONNREFUSED')]), 'unreachable', /ECONNREFUSED/, true],
    [new Error('fetch failed', { cause: coded('ENOTFOUND') }), 'unreachable', /name of the host/, false],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'unreachable', /certificate/, false],
    [coded('HPE_INVALID_CONSTANT'), 'notMcp', /not HTTP/, false],
    [coded('UND_ERR_SOCKET'), 'lost', /dropped/, true],
    [new Error('Proxy response (407) the-token'), 'unreachable', /\(407\) \[secret\].*proxy/, false],
    ['odd', 'unreachable', /\(odd\)/, false],
  ] as const)('%s: %s', ([error, kind, said, notYet]) => {
    const failure = networkFailure(error, 'http://x/', secrets);
    expect(failure).toMatchObject({ kind, notYet });
    expect(`${failure.found}: ${failure.advice}`).toMatch(said);
  });
});

test('what is heard is bounded and counted', () => {
  const hearing = new Hearing();
  hearing.expect(5);
  for (let index = 0; index < 1500; index++) {
    hearing.notification('notifications/progress', { progressToken: 5, progress: index });
  }
  hearing.notification('notifications/progress', { progressToken: 6, progress: 1 });
  hearing.notification('notifications/message', { data: 'x'.repeat(70_000) });
  hearing.notification('notifications/message', 'no params');
  for (let index = 0; index < 1500; index++) hearing.request('roots/list', false);
  const { progress, logs, requests } = hearing.heard();
  expect([progress.length, logs.length, requests.length, hearing.dropped]).toEqual([1000, 0, 1000, 501]);
});
