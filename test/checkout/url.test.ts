import { describe, expect, it } from 'vitest';
import { CheckoutRefused } from '../../src/checkout/errors.ts';
import { gitEnvironment, gitSettings } from '../../src/checkout/git-settings.ts';
import { placeOf, repositoryUrl } from '../../src/checkout/url.ts';

describe('the URL of a repository', () => {
  it.each([
    ['acme/server', 'https://github.com', 'https://github.com/acme/server'],
    ['acme/server.js', 'https://github.com/', 'https://github.com/acme/server.js'],
    ['a/.github', 'https://ghes.example.com:8443', 'https://ghes.example.com:8443/a/.github'],
    ['a_b/c', 'https://example.com/github/', 'https://example.com/github/a_b/c'],
  ])('%s on %s', (name, server, url) => {
    expect(repositoryUrl(name, server)).toBe(url);
  });

  it.each([
    'acme',
    'a/b/c',
    '../x',
    'a/..',
    'a/.',
    'a/.git',
    '-a/b',
    'a/b?c',
    'a/b#c',
    'a@b/c',
    'a/ b',
    '/b',
    'a/',
    '',
  ])('%j is no repository', (name) => {
    expect(() => repositoryUrl(name, 'https://github.com')).toThrow(CheckoutRefused);
  });

  it.each(['', 'github.com', 'file:///etc', 'https://u:p@github.com', 'ssh://github.com'])(
    '%j is no server',
    (server) => {
      expect(() => repositoryUrl('a/b', server)).toThrow(CheckoutRefused);
    },
  );
});

describe('a place', () => {
  const strict = { allowInsecure: false, allowLocal: false };

  it.each([
    ['git@github.com:acme/server.git', 'https://github.com/acme/server.git'],
    ['ssh://git@github.com/acme/server', 'https://github.com/acme/server'],
    ['git+ssh://git@github.com/acme/server', 'https://github.com/acme/server'],
    ['git://github.com/acme/server', 'over `https:` only'],
    ['ext::sh -c id', 'not the URL'],
    ['ext::sh', 'needs keys'],
    ['http://github.com/acme/server', 'not encrypted'],
    ['ftp://github.com/acme/server', 'over `https:` only'],
    ['file:///etc', 'of this machine'],
    ['/etc', 'of this machine'],
    ['file://host/share', 'of this machine'],
    ['https://user@github.com/a/b', 'user name or password'],
    ['https://github.com/a/b?x=y', 'leave that out'],
    ['https://github.com/a/b#main', 'leave that out'],
    ['--upload-pack=x', 'not the URL'],
    ['https://github.com/a b', 'not the URL'],
    ['relative/path', 'not the URL'],
    ['', 'not the URL'],
  ])('%j is refused with what to do', (url, words) => {
    expect(() => placeOf(url, strict)).toThrow(words);
  });

  it('has the host that a token is compared with', () => {
    const place = placeOf('https://GitHub.com:443/acme/server.git', strict);
    expect(place).toEqual({
      url: 'https://github.com/acme/server.git',
      protocol: 'https',
      origin: 'https://github.com',
      host: 'github.com',
    });
    const folder = placeOf('/a folder/b%c', { allowInsecure: false, allowLocal: true });
    expect(folder.url).toBe('file:///a%20folder/b%25c');
    expect(folder.origin).toBeNull();
  });
});

describe('what git is started with', () => {
  it('allows one protocol, or none', () => {
    const allowed = (protocol: 'https' | null) => gitSettings(protocol).filter((word) => word.startsWith('protocol.'));
    expect(allowed('https')).toEqual(['protocol.allow=never', 'protocol.https.allow=always']);
    expect(allowed(null)).toEqual(['protocol.allow=never']);
    expect(gitEnvironment('https', null, {})['GIT_ALLOW_PROTOCOL']).toBe('https');
    expect(gitEnvironment(null, null, {})['GIT_ALLOW_PROTOCOL']).toBe('');
  });

  it('has the proxies and certificates of the run where it needs a network, and nothing else', () => {
    const env = { HTTPS_PROXY: 'http://proxy', no_proxy: 'x', SSL_CERT_FILE: '/ca.pem', SECRET: 's', GIT_DIR: '/x' };
    const built = gitEnvironment('https', null, env);
    expect(built).toMatchObject({ HTTPS_PROXY: 'http://proxy', no_proxy: 'x', GIT_SSL_CAINFO: '/ca.pem' });
    expect(gitEnvironment('https', null, { ...env, GIT_SSL_CAINFO: '/own' })['GIT_SSL_CAINFO']).toBe('/own');
    for (const name of ['SECRET', 'GIT_DIR']) expect(built).not.toHaveProperty(name);
    for (const protocol of [null, 'file'] as const) {
      expect(gitEnvironment(protocol, null, env)).not.toHaveProperty('HTTPS_PROXY');
    }
  });
});
