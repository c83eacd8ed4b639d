import type { Expectations } from '../../config/model.ts';
import type { CheckState } from '../../result/model.ts';
import { type ResultAnswer, subjectOf } from '../answer.ts';
import { assertion, type Line } from '../assertion.ts';
import { describeDifference } from '../difference.ts';
import type { SchemaValidator } from '../schema-validator.ts';
import { brief } from '../show.ts';
import type { Mask, SnapshotOutcome, SnapshotStore } from '../snapshot-store.ts';

const kind = 'snapshot';
const marker = '(ignored)';
const update = 'run with --update-snapshots';

/** Where the snapshots of a case lie, and what keeps them. */
export interface SnapshotPlace {
  readonly store: SnapshotStore;
  readonly file: string;
}

/** The value is as it was when the snapshot was taken, apart from what is ignored. In an update, it is the snapshot. */
export async function snapshot(
  { key, ignore }: NonNullable<Expectations['snapshot']>,
  answer: ResultAnswer,
  { store, file }: SnapshotPlace,
  validator: SchemaValidator,
): Promise<Line> {
  const value = valueOf(answer);
  const outcome = await store.compare(file, key, value, maskWith(ignore, validator));
  const { state, message } = describe(outcome, brief(key));
  const { expected, actual } = outcome.state === 'different' ? outcome : { expected: null, actual: value };
  return assertion(kind, state, { expected, actual: state === 'passed' ? null : actual, message });
}

/** In an update, an answer that is wrong in another way is not kept. */
export function snapshotNotTaken(): Line {
  const message = 'the snapshot was not taken, since the answer is not as expected otherwise';
  return assertion(kind, 'notChecked', { expected: null, actual: null, message });
}

function valueOf(answer: ResultAnswer): unknown {
  const { name, value } = subjectOf(answer);
  if (name !== 'the result') return value;
  // What a server says of itself with every result is no part of the answer (MCP 2026-07-28).
  const { _meta, ...rest } = answer.result;
  return rest;
}

function maskWith(paths: readonly string[], validator: SchemaValidator): Mask {
  return async (value) => {
    if (paths.length === 0) return { value };
    const masked = await validator.mask(paths, value, marker);
    if (masked.state === 'masked') return { value: masked.value };
    return { unmasked: `what the snapshot ignores could not be found: ${masked.reason}` };
  };
}

function describe(outcome: SnapshotOutcome, key: string): { state: CheckState; message: string } {
  if (outcome.state === 'unusable') {
    return { state: 'notChecked', message: `the snapshot ${key} was not looked at: ${outcome.reason}` };
  }
  if (outcome.state === 'missing') {
    return { state: 'failed', message: `there is no snapshot ${key} yet; ${update} to take it` };
  }
  if (outcome.state === 'different') {
    const where = describeDifference(outcome.difference);
    return { state: 'failed', message: `the answer differs from the snapshot${where}; if that is right, ${update}` };
  }
  return { state: 'passed', message: `${passed[outcome.state]} the snapshot ${key}` };
}

const passed = { same: 'the answer is as in', added: 'the answer was taken as', changed: 'the answer replaced' };
