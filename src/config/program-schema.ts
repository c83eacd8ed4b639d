import * as z from 'zod';
import { imageProblem } from '../sources/image.ts';
import { containerNameProblem, secretNameProblem } from './names.ts';
import { strict } from './strict.ts';
import { choice, text, wants } from './values.ts';
import { expected } from './words.ts';

const imageHint = '`host`, or an image with its tag or digest, such as `node:24-slim`';

export function imageSchema() {
  return z
    .string(wants(imageHint))
    .superRefine((value, issues) => {
      const message = value === 'host' ? null : imageProblem(value);
      if (message !== null) issues.addIssue({ code: 'custom', message: `expected ${imageHint}: ${message}` });
    })
    .meta({
      description: "`host` (the runner's own programs) or an image by tag or digest.",
      examples: ['host', 'docker.io/library/node:24-slim'],
    });
}

/** A program and its arguments, or arguments alone; `key` names them in sentences. */
export function words(key: string) {
  const what = 'a text (put numbers in quotes)';
  const word = z
    .string({
      error: ({ input }) =>
        typeof input === 'object' && input !== null && 'secret' in input
          ? `a secret cannot stand in \`${key}\`, where every process list shows it; pass it by \`env\``
          : expected(what, input),
    })
    .max(100_000, 'longer than 100000 characters')
    .refine((value) => !value.includes('\0'), 'holds the character U+0000, which ends a text')
    .refine((value) => !/\$\{\{/.test(value), {
      error: `\`\${{ … }}\` is not evaluated here; a secret goes into \`env\`, never into \`${key}\``,
    });
  return z.array(word, wants('a list of texts'));
}

export function envSchema() {
  const name = z.string().superRefine((value, issues) => {
    const message = containerNameProblem(value);
    if (message !== null) issues.addIssue({ code: 'custom', message });
  });
  const secret = strict({
    secret: secretName(),
    otherwise: choice(['skip', 'placeholder'], ['canary'])
      .optional()
      .describe('Without the secret: skip the server (the default), or give it a placeholder.'),
  });
  const value = z.union([plainText(), secret], wants('a text (put numbers in quotes) or `{ secret: NAME }`'));
  return z.record(name, value, wants('a mapping from names to values'));
}

/** A text in which nothing is evaluated, where somebody may think it were. */
export function plainText() {
  return text('a text').refine((value) => !value.includes('${{'), {
    error: '`${{ … }}` is not evaluated here; grant the secret in the workflow and write `{ secret: NAME }`',
  });
}

export function secretName() {
  return z
    .string(wants('the name of a granted secret'))
    .superRefine((value, issues) => {
      const message = secretNameProblem(value);
      if (message !== null) issues.addIssue({ code: 'custom', message });
    })
    .describe('Name of a secret that the input `secrets` grants.');
}
