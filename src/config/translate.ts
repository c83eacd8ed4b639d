import type * as z from 'zod';
import type { Problem } from '../result/model.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { knownKeysOf } from './strict.ts';
import { pathText } from './place.ts';
import { isRecord, memberOf } from './raw.ts';
import { expected, found, show, suggestion } from './words.ts';

type Issue = z.core.$ZodIssue;
type PropertyPath = readonly PropertyKey[];

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

/** Checks a document against a schema; every mistake becomes a sentence at its place. */
export function checkDocument<Schema extends z.ZodType>(
  schema: Schema,
  document: SourceDocument,
): { readonly data: z.output<Schema> | null; readonly problems: readonly Problem[] } {
  const result = schema.safeParse(document.value, { error: defaultMessage, reportInput: true });
  if (result.success) return { data: result.data, problems: [] };
  return { data: null, problems: result.error.issues.flatMap((issue) => problemsOf(issue, [], document)) };
}

/** For schemas that do not say themselves what they want. */
function defaultMessage(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') return expected(nouns[issue.expected] ?? issue.expected, issue.input);
  return `has a form that is not expected here: ${found(issue.input)}`;
}

function problemsOf(issue: Issue, base: PropertyPath, document: SourceDocument): Problem[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, issue, path, document));
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => keyProblem(path, message, document));
  if (issue.code === 'invalid_type' && issue.expected === 'never') {
    return [
      { message: `${pathText(stepsOf(path))} is not yet supported`, location: document.locateKey(stepsOf(path)) },
    ];
  }
  if (issue.code === 'custom' && issue.params?.['key'] === true) return [keyProblem(path, issue.message, document)];
  const branch = issue.code === 'invalid_union' ? bestBranch(issue.errors) : null;
  if (branch !== null) return branch.flatMap((inner) => problemsOf(inner, path, document));
  const steps = stepsOf(path);
  // What is missing has no place; the key of what lacks it has one.
  const location = isMissing(steps, document) ? document.locateKey(steps.slice(0, -1)) : document.locate(steps);
  return [{ message: `${pathText(steps)}: ${issue.message}`, location }];
}

function unknownKey(
  key: string,
  issue: z.core.$ZodIssueUnrecognizedKeys,
  path: PropertyPath,
  document: SourceDocument,
) {
  const { all, usable, hints } = knownKeysOf(issue);
  const steps = [...stepsOf(path), key];
  const hint = Object.hasOwn(hints, key) ? hints[key] : suggestion(key, all, usable);
  const message = `${pathText(steps)}: the key ${show(key)} is not known here; ${hint}`;
  return { message, location: document.locateKey(steps) };
}

function keyProblem(path: PropertyPath, sentence: string, document: SourceDocument): Problem {
  const steps = stepsOf(path);
  return { message: `${pathText(steps)}: ${sentence}`, location: document.locateKey(steps) };
}

/**
 * The form that the user most likely meant: one whose type fits, with the fewest unknown keys.
 * null: the value is of no form's type.
 */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const typeFits = (issues: readonly Issue[]) =>
    !issues.some(({ code, path }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'));
  const unknown = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
  const fitting = branches.filter(typeFits);
  return fitting.toSorted((one, other) => unknown(one) - unknown(other))[0] ?? null;
}

function isMissing(steps: ValuePath, document: SourceDocument): boolean {
  const last = steps.at(-1);
  let holder: unknown = document.value;
  for (const step of steps.slice(0, -1)) {
    holder = Array.isArray(holder) ? holder[Number(step)] : memberOf(holder, String(step));
  }
  return last !== undefined && isRecord(holder) && memberOf(holder, String(last)) === undefined;
}

function stepsOf(path: PropertyPath): (string | number)[] {
  return path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}
