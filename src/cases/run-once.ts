import type { CaseSpec, StepSpec } from '../config/model.ts';
import type { AssertionResult, CaseAttempt, State } from '../result/model.ts';
import { boundAssertions } from './bound-assertions.ts';
import { interrupted } from './call.ts';
import { runStep, type StepContext, type StepEnd } from './run-step.ts';
import { sentence } from './show.ts';

/** How a case went, once. */
export interface CaseRun {
  readonly state: State;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly attempts: CaseAttempt[];
  readonly assertions: AssertionResult[];
  /** How the server was lost, as a sentence; null where it was not. */
  readonly lost: string | null;
  /** No server could be had, and so nothing was asked. */
  readonly noServer: boolean;
}

export type CaseContext = Omit<StepContext, 'captured' | 'session'>;

/** Part of the case, with what became of its steps. */
interface Part {
  readonly name: 'setup' | 'steps' | 'teardown';
  readonly of: number;
  readonly ends: readonly (readonly [StepSpec, StepEnd])[];
}

/** Setup, steps, teardown. What fails ends its part, since later steps could only mislead; teardown runs all the same. */
export async function runOnce(spec: CaseSpec, context: CaseContext): Promise<CaseRun> {
  const startedAt = new Date().toISOString();
  const inside = { ...context, captured: new Map<string, unknown>(), session: null };
  const setup = await runPart('setup', spec.setup, inside);
  const session = setup.ends.at(-1)?.[1].session ?? null;
  const steps = await runPart('steps', hasPassed(setup) ? spec.steps : [], { ...inside, session });
  const before = [setup, steps];
  const teardown = await runPart('teardown', wantsTeardown(before) ? spec.teardown : [], inside);
  return summed(startedAt, [...before, teardown]);
}

async function runPart(name: Part['name'], steps: readonly StepSpec[], context: StepContext): Promise<Part> {
  const ends: [StepSpec, StepEnd][] = [];
  let { session } = context;
  for (const step of steps) {
    const end = await runStep(step, { ...context, session });
    ends.push([step, end]);
    // What was made may have to be removed by another process of the server than the one that made it.
    session = name === 'teardown' ? null : end.session;
    // Each step of a teardown removes something of its own.
    if (end.state !== 'passed' && (name !== 'teardown' || end.noServer || end.state === 'skipped')) break;
  }
  return { name, of: steps.length, ends };
}

function hasPassed({ ends }: Part): boolean {
  return ends.every(([, { state }]) => state === 'passed');
}

/** Where nothing was asked, nothing is to be undone; an interrupted run ends at once. */
function wantsTeardown(parts: readonly Part[]): boolean {
  const ends = parts.flatMap((part) => part.ends.map(([, end]) => end));
  return ends.some((end) => end.attempts.length > 0) && !ends.some((end) => end.state === 'skipped');
}

function summed(startedAt: string, parts: readonly Part[]): CaseRun {
  const ends = parts.flatMap((part) => part.ends.map(([, end]) => end));
  const lastOf = (attempts: readonly CaseAttempt[]) => attempts.at(-1)?.durationMs ?? 0;
  return {
    ...verdictOf(parts),
    startedAt,
    durationMs: ends.reduce((sum, end) => sum + lastOf(end.attempts), 0),
    attempts: ends.flatMap((end) => end.attempts),
    assertions: boundAssertions(ends.flatMap((end) => end.assertions)),
    lost: ends.find((end) => end.lost !== null)?.lost ?? null,
    noServer: ends.some((end) => end.noServer),
  };
}

/** An interruption goes before a failure, and a failure before what could not be checked. */
function verdictOf(parts: readonly Part[]): Pick<CaseRun, 'state' | 'reason'> {
  const reasonsOf = (state: State) =>
    parts.flatMap((part) =>
      part.ends.flatMap(([step, end]) => (end.state === state ? [placed(part, step, end.reason ?? '')] : [])),
    );
  if (reasonsOf('skipped').length > 0) return { state: 'skipped', reason: interrupted };
  for (const state of ['failed', 'error'] as const) {
    const reasons = reasonsOf(state);
    if (reasons.length > 0) return { state, reason: sentence(reasons.join('; ')) };
  }
  return { state: 'passed', reason: null };
}

/** A case that is one call needs no name for it. */
function placed({ name, of }: Part, step: StepSpec, reason: string): string {
  const part = name === 'steps' ? '' : `${name}: `;
  return of === 1 ? `${part}${reason}` : `${part}${step.name}: ${reason}`;
}
