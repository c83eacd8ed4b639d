import { describe, expect, it } from 'vitest';
import { duration, size } from '../../src/report/words.ts';

describe('duration', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_725_000, '1 h 2 min'],
  ])('shows %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe('size', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [13_000_000, '12.4 MiB'],
    [2 ** 60, '1048576.0 TiB'],
  ])('shows %d bytes as %s', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });
});
