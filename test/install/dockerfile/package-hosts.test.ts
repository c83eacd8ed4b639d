import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MachineProxy } from '../../../src/install/dockerfile/machine-proxy.ts';
import { AllowedHosts, packageHosts, targetOf } from '../../../src/install/dockerfile/package-hosts.ts';
import { isElsewhere, isPublic, NotPublic, publicLookup } from '../../../src/install/dockerfile/public-lookup.ts';

describe('what a client asks for', () => {
  it.each([
    ['PyPI.org:443', { host: 'pypi.org', port: 443 }],
    ['localhost:8080', { host: 'localhost', port: 8080 }],
    ['10.0.0.1:80', { host: '10.0.0.1', port: 80 }],
    ['[::1]:443', { host: '::1', port: 443 }],
    ['[0:0:0:0:0:0:0:1]:443', { host: '::1', port: 443 }],
    ['[::FFFF:10.0.0.1]:443', { host: '::ffff:a00:1', port: 443 }],
  ])('reads %s', (authority, target) => expect(targetOf(authority, null)).toEqual(target));

  it.each([
    ['', 'nothing'],
    ['pypi.org', 'no port'],
    ['pypi.org:', 'no port'],
    [':443', 'no host'],
    ['pypi.org.:443', 'a dot at the end'],
    ['pypi..org:443', 'two dots'],
    ['.pypi.org:443', 'a dot at the start'],
    ['pypi.org:0443', 'a zero before the port'],
    ['pypi.org:0', 'port 0'],
    ['pypi.org:65536', 'a port that is none'],
    ['pypi.org:443:443', 'two ports'],
    ['pypi.org:+443', 'a sign'],
    ['pypi.org: 443', 'a space'],
    ['me@pypi.org:443', 'a user'],
    ['me:secret@pypi.org:443', 'a user with a password'],
    ['evil.example:443@pypi.org:443', 'a host as a user'],
    ['pypi.org%00.evil.example:443', 'a percent sign'],
    ['pypi%2eorg:443', 'an encoded dot'],
    ['pypi.org\u0000:443', 'a null byte'],
    ['pypi.org/x:443', 'a slash'],
    ['pypi.org#:443', 'a fragment'],
    ['pypi。org:443', 'a full stop that URLs take for a dot'],
    ['ｐypi.org:443', 'a letter that URLs take for another'],
    ['::1:443', 'an IPv6 address without brackets'],
    ['[::1%25eth0]:443', 'a zone, encoded'],
    ['[fe80::1%eth0]:443', 'a zone'],
    ['[pypi.org]:443', 'a name in brackets'],
    ['[::1]evil:443', 'something behind the brackets'],
    [`${'a.'.repeat(127)}org:443`, 'a name that is too long'],
  ])('takes %j for nothing: %s', (authority) => {
    expect(targetOf(authority, null)).toBeNull();
    expect(() => new AllowedHosts([authority === 'pypi.org' ? 'pypi.org:' : authority])).toThrow(
      /is no host and no host:port$/u,
    );
  });
});

describe('the hosts that a build may reach', () => {
  const trust = (listed: readonly string[], asked: string) => {
    const target = targetOf(asked, null);
    return target === null ? null : new AllowedHosts(listed).trust(target);
  };

  it('are those of packages, on the ports of HTTP', () => {
    for (const host of packageHosts) {
      expect(trust([], `${host}:443`)).toBe('public');
      expect(trust([], `${host}:80`)).toBe('public');
      expect(trust([], `${host}:22`)).toBeNull();
      expect(trust([], `www.${host}:443`)).toBeNull();
      expect(trust([], `${host}.evil.example:443`)).toBeNull();
    }
    expect(trust([], '127.0.0.1:443')).toBeNull();
    expect(trust([], '151.101.0.223:443')).toBeNull();
  });

  it('are those that the configuration lists, too, on the port that it says', () => {
    const listed = ['Files.Example', 'mirror.example:8443', '[::1]:80', '10.1.2.3', 'pypi.org'];
    for (const asked of ['files.example:443', 'FILES.example:80', 'mirror.example:8443', '[0::1]:80', '10.1.2.3:80']) {
      expect(trust(listed, asked)).toBe('listed');
    }
    for (const asked of ['files.example:8443', 'mirror.example:443', '[::1]:443', 'a.files.example:443']) {
      expect(trust(listed, asked)).toBeNull();
    }
    expect(trust(listed, 'pypi.org:443')).toBe('listed');
  });
});

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '2001::1',
    '2002:7f00:1::',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%2',
    'fec0::1',
    'ff02::1',
    'no address',
  ])('%s is not public', (address) => expect(isPublic(address)).toBe(false));

  it.each([
    '1.1.1.1',
    '151.101.0.223',
    '172.32.0.1',
    '100.128.0.1',
    '168.63.129.17',
    '203.0.113.80',
    '223.255.255.255',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
    '2606:4700::6810:1',
    '2a04:4e42::223',
  ])('%s is', (address) => expect(isPublic(address)).toBe(true));

  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '168.63.129.16',
    '100.100.100.200',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
    '192.0.0.192',
    '64:ff9b:1::a9fe:a9fe',
    'fe80::1',
  ])('%s is where a machine asks about itself', (address) => expect(isElsewhere(address)).toBe(false));

  it.each(['10.0.0.1', '127.0.0.1', '::1', 'fd00::1', '192.168.1.1'])('%s may be listed', (address) => {
    expect(isElsewhere(address)).toBe(true);
  });

  const found = (addresses: readonly string[], all: boolean) =>
    new Promise((resolve) => {
      const answer = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      const system: LookupFunction = (_, options, done) => {
        expect(options.all).toBe(true);
        done(null, answer);
      };
      publicLookup(system)('name.example', { all }, (error, address, family) => resolve(error ?? [address, family]));
    });

  it('is left out of those that a name leads to where it is not public', async () => {
    const first = [[{ address: '1.1.1.1', family: 4 }], undefined];
    expect(await found(['10.0.0.1', '1.1.1.1', '::1'], true)).toEqual(first);
    expect(await found(['10.0.0.1', '1.1.1.1', '::1'], false)).toEqual(['1.1.1.1', 4]);
    const none = new NotPublic('name.example leads to 10.0.0.1, ::1, which is not public');
    expect(await found(['10.0.0.1', '::1'], true)).toEqual(none);
    expect(await found(['10.0.0.1', '::1'], false)).toEqual(none);
  });
});

describe('the proxy of a machine', () => {
  const env = { HTTPS_PROXY: 'http://secure.example:3128', http_proxy: 'plain.example:3129' };
  const proxied = (exceptions: string, asked: string, more: NodeJS.ProcessEnv = {}) => {
    const target = targetOf(asked, 443);
    if (target === null) throw new Error(asked);
    return new MachineProxy({ ...env, NO_PROXY: exceptions, ...more }).for(target, true) !== null;
  };

  it('depends on what is asked for', () => {
    const proxy = new MachineProxy(env);
    const target = { host: 'pypi.org', port: 443 };
    expect(proxy.for(target, true)?.href).toBe('http://secure.example:3128/');
    expect(proxy.for(target, false)?.href).toBe('http://plain.example:3129/');
    expect(new MachineProxy({ ...env, https_proxy: 'http://lower.example' }).for(target, true)?.host).toBe(
      'lower.example',
    );
    expect(new MachineProxy({ HTTPS_PROXY: '', HTTP_PROXY: 'http://x' }).for(target, true)).toBeNull();
  });

  it.each([
    ['*', 'pypi.org'],
    ['other.example, pypi.org', 'pypi.org'],
    ['PYPI.ORG', 'pypi.org'],
    ['example.com', 'a.example.com'],
    ['.example.com', 'a.example.com'],
    ['.example.com', 'example.com'],
    ['*.example.com', 'a.b.example.com'],
    ['example.com:443', 'example.com:443'],
    ['10.0.0.0/8', '10.1.2.3'],
    ['10.0.0.1-10.0.0.9', '10.0.0.5'],
    ['10.0.0.5', '10.0.0.5:8080'],
    ['::1', '[::1]:443'],
    ['[::1]', '[::1]:443'],
    ['fd00::/8', '[fd12::1]:443'],
  ])('is not asked where NO_PROXY is %s and it is about %s', (exceptions, asked) => {
    expect(proxied(exceptions, asked)).toBe(false);
    expect(proxied('', asked, { no_proxy: exceptions })).toBe(false);
  });

  it.each([
    ['', 'pypi.org'],
    [' , ,', 'pypi.org'],
    ['.', 'pypi.org'],
    ['org.example', 'pypi.org'],
    ['example.com', 'notexample.com'],
    ['*.example.com', 'example.com'],
    ['example.com:8443', 'example.com:443'],
    ['10.0.0.0/8', '11.1.2.3'],
    ['10.0.0.0/33', '10.0.0.0'],
    ['10.0.0.9-10.0.0.1', '10.0.0.5'],
    ['10.0.0.0/8', 'pypi.org'],
  ])('is asked where NO_PROXY is %j and it is about %s', (exceptions, asked) => {
    expect(proxied(exceptions, asked)).toBe(true);
  });

  it.each(['socks5://me:secret@proxy.example', 'http://', 'http://me:sec%zzret@proxy.example'])(
    'is refused where it is %s, without saying its password',
    (HTTPS_PROXY) => {
      expect(() => new MachineProxy({ HTTPS_PROXY })).toThrow(
        'HTTPS_PROXY of this machine is not the address of an http:// or https:// proxy',
      );
    },
  );
});
