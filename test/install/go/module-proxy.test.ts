import { describe, expect, it } from 'vitest';
import { findModuleProxy, moduleMirror } from '../../../src/install/go/module-proxy.ts';

const hrefOf = (found: unknown) => (found instanceof URL ? found.href : found);

describe('the module proxy', () => {
  it.each([
    [undefined, 'https://proxy.golang.org/'],
    ['', 'https://proxy.golang.org/'],
    ['https://goproxy.example/go', 'https://goproxy.example/go/'],
    ['https://one.example,https://two.example,direct', 'https://one.example/'],
    [' https://one.example|direct', 'https://one.example/'],
  ])('is for GOPROXY=%s %s', async (value, url) => {
    expect((await findModuleProxy({ GOPROXY: value })).url.href).toBe(url);
  });

  it('keeps a login out of its address', async () => {
    const proxy = await findModuleProxy({ GOPROXY: 'https://me:secret@goproxy.example' });
    expect(proxy.url.href).toBe('https://goproxy.example/');
    expect(proxy.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
  });

  it.each([
    ['off', /GOPROXY is off in the step's environment.*commit `vendor`/u],
    ['direct', /GOPROXY is direct in the step's environment/u],
    ['file:///srv/modules', /the module proxy that GOPROXY names is no address/u],
  ])('cannot be %s', async (value, message) => {
    await expect(findModuleProxy({ GOPROXY: value })).rejects.toThrow(message);
  });

  it('shows modules and nothing else', async () => {
    const mirror = moduleMirror(await findModuleProxy({ GOPROXY: 'https://goproxy.example/go' }));
    const shown = async (path: string) => hrefOf(await mirror.find(path));
    expect(await shown('/github.com/!burnt!sushi/toml/@v/v1.3.2.zip')).toBe(
      'https://goproxy.example/go/github.com/!burnt!sushi/toml/@v/v1.3.2.zip',
    );
    expect(await shown('/a.b/%21c/@v/list')).toBe('https://goproxy.example/go/a.b/!c/@v/list');
    for (const path of ['/a.b/c/@v/list', '/a.b/c/@latest', '/a.b/c/@v/v0.0.0-2020-abc+incompatible.mod']) {
      expect(await shown(path)).toMatch(/^https:\/\/goproxy\.example\/go\/a\.b\/c\/@/u);
    }
    const refused = [
      '/',
      '/a.b/c',
      '/../secret/@v/list',
      '/a.b/../../c/@v/list',
      '/a.b/%2e%2e/c/@v/list',
      '/a.b/c/@v/v1.0.0.zip?leak=1',
      '/a.b/c?x=/@v/list',
      '//elsewhere.example/a/@v/list',
      'http://elsewhere.example/a/@v/list',
      '/a.b/c/@v/../../x',
      '/sumdb/sum.golang.org/supported',
      '/a.b/c/@v/v1.0.0.ziphash',
    ];
    const found = await Promise.all(refused.map(async (path) => [path, await mirror.find(path)]));
    expect(found).toEqual(refused.map((path) => [path, null]));
  });
});
