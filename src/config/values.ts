import * as z from 'zod';
import { durationHint, parseDuration, parseSize, sizeHint } from './units.ts';
import type { Parsed } from './units.ts';
import { alternatives, expected, nearest } from './words.ts';

/** Linux allows 128 KiB for one argument or variable; this leaves room for its name. */
const maxText = 100_000;

/** An issue map that says what was wanted and what stood there. */
export function wants(what: string) {
  return { error: (issue: { readonly input?: unknown }) => expected(what, issue.input) };
}

/** Adds the problem of a parsed value as an issue. */
export function settle<Value>(parsed: Parsed<Value>, context: z.RefinementCtx): Value {
  if ('value' in parsed) return parsed.value;
  context.addIssue({ code: 'custom', message: parsed.problem });
  return z.NEVER;
}

/** A text for a program: bounded, and without the character that ends one. */
export function text(what: string) {
  return z
    .string(wants(what))
    .max(maxText, `expected ${what} of at most ${maxText} characters`)
    .refine((value) => !value.includes('\0'), `expected ${what} without the character U+0000`);
}

/** A text that stands in reports as a name. */
export function label(what: string) {
  return z
    .string(wants(what))
    .min(1, `expected ${what}, found an empty text`)
    .max(200, `expected ${what} of at most 200 characters`)
    .refine((value) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value), `expected ${what} without control characters`);
}

export function whole(min: number, max: number, what = 'a whole number') {
  const range = wants(`${what} from ${min} to ${max}`);
  return z.int(range).min(min, range).max(max, range);
}

export function decimal(min: number, max: number) {
  const range = wants(`a number from ${min} to ${max}`);
  return z.number(range).min(min, range).max(max, range);
}

export function flag() {
  return z.boolean(wants('`true` or `false`'));
}

/** One of some words; the words of `later` are known and refused as not yet supported. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  later: readonly string[] = [],
) {
  return z.enum(words, {
    error: ({ input }) => {
      if (typeof input === 'string' && later.includes(input)) {
        return `\`${input}\` is not yet supported; expected ${alternatives(words)}`;
      }
      const near = typeof input === 'string' ? nearest(input, words) : null;
      return `${expected(alternatives(words), input)}${near === null ? '' : `; did you mean \`${near}\`?`}`;
    },
  });
}

/** Milliseconds. */
export function duration() {
  return z
    .string(wants(durationHint))
    .meta({ pattern: String.raw`^\d+(\.\d+)?\s?[A-Za-z]+$`, examples: ['30s', '2m', '500ms'] })
    .transform((value, context) => settle(parseDuration(value), context));
}

/** Bytes. */
export function size(minimum: string) {
  const least = parseSize(minimum);
  return z
    .union([z.string(), z.number()], wants(sizeHint))
    .meta({ examples: ['512Mi', '2Gi'] })
    .transform((value, context) => {
      const bytes = settle(parseSize(value), context);
      if ('value' in least && bytes < least.value) {
        context.addIssue({ code: 'custom', message: `expected at least \`${minimum}\`, found \`${value}\`` });
      }
      return bytes;
    });
}

/** One text or several, as a list; none of them empty. */
export function texts(what: string) {
  const one = text(what).min(1, 'an empty text is found in every answer; write what is to be found');
  return z
    .union(
      [one, z.array(one).min(1, 'the list is empty; write at least one text')],
      wants(`${what}, or a list of them`),
    )
    .transform((value) => (typeof value === 'string' ? [value] : value));
}

/** A mapping with free keys. */
export function mapping<Value extends z.ZodType>(value: Value, what: string) {
  return z.record(z.string(), value, wants(what));
}

/** A mapping with free keys whose values are texts. */
export function textMapping(what: string) {
  return mapping(text('a text (put numbers in quotes)'), what);
}
