import type { Expectations, StepRequest } from '../config/model.ts';
import type { CallOutcome } from '../mcp/model.ts';
import { type Answer, readAnswer } from './answer.ts';
import { assertion, type Line } from './assertion.ts';
import { snapshot, snapshotNotTaken, type SnapshotPlace } from './expect/snapshot.ts';
import { wellFormed } from './expect/well-formed.ts';
import { noResult, type Question, questions, type Surroundings } from './questions.ts';

/** What is held against what. */
export interface Judged {
  readonly request: StepRequest;
  readonly expect: Expectations;
  readonly outcome: CallOutcome;
}

export interface JudgeContext extends Surroundings {
  readonly snapshots: SnapshotPlace;
}

export interface Judgement {
  readonly lines: Line[];
  /** null where none came. */
  readonly answer: Answer | null;
}

/**
 * Holds the answer to one request against what its step expects: one line an assertion, in a fixed order.
 * Never rejects; an assertion that could not be looked at is `notChecked` with its reason.
 */
export async function judge({ request, expect, outcome }: Judged, context: JudgeContext): Promise<Judgement> {
  if (outcome.kind !== 'result' && outcome.kind !== 'protocolError') {
    return { lines: [withoutAnswer(outcome)], answer: null };
  }
  const answer = readAnswer(request, outcome);
  const malformed = answer.kind === 'result' ? wellFormed(answer) : null;
  const lines = malformed === null ? [] : [malformed];
  for (const question of questions(expect, answer, context)) lines.push(await look(question));
  if (expect.snapshot !== undefined) lines.push(await look(aboutSnapshot(expect.snapshot, answer, lines, context)));
  return { lines, answer };
}

function aboutSnapshot(
  wish: NonNullable<Expectations['snapshot']>,
  answer: Answer,
  lines: readonly Line[],
  { snapshots, validator }: JudgeContext,
): Question {
  const kind = 'snapshot';
  if (answer.kind === 'protocolError') return { kind, expected: null, ask: () => noResult(kind, null, answer) };
  const wrong = lines.some(({ state }) => state !== 'passed');
  if (snapshots.store.update && wrong) return { kind, expected: null, ask: snapshotNotTaken };
  return { kind, expected: null, ask: () => snapshot(wish, answer, snapshots, validator) };
}

function withoutAnswer(outcome: Exclude<CallOutcome, { kind: 'result' | 'protocolError' }>): Line {
  const facts = { expected: 'an answer', actual: outcome.kind };
  if (outcome.kind === 'aborted') {
    return assertion('answer', 'notChecked', { ...facts, message: 'the run was interrupted before the answer came' });
  }
  if (outcome.kind === 'timeout') {
    const message = `there was no answer within ${Math.round(outcome.timeoutMs)} ms`;
    return assertion('answer', 'failed', { ...facts, message });
  }
  const message = `there was no answer: ${outcome.reason}`;
  // The way to a server that runs elsewhere is not the server.
  return assertion('answer', outcome.kind === 'lost' ? 'notChecked' : 'failed', { ...facts, message });
}

/** An assertion that throws is a fault of ours and must not take the other lines with it. */
async function look({ kind, expected, ask }: Question): Promise<Line> {
  try {
    return await ask();
  } catch (error) {
    const message = `${kind} was not checked: ${whyNot(error)}`;
    return assertion(kind, 'notChecked', { expected, actual: null, message });
  }
}

function whyNot(error: unknown): string {
  if (error instanceof RangeError) return 'the answer is nested too deeply';
  return error instanceof Error ? error.message : 'it broke off';
}
