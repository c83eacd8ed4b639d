import { describe, expect, it } from 'vitest';
import { ImageRefused, PodmanFailed } from '../../src/sandbox/errors.ts';
import { parseImageFacts } from '../../src/sandbox/image-facts.ts';
import { userOfImage } from '../../src/sandbox/image-look.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const inspected = (config: object, more: object = {}) =>
  JSON.stringify([{ Digest: digest, Size: 5, Os: 'linux', Architecture: 'amd64', Config: config, ...more }]);
const facts = (config: object, given = 'docker.io/library/x:1') => parseImageFacts(given, inspected(config));

describe('what an image says about itself', () => {
  it('is read from an inspection', () => {
    const config = {
      Entrypoint: ['/x'],
      Cmd: ['a', 'b'],
      User: 'app',
      WorkingDir: '/srv',
      Env: ['A=b=c', 'PATH=/opt/bin', 'odd'],
    };
    expect(facts(config)).toEqual({
      digest,
      size: 5,
      entrypoint: ['/x'],
      command: ['a', 'b'],
      user: 'app',
      volumes: [],
      workdir: '/srv',
      env: { A: 'b=c', PATH: '/opt/bin' },
      os: 'linux',
      architecture: 'amd64',
    });
  });

  it('may be next to nothing', () => {
    expect(facts({})).toMatchObject({
      entrypoint: [],
      command: [],
      user: '',
      workdir: '/',
      env: { PATH: expect.stringContaining('/usr/bin') },
    });
    expect(parseImageFacts('x', '[{}]')).toMatchObject({ digest: null, size: 0, os: '' });
  });

  it('has the digest that the user pinned', () => {
    const pinned = `sha256:${'b'.repeat(64)}`;
    expect(facts({}, `docker.io/library/x@${pinned}`).digest).toBe(pinned);
    expect(parseImageFacts('x', inspected({}, { Digest: '$(evil)' })).digest).toBe(null);
  });

  it('gives away no place that is the sandbox’s or the kernel’s', () => {
    const asked = [
      '/',
      '/proc',
      '/sys/fs',
      '/dev/shm',
      '/tmp',
      '/run',
      '/var/run',
      '/home/user',
      '/opt/mcp-workflow/app',
      '/a:b',
      '/a,b',
      'data/../proc/x',
    ];
    expect(facts({ Volumes: Object.fromEntries(asked.map((path) => [path, {}])) }).volumes).toEqual([]);
    const theirs = { '/data/': {}, relative: {}, '/tmp/x': {}, '/run/x': {}, '/a/../b': {}, '/var/lib/db': {} };
    expect(facts({ Volumes: theirs }).volumes).toEqual(['/data', '/relative', '/tmp/x', '/run/x', '/b', '/var/lib/db']);
  });

  it('is bounded, and understood or not', () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`/v${n}`, {}]));
    expect(() => facts({ Volumes: many })).toThrow(ImageRefused);
    expect(() => facts({ Entrypoint: 'no list' })).toThrow(PodmanFailed);
    expect(() => facts({ Cmd: ['x'.repeat(100_000)] })).toThrow(PodmanFailed);
    expect(() => parseImageFacts('x', 'nonsense')).toThrow(PodmanFailed);
    expect(() => parseImageFacts('x', '[]')).toThrow(PodmanFailed);
  });
});

describe('the user of an image', () => {
  const user = (uid: number, gid: number) => userOfImage('x', 'name', { uid, gid, home: null });
  it('is honoured, root and its group never', () => {
    expect(user(70, 71)).toEqual({ uid: 70, gid: 71 });
    expect(user(70, 0)).toEqual({ uid: 70, gid: 70 });
    expect(user(0, 70)).toBe(null);
    expect(user(0, 0)).toBe(null);
  });
  it('has to exist, within the ids that there are', () => {
    expect(() => userOfImage('x', 'ghost', null)).toThrow('"ghost", who is not in its /etc/passwd');
    expect(() => user(65_536, 1)).toThrow('ids up to 65535');
    expect(() => user(1, 4_000_000_000)).toThrow('ids up to 65535');
  });
});
