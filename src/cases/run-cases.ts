import type { CaseSpec, ServerConfig } from '../config/model.ts';
import type { Session } from '../mcp/model.ts';
import type { AssertionResult, CaseAttempt, CaseResult, State } from '../result/model.ts';
import { callTool, interrupted, messageOf, type SessionOffer } from './call.ts';
import { judge } from './judge.ts';
import type { SchemaValidator } from './schema-validator.ts';
import { sentence } from './show.ts';

export interface RunCasesOptions {
  readonly server: ServerConfig;
  /** The live session, or a new one where the last has died, or why there can be none. Not asked again after that. */
  readonly session: () => Promise<Session | { readonly failed: string }>;
  readonly validator: SchemaValidator;
  readonly signal: AbortSignal;
  readonly onCase?: (result: CaseResult) => void;
}

interface Verdict {
  readonly state: State;
  readonly reason: string | null;
}

/**
 * Runs the cases of one server one after another on its shared session. Every case has a result, in the order given:
 * also those that were skipped, and those that the end of the server or of the run left over. Never rejects.
 */
export async function runCases(cases: readonly CaseSpec[], options: RunCasesOptions): Promise<CaseResult[]> {
  const marked = cases.some(({ only }) => only);
  const session = untilRefused(options.session);
  const results: CaseResult[] = [];
  for (const spec of cases) {
    const why = whySkipped(spec, marked, options.signal);
    const result =
      why === null ? await runCase(spec, { ...options, session }) : resultOf(spec, { state: 'skipped', reason: why });
    results.push(result);
    options.onCase?.(result);
  }
  return results;
}

function whySkipped(spec: CaseSpec, marked: boolean, signal: AbortSignal): string | null {
  if (spec.skip !== null) return sentence(spec.skip);
  if (marked && !spec.only) return 'another case is marked only';
  return signal.aborted ? interrupted : null;
}

interface CaseOptions extends Omit<RunCasesOptions, 'session'> {
  readonly session: () => Promise<SessionOffer>;
}

async function runCase(spec: CaseSpec, options: CaseOptions): Promise<CaseResult> {
  const attempts: CaseAttempt[] = [];
  const end = await callTool(spec, options, attempts);
  if (end.kind === 'interrupted' || options.signal.aborted) {
    return resultOf(spec, { state: 'skipped', reason: interrupted }, attempts);
  }
  if (end.kind !== 'called') return resultOf(spec, { state: end.kind, reason: end.reason }, attempts);
  if (end.outcome.kind === 'aborted') return resultOf(spec, { state: 'skipped', reason: interrupted }, attempts);
  const assertions = await judge(spec, end.outcome, end.tool, options.validator);
  return resultOf(spec, verdictOf(assertions), attempts, assertions);
}

/** Not looking is never green: what could not be checked is an error, unless something else has failed for certain. */
function verdictOf(assertions: readonly AssertionResult[]): Verdict {
  const failed = assertions.filter(({ state }) => state === 'failed');
  if (failed.length > 0) return { state: 'failed', reason: reasonOf(failed) };
  const open = assertions.filter(({ state }) => state === 'notChecked');
  return open.length > 0 ? { state: 'error', reason: reasonOf(open) } : { state: 'passed', reason: null };
}

function reasonOf([first, ...others]: readonly AssertionResult[]): string {
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${first?.message ?? ''}${more}`;
}

function resultOf(
  spec: CaseSpec,
  { state, reason }: Verdict,
  attempts: CaseAttempt[] = [],
  assertions: AssertionResult[] = [],
): CaseResult {
  const { id, tool, location } = spec;
  return { id, tool, state, reason, location, durationMs: attempts.at(-1)?.durationMs ?? 0, attempts, assertions };
}

/** A server that could not be started again is not started once more for every case that is left. */
function untilRefused(open: RunCasesOptions['session']): () => Promise<SessionOffer> {
  let refusal: SessionOffer | null = null;
  return async () => {
    if (refusal !== null) return refusal;
    try {
      const offered = await open();
      if (!('failed' in offered)) return { session: offered };
      refusal = { failed: offered.failed };
    } catch (error) {
      refusal = { error: `there is no session with the server: ${messageOf(error)}` };
    }
    return refusal;
  };
}
