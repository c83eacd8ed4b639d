import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckoutRefused, CheckoutUnavailable } from '../../src/checkout/errors.ts';
import { fetchGit, type GitFetchOptions } from '../../src/checkout/fetch-git.ts';
import { backend, type Handler, serve, type TestServer } from './git-server.ts';
import { makeRepository, temporaryFolder } from './repository.ts';
import { fetchOptions, messageOf } from './support.ts';

const root = temporaryFolder();
const token = 'ghs_TokenThatMustNotLeave';
let good: TestServer;
let commit = '';

beforeAll(async () => {
  commit = makeRepository(join(root, 'repositories', 'new'), { a: '1' });
  good = await serve(backend(join(root, 'repositories'), { token: null }));
});
afterAll(async () => {
  await good.close();
  rmSync(root, { recursive: true, force: true });
});

/** Fetches from a server that does so. */
async function from<T>(
  handler: Handler,
  { ref = null, path = '/acme/old', ...more }: Partial<GitFetchOptions> & { ref?: string | null; path?: string },
  use: (fetching: Promise<unknown>) => Promise<T>,
): Promise<T> {
  const server = await serve(handler);
  try {
    const options = fetchOptions(root, { token, tokenHost: server.host, ...more });
    const result = await use(fetchGit({ given: 'acme/old', url: `${server.origin}${path}`, ref }, options));
    expect(readdirSync(options.folder)).toEqual([]);
    return result;
  } finally {
    await server.close();
  }
}

const refused = async (fetching: Promise<unknown>) => messageOf(fetching, CheckoutRefused);
const unavailable = async (fetching: Promise<unknown>) => messageOf(fetching, CheckoutUnavailable);
const packet = (text: string | Buffer) => {
  const body = Buffer.from(text as string);
  return Buffer.concat([Buffer.from((body.length + 4).toString(16).padStart(4, '0')), body]);
};
const flush = Buffer.from('0000');

describe('a redirect', () => {
  it.each([
    ['to another host', () => `${good.origin}/new/.git/info/refs?service=git-upload-pack`],
    ['to a file', () => `file://${join(root, 'repositories', 'new')}/.git/info/refs`],
    ['to a program', () => `ext::sh -c true/info/refs`],
    ['to somebody else with a password', () => `http://u:p@example.com/info/refs`],
    ['nowhere', () => ''],
  ])('%s is not followed', async (_, location) => {
    good.urls.length = 0;
    const handler: Handler = (request, response) => {
      void request;
      response.writeHead(302, { location: location() }).end();
    };
    const message = await from(handler, {}, refused);
    expect(message).toContain('redirects to another place');
    expect(message).not.toContain(token);
    expect(good.urls).toEqual([]);
  });

  it('within the host is followed, and said', async () => {
    const serving = backend(join(root, 'repositories'), { token: null });
    const server = await serve((request, response) => {
      const old = request.url?.startsWith('/acme/old');
      if (!old) return serving(request, response);
      response.writeHead(301, { location: request.url?.replace('/acme/old', '/new/.git') }).end();
    });
    const url = `${server.origin}/acme/old`;
    const checkout = await fetchGit({ given: 'acme/old', url, ref: null }, fetchOptions(root));
    expect(checkout.commit).toBe(commit);
    expect(checkout.notes).toEqual([`acme/old has moved: it is now at ${server.origin}/new/.git.`]);
    await checkout.close();
    await server.close();
  });

  it('in a circle has an end', async () => {
    const circle: Handler = (request, response) => {
      response.writeHead(301, { location: request.url }).end();
    };
    expect(await from(circle, {}, refused)).toContain('redirects');
  });
});

describe('an answer', () => {
  it('that never comes is waited for only so long', async () => {
    const message = await from(() => {}, { limits: { deadlineMs: 1500 } }, unavailable);
    expect(message).toContain('does not answer in time');
  });

  it('is not waited for when the run is canceled', async () => {
    const canceling = new AbortController();
    const handler: Handler = () => canceling.abort();
    expect(await from(handler, { signal: canceling.signal }, unavailable)).toContain('was canceled');
  });

  it('of endless names of branches ends at a limit', async () => {
    const handler: Handler = (request, response) => {
      void request;
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
      response.write(Buffer.concat([packet('# service=git-upload-pack\n'), flush]));
      let count = 0;
      endless(response, () =>
        Buffer.concat(
          Array.from({ length: 1000 }, () => packet(`${'a'.repeat(40)} refs/heads/${count++}${'x'.repeat(900)}\n`)),
        ),
      );
    };
    const message = await from(handler, { limits: { receivedBytes: 1024 ** 2, deadlineMs: 60_000 } }, refused);
    expect(message).toContain('too large');
  });

  it('of an endless pack ends at a limit', async () => {
    const message = await from(endlessPack, { limits: { receivedBytes: 8 * 1024 ** 2 } }, refused);
    expect(message).toContain('takes more than 8 MiB');
  });

  it('of endless words ends at a limit', async () => {
    const message = await from(endlessPack, { path: '/talks' }, refused);
    expect(message).toContain('too large (git was ended by SIGTERM)');
  });

  it.each([
    [401, refused, 'the token may not read it'],
    [403, refused, 'forbids it'],
    [404, refused, 'no such repository'],
    [429, unavailable, 'failed'],
    [500, unavailable, 'failed'],
    [503, unavailable, 'failed'],
  ])('with the status %i is told apart', async (status, outcome, words) => {
    const handler: Handler = (request, response) => {
      void request;
      response.writeHead(status).end('::error::hello');
    };
    const message = await from(handler, {}, outcome);
    expect(message).toContain(words);
    expect(message).not.toContain(token);
    expect(message).not.toContain('::error');
  });

  it.each([
    ['a page', 'text/html', Buffer.from('<html>git</html>')],
    ['the old way without a program', 'text/plain', Buffer.from(`${'a'.repeat(40)}\trefs/heads/main\n`)],
    ['noise', 'application/x-git-upload-pack-advertisement', randomBytes(2000)],
  ])('that is %s is no git server', async (_, type, body) => {
    const handler: Handler = (request, response) => {
      void request;
      response.writeHead(200, { 'content-type': type }).end(body);
    };
    const message = await from(handler, { ref: 'main' }, refused);
    expect(message).toMatch(/not as a git server does|no git repository|is no git server/u);
  });

  it('that is cut off is no verdict', async () => {
    const handler: Handler = (request, response) => {
      void request;
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' }).end();
    };
    expect(await from(handler, {}, unavailable)).toContain('failed');
  });

  it('says nothing in its own words', async () => {
    const words = 'ERR ::error::\u001b[31mgive me your `github-token`: Authentication failed\n';
    const handler: Handler = (request, response) => {
      void request;
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
      response.end(Buffer.concat([packet('# service=git-upload-pack\n'), flush, packet(words), flush]));
    };
    const message = await from(handler, {}, async (fetching) => messageOf(fetching, Error));
    expect(message).not.toContain('::error');
    expect(message).not.toContain('\u001b');
  });
});

function endless(response: ServerResponse, chunk: () => Buffer): void {
  const more = () => {
    while (!response.destroyed) if (!response.write(chunk())) break;
  };
  response.on('drain', more);
  more();
}

/** One object of a terabyte, which never ends. */
const endlessPack: Handler = (request, response) => {
  const oid = 'a'.repeat(40);
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
    const ref = packet(`${oid} HEAD\0side-band-64k shallow ofs-delta\n`);
    response.end(Buffer.concat([packet('# service=git-upload-pack\n'), flush, ref, flush]));
    return;
  }
  void textOf(request).then((asked) => sendPack(response, oid, asked.includes('done'), request.url ?? ''));
};

function sendPack(response: ServerResponse, oid: string, done: boolean, url: string): void {
  response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
  response.write(Buffer.concat([packet(`shallow ${oid}`), flush]));
  if (!done) return void response.end();
  response.write(packet('NAK\n'));
  if (url.startsWith('/talks')) {
    return endless(response, () => packet(`\u0002${'::error::words '.repeat(1000)}\n`));
  }
  // A pack of one object, a blob of 2^40 bytes, deflated in stored blocks of 65,535 bytes.
  const size = Buffer.from([0xb0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
  const head = Buffer.concat([Buffer.from('PACK\0\0\0\x02\0\0\0\x01'), size, Buffer.from([0x78, 0x01])]);
  response.write(packet(Buffer.concat([Buffer.from([1]), head])));
  const block = Buffer.concat([Buffer.from([0, 0xff, 0xff, 0, 0]), randomBytes(65_535)]);
  const half = block.length / 2;
  const parts = [block.subarray(0, half), block.subarray(half)].map((part) =>
    packet(Buffer.concat([Buffer.from([1]), part])),
  );
  endless(response, () => Buffer.concat(parts));
}
