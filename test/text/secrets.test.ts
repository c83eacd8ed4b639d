import { PassThrough } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputLog as ServerLog } from '../../src/mcp/output-log.ts';
import { OutputLog as ServiceLog } from '../../src/sandbox/output-log.ts';
import { redactDeep, redactor } from '../../src/text/untrusted.ts';

/** Values as people have them, and as nobody should. Without an asterisk: beside a mask it could not be told apart. */
const secret = fc
  .oneof(
    fc.string({ minLength: 4, maxLength: 40 }),
    fc.string({ unit: 'grapheme', minLength: 4, maxLength: 20 }),
    fc.stringMatching(/^[A-Za-z0-9_-]{20,80}$/),
    fc.stringMatching(/^[0-9]{4,12}$/),
    fc.array(fc.stringMatching(/^[A-Za-z0-9+/=]{8,70}$/), { minLength: 2, maxLength: 6 }).map((all) => all.join('\n')),
    fc.constantFrom(
      'a.c+',
      '(x)[y]{2}|$^',
      '\\d+\\b',
      '<&>"\'/',
      'pä ss/wö+rd',
      '🔑🔑🔑🔑',
      '%41%42',
      'aaaa',
      'abcabcabc',
    ),
  )
  .filter((value) => value.trim().length >= 4 && !value.includes('*'));

const goEscapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
const json = (value: string) => JSON.stringify(value).slice(1, -1);
const base64 = (value: string) => Buffer.from(value).toString('base64');
const encoders: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  json,
  'json in json': (value) => json(json(value)),
  'json in json in json': (value) => json(json(json(value))),
  'json of Go': (value) => json(value).replace(/[<>&]/g, (mark) => goEscapes[mark] ?? ''),
  'json of PHP': (value) => json(value).replaceAll('/', '\\/'),
  'json in ASCII': (value) =>
    json(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  url: (value) => encodeURIComponent(value.toWellFormed()),
  'url in lower case': (value) =>
    encodeURIComponent(value.toWellFormed()).replace(/%../g, (byte) => byte.toLowerCase()),
  'url in a url': (value) => encodeURIComponent(encodeURIComponent(value.toWellFormed())),
  form: (value) => new URLSearchParams({ value }).toString().slice('value='.length),
  hex: (value) => Buffer.from(value).toString('hex'),
  'hex in upper case': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  base64,
  'base64 for URLs': (value) => Buffer.from(value).toString('base64url'),
};
const encoder = fc.constantFrom(...Object.keys(encoders));
const encode = (name: string, value: string) => (encoders[name] ?? String)(value);

/** @returns whether bytes of the value can be read from what is left of base64, wherever that began */
function readable(rest: string, value: string): boolean {
  const bytes = Buffer.from(value);
  const part = bytes.subarray(1, Math.min(bytes.length - 1, 7));
  return [0, 1, 2, 3].some((skip) => Buffer.from(rest.slice(skip), 'base64').includes(part));
}

describe('redactor', () => {
  it('finds several secrets in any encoding, also where one begins another', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(secret, encoder), { minLength: 1, maxLength: 4 }),
        fc.string({ maxLength: 20 }),
        (all, noise) => {
          const values = all.flatMap(([value]) => [value, `${value}-and-more`]);
          const written = all.map(([value, name], at) => encode(name, at % 2 === 0 ? value : `${value}-and-more`));
          const text = redactor(values)(`${noise} ${written.join(` ${noise} `)}`);
          for (const [at, form] of written.entries()) expect(text.includes(form) ? (all[at]?.[1] ?? '') : '').toBe('');
          for (const value of values) expect(text).not.toContain(value);
          expect(text).not.toContain('-and-more');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves nothing to read in base64, at any offset, with either alphabet, with and without its end', () => {
    fc.assert(
      fc.property(
        secret.filter((value) => Buffer.byteLength(value) >= 8),
        fc.string({ maxLength: 8 }),
        fc.string({ maxLength: 8 }),
        fc.constantFrom('base64' as const, 'base64url' as const),
        fc.boolean(),
        (value, before, after, alphabet, padded) => {
          const encoded = Buffer.from(before + value + after).toString(alphabet);
          const text = redactor([value])(padded ? encoded : encoded.replace(/=+$/, ''));
          expect(text.split('***').filter((rest) => readable(rest, value))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds base64 that was broken into lines', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[!-)+-~]{50,400}$/),
        fc.constantFrom(64, 76),
        fc.constantFrom('', '\n'),
        (value, width, end) => {
          const lines = base64(value + end).match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
          // As a log has them: one by one.
          const left = lines.map(redactor([value])).filter((line) => line.replaceAll('***', '').length > 7);
          expect(left).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds what is left of a secret that was cut with an ellipsis, from either side', () => {
    fc.assert(
      fc.property(
        secret,
        encoder,
        fc.nat(200),
        fc.constantFrom('…', '"…', ' … (cut)', "' …"),
        (value, name, at, mark) => {
          const form = encode(name, value);
          const cut = 4 + (at % Math.max(1, form.length - 4));
          const redact = redactor([value]);
          const beginning = redact(`see ${form.slice(0, cut)}${mark}`);
          // A quotation mark before the ellipsis may be a part of it.
          expect(beginning.replace(/["' ]*…/u, '…')).toBe(`see ***${mark.replace(/^["' ]*/u, '')}`);
          const end = form.slice(Math.max(0, form.length - cut));
          expect(redact(`…${end} was seen`)).toBe('…*** was seen');
          expect(redact(beginning)).toBe(beginning);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not take ordinary words for what is left of a secret', () => {
    expect(redactor(['testing-1234'])('a test, testing… and …34 and test')).toBe('a test, ***… and …34 and test');
  });

  it('bears a flood of marks', () => {
    const text = 'x…'.repeat(1_000_000) + 'sesame…'.repeat(100_000);
    expect(redactor(['sesame-open-sesame'])(text)).not.toContain('sesame');
  });

  it('says what its rule is for short ones: fewer than 4 characters stay, in a list of many', () => {
    expect(redactor(['abc', 'abcd'])('abc abcd YWJj')).toBe('abc *** YWJj');
  });
});

describe('redactDeep', () => {
  it('takes numbers for texts where everything is foreign, and nowhere else', () => {
    const value = { durationMs: 12345678, actual: { pin: 12345678, list: [12345678, 1] }, expected: 123456789 };
    expect(redactDeep(value, redactor(['12345678']), new Set(['actual', 'expected']))).toEqual({
      durationMs: 12345678,
      actual: { pin: '***', list: ['***', 1] },
      expected: '***9',
    });
  });
});

interface Heard {
  readonly lines: readonly string[];
  readonly tail: string;
}

async function byServerLog(chunks: readonly Buffer[]): Promise<Heard> {
  const lines: string[] = [];
  const stream = new PassThrough();
  const log = new ServerLog([stream], (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await log.ended;
  return { lines, tail: log.tail() };
}

async function byServiceLog(chunks: readonly Buffer[]): Promise<Heard> {
  const lines: string[] = [];
  const stream = new PassThrough();
  const log = new ServiceLog((line) => lines.push(line));
  const ended = log.read(stream);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await ended;
  return { lines, tail: log.tail() };
}

/** @returns the bytes in pieces that end anywhere */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return ends.map((end, at) => bytes.subarray(at === 0 ? 0 : ends[at - 1], end));
}

describe.each([
  ['a server', byServerLog],
  ['a service', byServiceLog],
])('the output of %s', (_, listen) => {
  it('holds no secret, wherever the stream or a long line was cut', async () => {
    const single = secret.filter((value) => !/\p{Cc}/u.test(value) && value === value.trim());
    await fc.assert(
      fc.asyncProperty(
        single,
        encoder,
        fc.integer({ min: 0, max: 2100 }),
        fc.array(fc.nat(5000), { maxLength: 6 }),
        async (value, name, before, cuts) => {
          const form = encode(name, value);
          const output = `${'.'.repeat(before)}${form}\n${'.'.repeat(2046)}${form} and so on\nend ${form}`;
          const { lines, tail } = await listen(pieces(Buffer.from(output), cuts));
          const redact = redactor([value]);
          const written = [...lines.map(redact), redact(tail)];
          for (const text of written) {
            expect(text).not.toContain(form);
            // Nothing of it in front of the place where a line was cut, beyond what says nothing.
            expect(/([^.*]*)…$/u.exec(text)?.[1]?.length ?? 0).toBeLessThan(4);
          }
          expect(lines).toHaveLength(3);
        },
      ),
      { numRuns: 150 },
    );
  });
});
