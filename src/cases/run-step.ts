import type { ServerConfig, StepSpec } from '../config/model.ts';
import type { CallOutcome, Session } from '../mcp/model.ts';
import type { AssertionResult, CaseAttempt, State } from '../result/model.ts';
import type { Line } from './assertion.ts';
import { type Called, callStep, interrupted } from './call.ts';
import { capture, nothingCaptured } from './capture.ts';
import type { SnapshotPlace } from './expect/snapshot.ts';
import type { InstanceSource } from './instances.ts';
import { judge } from './judge.ts';
import type { SchemaValidator } from './schema-validator.ts';
import { Filler } from './template.ts';

/** What the steps of one case run in. */
export interface StepContext {
  readonly server: ServerConfig;
  readonly instances: InstanceSource;
  readonly validator: SchemaValidator;
  readonly snapshots: SnapshotPlace;
  readonly signal: AbortSignal;
  /** What earlier steps captured; steps add to it. */
  readonly captured: Map<string, unknown>;
  /** The session of the steps before; null where this one may have any. */
  readonly session: Session | null;
}

export interface StepEnd {
  /** `skipped`: the run was interrupted. */
  readonly state: State;
  readonly reason: string | null;
  readonly attempts: readonly CaseAttempt[];
  readonly assertions: readonly AssertionResult[];
  /** How the server was lost during the step, as a sentence; null where it was not. */
  readonly lost: string | null;
  /** No server could be had for it. */
  readonly noServer: boolean;
  /** That it was asked in; null where it was not asked. */
  readonly session: Session | null;
}

/** One step: its request with what was captured put in, the answer held against `expect`, captures. Never rejects. */
export async function runStep(step: StepSpec, context: StepContext): Promise<StepEnd> {
  const filler = new Filler(context.captured);
  const filled = { ...step, request: filler.request(step.request), expect: filler.expectations(step.expect) };
  if (filler.missing.length > 0) return ended(step, [], [nothingCaptured(filler.missing)]);
  const attempts: CaseAttempt[] = [];
  const end = await callStep(filled, context, attempts);
  if (context.signal.aborted || end.kind === 'interrupted') return cutOff(attempts);
  if (end.kind === 'noServer') return withoutLines(end.state, end.reason, attempts, true);
  if (end.kind === 'restarted') return { ...withoutLines('failed', end.reason, attempts, false), lost: end.reason };
  if (end.kind !== 'called') return withoutLines('failed', end.reason, attempts, false);
  if (end.outcome.kind === 'aborted') return cutOff(attempts);
  const lines = await linesOf(filled, end, context);
  const lost = isGone(end.outcome) ? end.outcome.reason : null;
  return { ...ended(step, attempts, lines, lost), session: end.instance.session };
}

function isGone(outcome: CallOutcome): outcome is Extract<CallOutcome, { kind: 'closed' | 'lost' }> {
  return outcome.kind === 'closed' || outcome.kind === 'lost';
}

async function linesOf(step: StepSpec, called: Called, context: StepContext): Promise<Line[]> {
  const { validator, snapshots, captured } = context;
  const { outcome, tool, filesBefore, instance } = called;
  const { request, expect } = step;
  const filesNow = (paths: readonly string[]) => instance.files(paths);
  const around = { tool, validator, snapshots, filesBefore, filesNow };
  const { lines, answer } = await judge({ request, expect, outcome }, around);
  if (answer === null) return lines;
  // Also from an answer that is wrong in some way: the teardown may need what there is to remove what was made.
  const missed = await capture(step.capture, answer, validator, captured);
  return lines.some(({ state }) => state !== 'passed') ? lines : [...lines, ...missed];
}

/** Not looking is never green: what could not be checked is an error, unless something else has failed for certain. */
function ended(step: StepSpec, attempts: CaseAttempt[], lines: readonly Line[], lost: string | null = null): StepEnd {
  const assertions = lines.map((line) => ({ ...line, step: step.name }));
  const facts = { attempts, assertions, lost, noServer: false, session: null };
  const failed = lines.filter(({ state }) => state === 'failed');
  if (failed.length > 0) return { ...facts, state: 'failed', reason: reasonOf(failed) };
  const open = lines.filter(({ state }) => state === 'notChecked');
  if (open.length > 0) return { ...facts, state: 'error', reason: reasonOf(open) };
  return { ...facts, state: 'passed', reason: null };
}

function withoutLines(state: State, reason: string, attempts: CaseAttempt[], noServer: boolean): StepEnd {
  return { state, reason, attempts, assertions: [], lost: noServer ? reason : null, noServer, session: null };
}

function cutOff(attempts: CaseAttempt[]): StepEnd {
  return withoutLines('skipped', interrupted, attempts, false);
}

function reasonOf([first, ...others]: readonly Line[]): string {
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${first?.message ?? ''}${more}`;
}
