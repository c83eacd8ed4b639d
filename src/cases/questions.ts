import type { Expectations } from '../config/model.ts';
import type { ToolResult } from '../result/model.ts';
import type { Answer, ResultAnswer } from './answer.ts';
import { assertion, type Line } from './assertion.ts';
import { contains } from './expect/contains.ts';
import { contentTypes } from './expect/content-types.ts';
import { equals } from './expect/equals.ts';
import { files, type FileView } from './expect/files.ts';
import { isError } from './expect/is-error.ts';
import { jsonPath } from './expect/json-path.ts';
import { logs } from './expect/logs.ts';
import { matchesOutputSchema } from './expect/matches-output-schema.ts';
import { matches } from './expect/matches.ts';
import { maxBytes } from './expect/max-bytes.ts';
import { maxItems } from './expect/max-items.ts';
import { maxLatency } from './expect/max-latency.ts';
import { minItems } from './expect/min-items.ts';
import { notContains } from './expect/not-contains.ts';
import { notEmpty } from './expect/not-empty.ts';
import { progress } from './expect/progress.ts';
import { protocolError } from './expect/protocol-error.ts';
import { schema } from './expect/schema.ts';
import type { SchemaValidator } from './schema-validator.ts';
import { brief } from './show.ts';

type Verdict = Line | Promise<Line>;

/** One thing that a step asks of an answer, still to be looked at. */
export interface Question {
  readonly kind: string;
  readonly expected: unknown;
  readonly ask: () => Verdict;
}

/** What assertions need beside the answer. */
export interface Surroundings {
  /** What was called, where it was a tool that the server lists. */
  readonly tool: ToolResult | undefined;
  readonly validator: SchemaValidator;
  /** The state of the paths that were to be remembered; null where none was. */
  readonly filesBefore: FileView | null;
  readonly filesNow: (paths: readonly string[]) => Promise<FileView>;
}

/** All that is asked, in a fixed order; the snapshot, which depends on the others, is not among it. */
export function questions(expect: Expectations, answer: Answer, around: Surroundings): Question[] {
  const ofAResult = [...aboutText(expect, around), ...aboutValue(expect, around), ...aboutContent(expect)];
  if (asksForOutputSchema(expect, answer, around.tool)) {
    const ask = (result: ResultAnswer) => matchesOutputSchema(around.tool, result, around.validator);
    ofAResult.push({ kind: 'matchesOutputSchema', expected: true, ask });
  }
  return [
    ...aboutErrors(expect, answer),
    ...ofAResult.map((question) => bind(question, answer)),
    ...aboutTheCall(expect, answer),
    ...aboutFiles(expect, around),
  ];
}

/** A step that says nothing about errors expects none. */
function aboutErrors({ isError: wanted, protocolError: error }: Expectations, answer: Answer): Question[] {
  const expected = wanted ?? (error === undefined ? false : undefined);
  return [
    ...each('isError', one(expected), (value) => isError(value, answer)),
    ...each('protocolError', one(error), (value) => protocolError(value, answer)),
  ];
}

function aboutTheCall(
  { maxLatency: limit, progress: updates, logs: messages }: Expectations,
  answer: Answer,
): Question[] {
  return [
    ...each('maxLatency', one(limit), (value) => maxLatency(value, answer)),
    ...each('progress', one(updates), (value) => progress(value, answer)),
    ...each('logs', one(messages), (value) => logs(value, answer)),
  ];
}

/** The folder is looked at once, whatever is asked of it, and also where the answer is an error. */
function aboutFiles(
  { files: wishes = {} }: Expectations,
  { filesBefore, filesNow, validator }: Surroundings,
): Question[] {
  let now: Promise<FileView> | null = null;
  const paths = Object.keys(wishes);
  return each('files', Object.entries(wishes), async ([path, wish]) => {
    now ??= filesNow(paths);
    return files({ path, wish }, filesBefore, await now, validator);
  });
}

/** The same as a question, for what can only be asked of a result. */
interface ResultQuestion {
  readonly kind: string;
  readonly expected: unknown;
  readonly ask: (answer: ResultAnswer) => Verdict;
}

function aboutText(expect: Expectations, { validator }: Surroundings): ResultQuestion[] {
  return [
    ...ofResult('contains', expect.contains, (expected, answer) => contains(expected, answer)),
    ...ofResult('notContains', expect.notContains, (expected, answer) => notContains(expected, answer)),
    ...ofResult('matches', expect.matches, (expected, answer) => matches(expected, answer, validator)),
  ];
}

function aboutValue(expect: Expectations, { validator }: Surroundings): ResultQuestion[] {
  const paths = Object.entries(expect.jsonPath ?? {}).map(([path, wish]) => ({ path, wish }));
  return [
    // `equals: null` is a wish like any other.
    ...ofResult('equals', one(expect.equals), (expected, answer) => equals(expected, answer)),
    ...ofResult('jsonPath', paths, (expected, answer) => jsonPath(expected, answer, validator)),
    ...ofResult('schema', one(expect.schema), (expected, answer) => schema(expected, answer, validator)),
  ];
}

function aboutContent(expect: Expectations): ResultQuestion[] {
  return [
    ...ofResult('notEmpty', one(expect.notEmpty), (expected, answer) => notEmpty(expected, answer)),
    ...ofResult('minItems', one(expect.minItems), (expected, answer) => minItems(expected, answer)),
    ...ofResult('maxItems', one(expect.maxItems), (expected, answer) => maxItems(expected, answer)),
    ...ofResult('contentTypes', one(expect.contentTypes), (expected, answer) => contentTypes(expected, answer)),
    ...ofResult('maxBytes', one(expect.maxBytes), (expected, answer) => maxBytes(expected, answer)),
  ];
}

function one<T>(wish: T | undefined): T[] {
  return wish === undefined ? [] : [wish];
}

function each<T>(kind: string, wishes: readonly T[], ask: (expected: T) => Verdict): Question[] {
  return wishes.map((expected) => ({ kind, expected, ask: () => ask(expected) }));
}

function ofResult<T>(
  kind: string,
  wishes: readonly T[] | undefined,
  ask: (expected: T, answer: ResultAnswer) => Verdict,
): ResultQuestion[] {
  return (wishes ?? []).map((expected) => ({ kind, expected, ask: (answer) => ask(expected, answer) }));
}

function bind({ kind, expected, ask }: ResultQuestion, answer: Answer): Question {
  if (answer.kind === 'result') return { kind, expected, ask: () => ask(answer) };
  return { kind, expected, ask: () => noResult(kind, expected, answer) };
}

/** What is asked of a result fails where there is none. */
export function noResult(
  kind: string,
  expected: unknown,
  { code, message: said }: Extract<Answer, { kind: 'protocolError' }>,
): Line {
  const message = `there is no result to look at: the server answered with the protocol error ${code} ${brief(said, 160)}`;
  return assertion(kind, 'failed', { expected, actual: null, message });
}

/** On by default for a tool that declares one; results with `isError: true` are held to it only when the step says so. */
function asksForOutputSchema(expect: Expectations, answer: Answer, tool: ToolResult | undefined): boolean {
  if (answer.kind === 'protocolError') return false;
  const declared = (tool?.outputSchema ?? null) !== null;
  return expect.matchesOutputSchema ?? (declared && !answer.isError);
}
