import * as z from 'zod';

const unsupported = new WeakSet<z.core.$ZodType>();

/** A key that is part of the language and that this version cannot obey: it is refused by name, never passed over. */
export function notYet(): z.ZodOptional<z.ZodNever> {
  const schema = z.never().optional().describe('Not yet supported.');
  unsupported.add(schema);
  return schema;
}

/** What is known where an unknown key was found. */
export interface KnownKeys {
  readonly all: readonly string[];
  /** Without those that are not yet supported. */
  readonly usable: readonly string[];
  /** What to say of names that other tools use, or that belong elsewhere: the end of a sentence by name. */
  readonly hints: Hints;
}

export type Hints = Readonly<Record<string, string>>;

/**
 * An object without unknown keys; the issue about one carries the known ones (see {@link knownKeysOf}).
 *
 * @param wanted a noun phrase: what stands there instead of a mapping, or nothing, is answered with this
 */
export function strict<Shape extends z.ZodRawShape>(shape: Shape, hints: Hints = {}, wanted?: string) {
  const entries = Object.entries(shape);
  const usable = entries.filter(([, schema]) => !unsupported.has(schema)).map(([key]) => key);
  const known: KnownKeys = { all: Object.keys(shape), usable, hints };
  const carried = JSON.stringify(known);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') return carried;
      // Nothing of what stands there is shown: it may be the secret itself.
      return wanted === undefined ? undefined : `${issue.input === undefined ? 'missing; ' : ''}expected ${wanted}`;
    },
  });
}

/** The other half of {@link strict}: zod hands an issue's message through, and nothing else of the schema. */
export function knownKeysOf(issue: z.core.$ZodIssueUnrecognizedKeys): KnownKeys {
  const known: KnownKeys = JSON.parse(issue.message);
  return known;
}

/** For a value whose other forms belong to the language, but not to this version. */
export function notYetValue(what: string, instead: string): string {
  return `${what} is not yet supported; ${instead}`;
}
