import type { CaseSpec, Expectations } from '../config/model.ts';
import type { CallOutcome } from '../mcp/model.ts';
import type { AssertionResult, ToolResult } from '../result/model.ts';
import { type Answer, readAnswer, type ResultAnswer } from './answer.ts';
import { assertion } from './assertion.ts';
import { contains } from './expect/contains.ts';
import { equals } from './expect/equals.ts';
import { isError } from './expect/is-error.ts';
import { jsonPath } from './expect/json-path.ts';
import { matches } from './expect/matches.ts';
import { matchesOutputSchema } from './expect/matches-output-schema.ts';
import { maxLatency } from './expect/max-latency.ts';
import { notContains } from './expect/not-contains.ts';
import { protocolError } from './expect/protocol-error.ts';
import { schema } from './expect/schema.ts';
import { wellFormed } from './expect/well-formed.ts';
import type { SchemaValidator } from './schema-validator.ts';
import { brief } from './show.ts';

type Verdict = AssertionResult | Promise<AssertionResult>;

/** One thing that a case asks of an answer, still to be looked at. */
interface Question {
  readonly kind: string;
  readonly expected: unknown;
  readonly ask: () => Verdict;
}

/** The same, for what can only be asked of a result. */
interface ResultQuestion {
  readonly kind: string;
  readonly expected: unknown;
  readonly ask: (answer: ResultAnswer) => Verdict;
}

/**
 * Holds the answer to one call against what its case expects: one line an assertion, in a fixed order.
 * Never throws; an assertion that could not be looked at is `notChecked` with its reason.
 */
export async function judge(
  spec: CaseSpec,
  outcome: CallOutcome,
  tool: ToolResult | undefined,
  validator: SchemaValidator,
): Promise<AssertionResult[]> {
  if (outcome.kind !== 'result' && outcome.kind !== 'protocolError') return [withoutAnswer(outcome)];
  const answer = readAnswer(outcome);
  const malformed = answer.kind === 'result' ? wellFormed(answer) : null;
  const lines = malformed === null ? [] : [malformed];
  for (const question of questions(spec.expect, answer, tool, validator)) lines.push(await look(question));
  return lines;
}

function withoutAnswer(outcome: Extract<CallOutcome, { kind: 'timeout' | 'closed' | 'aborted' }>): AssertionResult {
  const waited = `${Math.round(outcome.durationMs)} ms`;
  const facts = { expected: 'an answer', actual: outcome.kind };
  if (outcome.kind === 'aborted') {
    return assertion('answer', 'notChecked', { ...facts, message: 'the run was interrupted before the answer came' });
  }
  const message =
    outcome.kind === 'timeout' ? `there was no answer within ${waited}` : `there was no answer: ${outcome.reason}`;
  return assertion('answer', 'failed', { ...facts, message });
}

/** An assertion that throws is a fault of ours and must not take the other lines with it. */
async function look({ kind, expected, ask }: Question): Promise<AssertionResult> {
  try {
    return await ask();
  } catch (error) {
    const message = `${kind} was not checked: ${error instanceof Error ? error.message : 'it broke off'}`;
    return assertion(kind, 'notChecked', { expected, actual: null, message });
  }
}

function questions(
  expect: Expectations,
  answer: Answer,
  tool: ToolResult | undefined,
  validator: SchemaValidator,
): Question[] {
  const asked = aboutErrors(expect, answer);
  const ofResult = [...aboutText(expect, validator), ...aboutValue(expect, validator)];
  if (asksForOutputSchema(expect, answer, tool)) {
    const ask = (result: ResultAnswer) => matchesOutputSchema(tool, result, validator);
    ofResult.push({ kind: 'matchesOutputSchema', expected: true, ask });
  }
  asked.push(...ofResult.map((question) => bind(question, answer)));
  const limit = expect.maxLatency;
  if (limit !== undefined) {
    asked.push({ kind: 'maxLatency', expected: limit, ask: () => maxLatency(limit, answer) });
  }
  return asked;
}

/** A case that says nothing about errors expects none. */
function aboutErrors({ isError: wanted, protocolError: error }: Expectations, answer: Answer): Question[] {
  const asked: Question[] = [];
  if (wanted !== undefined || error === undefined) {
    const expected = wanted ?? false;
    asked.push({ kind: 'isError', expected, ask: () => isError(expected, answer) });
  }
  if (error !== undefined) {
    asked.push({ kind: 'protocolError', expected: error, ask: () => protocolError(error, answer) });
  }
  return asked;
}

function aboutText(expect: Expectations, validator: SchemaValidator): ResultQuestion[] {
  return [
    ...each('contains', expect.contains, (expected, answer) => contains(expected, answer)),
    ...each('notContains', expect.notContains, (expected, answer) => notContains(expected, answer)),
    ...each('matches', expect.matches, (expected, answer) => matches(expected, answer, validator)),
  ];
}

function aboutValue(expect: Expectations, validator: SchemaValidator): ResultQuestion[] {
  // `equals: null` is a wish like any other.
  const one = (value: unknown) => (value === undefined ? [] : [value]);
  const paths = Object.entries(expect.jsonPath ?? {}).map(([path, value]) => ({ path, value }));
  return [
    ...each('equals', one(expect.equals), (expected, answer) => equals(expected, answer)),
    ...each('jsonPath', paths, (expected, answer) => jsonPath(expected, answer, validator)),
    ...each('schema', one(expect.schema), (expected, answer) => schema(expected, answer, validator)),
  ];
}

function each<T>(
  kind: string,
  wishes: readonly T[] | undefined,
  ask: (expected: T, answer: ResultAnswer) => Verdict,
): ResultQuestion[] {
  return (wishes ?? []).map((expected) => ({ kind, expected, ask: (answer) => ask(expected, answer) }));
}

function bind({ kind, expected, ask }: ResultQuestion, answer: Answer): Question {
  if (answer.kind === 'result') return { kind, expected, ask: () => ask(answer) };
  const message = `there is no result to look at: the server answered with the protocol error ${answer.code} ${brief(answer.message, 160)}`;
  return { kind, expected, ask: () => assertion(kind, 'failed', { expected, actual: null, message }) };
}

/** On by default for a tool that declares one; results with `isError: true` are held to it only when the case says so. */
function asksForOutputSchema(expect: Expectations, answer: Answer, tool: ToolResult | undefined): boolean {
  if (answer.kind === 'protocolError') return false;
  const declared = (tool?.outputSchema ?? null) !== null;
  return expect.matchesOutputSchema ?? (declared && !answer.isError);
}
