import { afterEach, describe, expect, it } from 'vitest';
import { repositoryOf } from '../../src/host/github-api.ts';
import { type Handler, serve, type TestServer } from '../checkout/git-server.ts';

const commit = 'a'.repeat(40);
const oid = 'b'.repeat(40);
let server: TestServer;
afterEach(() => server.close());

async function api(handler: Handler) {
  server = await serve(handler);
  const repository = repositoryOf('octo/example', { apiUrl: `${server.origin}/api/v3`, token: 'a-token' });
  if (repository === null) throw new Error('there is one');
  return repository;
}
const answers =
  (body: unknown, status = 200): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

describe('the files of a commit, from the API', () => {
  it('are asked for by the id of the commit, with the token, at GITHUB_API_URL', async () => {
    const tree = [
      { path: 'src', mode: '040000', type: 'tree', sha: oid },
      { path: 'src/a', mode: '100644', type: 'blob', sha: oid, size: 1 },
      { path: 'module', mode: '160000', type: 'commit', sha: oid },
    ];
    const repository = await api(answers({ sha: oid, truncated: false, tree }));
    expect(await repository.tree(commit)).toEqual([
      { path: 'src/a', mode: '100644', oid },
      { path: 'module', mode: '160000', oid },
    ]);
    expect(server.urls).toEqual([`/api/v3/repos/octo/example/git/trees/${commit}?recursive=1`]);
    expect(server.authorizations).toEqual(['token a-token']);
  });

  it('that are not all there are none', async () => {
    const repository = await api(answers({ truncated: true, tree: [] }));
    await expect(repository.tree(commit)).rejects.toThrow('more than the API lists; give `actions/checkout`');
  });

  it.each([
    [404, 'status 404; `github-token` wants `contents: read`'],
    [403, 'status 403; `github-token` wants `contents: read`'],
    [500, 'status 500)'],
  ])('with status %i are not known, and nothing of the answer is shown', async (status, said) => {
    const repository = await api(answers({ message: '::error::evil' }, status));
    const fault = await repository.tree(commit).catch((error: unknown) => String(error));
    expect(fault).toContain(said);
    expect(fault).not.toContain('evil');
  });

  it.each([[{}], [{ truncated: false, tree: [{ path: 1 }] }], ['text']])('as %o are not understood', async (body) => {
    await expect((await api(answers(body))).tree(commit)).rejects.toThrow('could not be understood');
  });

  it('from a server that hangs up are not known', async () => {
    const repository = await api((request) => request.socket.destroy());
    await expect(repository.tree(commit)).rejects.toThrow('no answer');
  });
});

describe('a file, from the API', () => {
  it('is its bytes', async () => {
    const repository = await api(answers({ content: Buffer.from('käse\0').toString('base64'), encoding: 'base64' }));
    expect((await repository.blob(oid))?.toString()).toBe('käse\0');
    expect(server.urls).toEqual([`/api/v3/repos/octo/example/git/blobs/${oid}`]);
  });

  it('that is large is none', async () => {
    const content = Buffer.alloc(1024 ** 2 + 1).toString('base64');
    expect(await (await api(answers({ content, encoding: 'base64' }))).blob(oid)).toBeNull();
  });
});

it('without a token, or of no repository, nothing is asked', async () => {
  server = await serve(() => {});
  expect(repositoryOf('octo/example', { apiUrl: server.origin, token: null })).toBeNull();
  expect(repositoryOf('', { apiUrl: server.origin, token: 'x' })).toBeNull();
  expect(repositoryOf('a/b/c', { apiUrl: server.origin, token: 'x' })).toBeNull();
});
