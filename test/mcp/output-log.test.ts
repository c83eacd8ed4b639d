import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { OutputLog } from '../../src/mcp/output-log.ts';

async function logOf(chunks: readonly (string | Buffer)[], onLine?: (line: string) => void): Promise<OutputLog> {
  const stream = new PassThrough();
  const log = new OutputLog([stream], onLine);
  for (const chunk of chunks) if (!stream.write(chunk)) await once(stream, 'drain');
  stream.end();
  await log.ended;
  return log;
}

describe('OutputLog', () => {
  test('keeps the last 40 lines', async () => {
    const log = await logOf(Array.from({ length: 100 }, (_, index) => `line ${index}\n`));
    const lines = log.tail().split('\n');
    expect(lines).toHaveLength(40);
    expect(lines.at(-1)).toBe('line 99');
  });

  test.for([
    [30, 0],
    [41, 1],
    [60, 20],
    [10_000, 40],
  ] as const)('of %i lines keeps the first %i that are not among the last', async ([printed, kept]) => {
    const log = await logOf(Array.from({ length: printed }, (_, index) => `line ${index}\n`));
    const expected = Array.from({ length: kept }, (_, index) => `line ${index}`);
    expect(log.head()).toBe(expected.join('\n'));
  });

  test('keeps at most 8 KiB of the first lines, and nothing after one that found no room', async () => {
    const long = `${'x'.repeat(1500)}\n`;
    const log = await logOf([...Array(8).fill(long), 'short\n', ...Array(20).fill(long)]);
    expect(log.head().split('\n')).toHaveLength(5);
  });

  test('keeps at most 8 KiB, and cuts lines at 2 KiB', async () => {
    const lines: string[] = [];
    const log = await logOf(Array(20).fill(`${'x'.repeat(5000)}\n`), (line) => lines.push(line));
    expect(Buffer.byteLength(log.tail())).toBeLessThanOrEqual(8 * 1024);
    expect(lines).toHaveLength(20);
    expect(lines[0]).toHaveLength(2049);
  });

  test('splits at carriage returns, and keeps the last line without an end', async () => {
    const lines: string[] = [];
    const log = await logOf(['10 %\r20 %\r', '30 %\r\ndone'], (line) => lines.push(line));
    expect(lines).toEqual(['10 %', '20 %', '30 %', 'done']);
    expect(log.lastLine()).toBe('done');
  });

  test('puts characters together that come in pieces', async () => {
    const bytes = Buffer.from('grüße 🎉\n');
    const log = await logOf([...bytes].map((byte) => Buffer.of(byte)));
    expect(log.tail()).toBe('grüße 🎉');
  });

  test('hands on 10,000 lines and keeps the tail of all', async () => {
    let count = 0;
    const log = await logOf(
      Array.from({ length: 12_000 }, (_, index) => `line ${index}\n`),
      () => count++,
    );
    expect(count).toBe(10_000);
    expect(log.lastLine()).toBe('line 11999');
  });

  test('the last line is one that says something', async () => {
    const trace =
      'Error: the moon\n    at start (/app/index.js:1:7)\n    at node:internal/main {\n}\n\nNode.js v24.1.0\n';
    expect((await logOf([trace])).lastLine()).toBe('Error: the moon');
  });

  test('a listener that throws harms nothing', async () => {
    const log = await logOf(['one\ntwo\n'], () => {
      throw new Error('listener');
    });
    expect(log.tail()).toBe('one\ntwo');
  });
});
