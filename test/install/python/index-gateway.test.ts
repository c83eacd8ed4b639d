import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexOf } from '../../../src/install/package-index.ts';
import { IndexGateway, indexSocket } from '../../../src/install/python/index-gateway.ts';
import { IndexUpstream } from '../../../src/install/index-upstream.ts';
import { type IndexOptions, startIndex, type TestIndex } from './index-server.ts';
import { wheel, words } from './packages.ts';

describe('the gateway to a package index', () => {
  let folder: string;
  let index: TestIndex;
  let upstream: IndexUpstream;
  let gateway: IndexGateway;
  const open = async (options: IndexOptions = {}, maxBytes = 1e6, login = '') => {
    index = await startIndex(options);
    const address = index.url.replace('://', `://${login}`);
    upstream = new IndexUpstream(indexOf('the test', address, null), {}, 500);
    gateway = await IndexGateway.open(upstream, folder, maxBytes);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcp-workflow-gateway-'));
  });
  afterEach(async () => {
    await gateway.close();
    upstream.close();
    await index.stop();
    rmSync(folder, { recursive: true });
  });
  const ask = async (path: string, method = 'GET', accept = '') => {
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      const socketPath = join(folder, indexSocket);
      httpRequest({ socketPath, path, method, headers: accept === '' ? {} : { accept } }, (incoming) => {
        text(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, body }), reject);
      })
        .once('error', reject)
        .end();
    });
    return answer;
  };
  const link = (body: string) => /href="([^"#]+)/u.exec(body)?.[1] ?? '';
  const { filename, bytes } = wheel(words);

  it('answers for pages in either form and for the files that they name', async () => {
    await open();
    index.add('greeting-words', { filename, bytes, requiresPython: '>=3.8' });
    const page = await ask('/simple/greeting-words/');
    expect(page.body).toContain('data-requires-python="&gt;=3.8"');
    expect(link(page.body)).toMatch(/^\/files\/[0-9a-f]{32}\/greeting_words-2\.0\.0-py3-none-any\.whl$/u);
    const json = await ask('/simple/Greeting_Words/', 'GET', 'application/vnd.pypi.simple.v1+json');
    expect(JSON.parse(json.body).files[0].url).toBe(link(page.body));
    expect(await ask(link(page.body))).toMatchObject({ status: 200, body: bytes.toString('utf8') });
    expect(gateway.published(filename)).toHaveLength(1);
    // One page, one question.
    expect(index.asked.filter((path) => path === '/simple/greeting-words/')).toHaveLength(1);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/files/x/y'],
    ['GET', '/simple/../secret/'],
    ['GET', '/simple/%2e%2e%2fsecret/'],
    ['GET', '/simple/a%2fb/'],
    ['GET', '/simple/%zz/'],
    ['GET', '/simple/absent/'],
    ['GET', 'http://198.51.100.7/simple/x/more'],
    ['POST', '/simple/greeting-words/'],
  ])('answers %s %s with a refusal that is no fault of the index', async (method, path) => {
    await open();
    expect((await ask(path, method)).status).toBeGreaterThanOrEqual(404);
    expect(gateway.faults).toEqual([]);
    expect(index.asked.filter((each) => !each.startsWith('/simple/'))).toEqual([]);
  });

  it('sends the credentials to the index, and to nobody else', async () => {
    const seen: (string | undefined)[] = [];
    const before: IndexOptions['before'] = (request) => (seen.push(request.headers.authorization), false);
    const elsewhere = await startIndex({ before });
    await open(
      {
        before: (request, response) => {
          seen.push(request.headers.authorization);
          if (request.url !== '/simple/moved/') return false;
          response.writeHead(302, { location: `${elsewhere.url}moved/` }).end();
          return true;
        },
      },
      1e6,
      'me:secret@',
    );
    await ask('/simple/greeting-words/');
    expect(seen).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`]);
    expect(await ask('/simple/moved/')).toMatchObject({ status: 502 });
    expect(elsewhere.asked).toEqual([]);
    expect(gateway.faults.join()).toMatch(/which is not followed/u);
    expect(gateway.faults.join()).not.toMatch(/secret/u);
    await elsewhere.stop();
  });

  it('stops where more is asked for than an install may have', async () => {
    await open({}, 100);
    index.add('greeting-words', { filename, bytes });
    const { body } = await ask('/simple/greeting-words/');
    await ask(link(body)).catch(() => null);
    expect(gateway.tooLarge).toBe(true);
    expect(gateway.faults).toEqual([]);
    expect((await ask(link(body))).status).toBe(507);
  });

  it.each([
    [403, /refuses to show greeting-words \(HTTP 403\)/u],
    [503, /answers HTTP 503 for greeting-words/u],
  ])('notes HTTP %s as a fault', async (status, fault) => {
    await open({ before: (_, response) => (response.writeHead(status).end(), true) });
    expect((await ask('/simple/greeting-words/')).status).toBe(502);
    expect(gateway.faults[0]).toMatch(fault);
  });

  it('tries again where it may have been an accident', async () => {
    let times = 0;
    await open({ before: (_, response) => times++ === 0 && (response.writeHead(502).end(), true) });
    index.add('greeting-words', { filename, bytes });
    expect((await ask('/simple/greeting-words/')).status).toBe(200);
    expect(gateway.faults).toEqual([]);
  });

  it('gives up on an index that hangs', async () => {
    await open({ before: () => true });
    expect((await ask('/simple/greeting-words/')).status).toBe(502);
    expect(gateway.faults[0]).toMatch(/no answer within 0\.5 s/u);
  });
});
