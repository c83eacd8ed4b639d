import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { OutputLog } from '../../src/sandbox/output-log.ts';

async function read(chunks: readonly (string | Buffer)[]) {
  const lines: string[] = [];
  const log = new OutputLog((line) => lines.push(line));
  const stream = new PassThrough();
  const ended = log.read(stream);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await ended;
  return { lines, log };
}

describe('the output of a service', () => {
  it('is handed on line by line, wherever it was cut', async () => {
    const euro = Buffer.from('€\n');
    const { lines, log } = await read(['on', 'e\r\ntw', 'o\n\n  \n', euro.subarray(0, 1), euro.subarray(1), 'no end']);
    expect(lines).toEqual(['one', 'two', '€', 'no end']);
    expect(log.tail()).toBe('one\ntwo\n€\nno end');
  });

  it('is cut where a line has no end', async () => {
    const { lines } = await read([...Array.from({ length: 100 }, () => 'x'.repeat(10_000)), '\nnext\n']);
    expect(lines.map((line) => line.length)).toEqual([2049, 4]);
    expect(lines[0]?.endsWith('…')).toBe(true);
  });

  it('is handed on up to a bound; its end is known all the same', async () => {
    const { lines, log } = await read([Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join('')]);
    expect(lines.length).toBe(10_000);
    expect(log.tail().split('\n').at(-1)).toBe('line 19999');
    expect(log.tail().split('\n').length).toBe(40);
  });

  it('can be watched, after the bound too', async () => {
    const log = new OutputLog(() => {});
    const stream = new PassThrough();
    const ended = log.read(stream);
    stream.write('x\n'.repeat(20_000));
    const seen = new Promise((resolve) => log.watch(resolve));
    setImmediate(() => stream.end('ready now\n'));
    expect(await seen).toMatch(/x|ready now/u);
    await ended;
  });
});
