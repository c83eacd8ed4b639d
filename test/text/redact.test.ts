import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactDeep, redactor } from '../../src/text/untrusted.ts';

const secret = fc.oneof(
  fc.string({ minLength: 4, maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 4, maxLength: 20 }),
  fc.constantFrom('s3cr3t/+=&"\\', 'pässwörd', 'a b c d', 'tok~en!(x)*'),
);
const carriers: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => JSON.stringify({ value }),
  (value) => JSON.stringify(JSON.stringify([value])),
  (value) => `https://x.example/?q=${encodeURIComponent(value.toWellFormed())}`,
  (value) => new URLSearchParams({ value }).toString(),
  (value) => encodeURIComponent(value.toWellFormed()).replace(/%../g, (byte) => byte.toLowerCase()),
  (value) => Buffer.from(value).toString('hex'),
];

describe('redactor', () => {
  it('leaves nothing of a secret in any of its encodings', () => {
    // A mask next to text may be a secret only where the secret itself holds the mask.
    const visible = secret.filter((value) => value.trim().length >= 4 && !value.includes('*'));
    fc.assert(
      fc.property(visible, fc.string(), fc.string(), fc.constantFrom(...carriers), (value, before, after, carrier) => {
        const redact = redactor([value]);
        const text = redact(before + carrier(value) + after);
        expect(text).toContain('***');
        expect(text).not.toContain(value);
        expect(redact(text)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves no base64 from which the secret could be read, wherever it stands in a longer text', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-zA-Z0-9/+_-]{8,40}$/),
        fc.stringMatching(/^[a-z]{0,8}$/),
        fc.stringMatching(/^[a-z]{0,8}$/),
        fc.constantFrom('base64' as const, 'base64url' as const),
        (value, before, after, encoding) => {
          const encoded = Buffer.from(before + value + after).toString(encoding);
          const text = redactor([value])(encoded);
          expect(text).toContain('***');
          for (const rest of text.split('***')) {
            const offsets = [0, 1, 2, 3].map((skip) => Buffer.from(rest.slice(skip), 'base64').toString('latin1'));
            for (const readable of offsets) expect(readable).not.toContain(value.slice(1, 5));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('replaces the longest first and overlaps whole', () => {
    expect(redactor(['abcd', 'abcdefgh'])('x abcdefgh y abcd')).toBe('x *** y ***');
    expect(redactor(['abcd', 'cdef'])('abcdef')).toBe('***');
    expect(redactor(['aaaa'])('aaaaaa')).toBe('***');
  });

  it('leaves values shorter than four characters alone', () => {
    expect(redactor(['abc', ''])('abc')).toBe('abc');
  });

  it('hides each line of a key', () => {
    const key = '-----BEGIN KEY-----\nMIIBVgIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n';
    expect(redactor([key])('read kqhkiG9w0BAQEF from file')).toBe('read *** from file');
    expect(redactor([key])('whitespace-trimmed ' + key.trim())).toBe('whitespace-trimmed ***');
  });
});

describe('redactDeep', () => {
  const redact = redactor(['hunter22']);

  it('reaches every string and every key', () => {
    const value = { a: ['x hunter22', { hunter22: 1 }], n: 5, t: true, z: null };
    expect(redactDeep(value, redact)).toEqual({ a: ['x ***', { '***': 1 }], n: 5, t: true, z: null });
  });

  it('loses no entry where keys become the same', () => {
    const value = { hunter22: 1, [Buffer.from('hunter22').toString('hex')]: 2, '*** (2)': 3 };
    expect(Object.values(redactDeep(value, redact)).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  it('keeps a key named __proto__ a plain key', () => {
    const value = redactDeep(JSON.parse('{"__proto__":{"x":"hunter22"}}'), redact);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"x":"***"}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('survives any depth', () => {
    let value: unknown = 'hunter22';
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    expect(JSON.stringify(redactDeep(value, redact))).toContain('nested more than 200 deep');
  });

  it('leaves no secret in any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: fc.constantFrom('a', 'b') }), (json) => {
        const value = JSON.parse(
          JSON.stringify(json).replace(/"([^"]*)":?/g, (found) => `"hunter22 ${found.slice(1)}`),
        );
        expect(JSON.stringify(redactDeep(value, redact))).not.toContain('hunter22');
      }),
    );
  });
});
