import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { containerPathProblem, overlap } from '../../src/config/regions.ts';
import { deriveServerName, serverName } from '../../src/config/names.ts';
import { parseDuration, parseSize } from '../../src/config/units.ts';
import { nearest } from '../../src/config/words.ts';

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5s', 1500],
  ['2m', 120_000],
  ['2 minutes', 120_000],
  ['5d', 432_000_000],
])('the duration %s', (text, value) => {
  expect(parseDuration(text)).toEqual({ value });
});

test.each([
  '',
  '30',
  '1.5',
  '-30s',
  '- 30s',
  '+30s',
  '0s',
  '0.1ms',
  '6d',
  '1y',
  's',
  '30 parsecs',
  '1e3s',
  '30s ',
  '1m30s',
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toEqual({ problem: expect.stringContaining('such as `30s`') });
});

test.each([
  ['512Mi', 536_870_912],
  ['64KiB', 65_536],
  ['2Gi', 2_147_483_648],
  ['1.5Gi', 1_610_612_736],
  ['100B', 100],
  ['4096', 4096],
  [4096, 4096],
])('the size %s', (given, value) => {
  expect(parseSize(given)).toEqual({ value });
});

test.each(['', '-1', -1, 1.5, 'Mi', '5 Mi', '5mi', '5Pi', '1.3', '999999Ti', Number.NaN, 'x'.repeat(99)])(
  '%j is no size',
  (given) => {
    expect(parseSize(given)).toEqual({ problem: expect.stringContaining('such as `512Mi`') });
  },
);

test('decimal units are told apart from binary ones', () => {
  expect(parseSize('512MB')).toEqual({ problem: expect.stringContaining('write the unit as `Mi`') });
});

test.each(['/work', '/data/a', '/srv/x', '/opt/x', '/tmp/x', '/home/user/x', '/a-b_c.d'])('%s may be mounted', (at) => {
  expect(containerPathProblem(at)).toBeNull();
});

test.each([
  '',
  'work',
  '/',
  '//',
  '/a/',
  '/a//b',
  '/a/../b',
  '/./a',
  '/proc',
  '/proc/x',
  '/sys',
  '/dev/shm',
  '/usr/x',
  '/etc',
  '/app/x',
  '/run',
  '/lib64',
  '/tmp',
  '/home/user',
  '/a:b',
  '/a,b',
  '/a b',
  '/a\n',
  `/${'a'.repeat(300)}`,
])('%j may not be mounted', (at) => {
  expect(containerPathProblem(at)).toEqual(expect.any(String));
});

test('folders overlap where one holds the other, not where they begin alike', () => {
  expect(overlap('/a', '/a/b')).toBe(true);
  expect(overlap('/a/b', '/a')).toBe(true);
  expect(overlap('/a', '/a')).toBe(true);
  expect(overlap('/a', '/ab')).toBe(false);
});

test('a derived name is a name, and a new one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (raw, others) => {
      const first = deriveServerName(raw, new Set(others));
      const second = deriveServerName(raw, new Set([...others, first]));
      expect(first).toMatch(serverName);
      expect(second).toMatch(serverName);
      expect([...others, first]).not.toContain(second);
    }),
  );
});

test('only close names are suggested', () => {
  expect(nearest('sorce', ['source', 'servers'])).toBe('source');
  expect(nearest('max_latency', ['maxLatency'])).toBe('maxLatency');
  expect(nearest('banana', ['source', 'servers'])).toBeNull();
  expect(nearest('x', [])).toBeNull();
});
