import type { CaseSpec, ServerConfig } from '../config/model.ts';
import type { CaseResult } from '../result/model.ts';
import { CaseBreaker } from './breaker.ts';
import { interrupted } from './call.ts';
import { describeRequest } from './describe-request.ts';
import type { CaseEnvironment } from './environment.ts';
import { type InstanceSource, needsOwn, ownInstance, sharedInstance } from './instances.ts';
import { messageOf } from './message-of.ts';
import { repeated, type RepeatedRun } from './repeat.ts';
import { type CaseRun, runOnce } from './run-once.ts';
import type { SchemaValidator } from './schema-validator.ts';
import { sentence } from './show.ts';
import type { SnapshotStore } from './snapshot-store.ts';

export interface RunCasesOptions {
  readonly server: ServerConfig;
  readonly environment: CaseEnvironment;
  readonly validator: SchemaValidator;
  readonly snapshots: SnapshotStore;
  readonly signal: AbortSignal;
  readonly onCase?: (result: CaseResult) => void;
}

/**
 * Runs the cases of one server one after another, on the instance that they share or, where they want it, on one of their
 * own. Every case has a result, in the order given: also those that were skipped, and those that the end of the server or
 * of the run left over. Never rejects.
 */
export async function runCases(cases: readonly CaseSpec[], options: RunCasesOptions): Promise<CaseResult[]> {
  const marked = cases.some(({ only }) => only);
  const shared = sharedInstance(options.environment);
  const breaker = new CaseBreaker();
  const results: CaseResult[] = [];
  for (const spec of cases) {
    const why = whySkipped(spec, marked, options.signal) ?? breaker.reason;
    const result = why === null ? await breaker.run(() => runCase(spec, options, shared)) : null;
    const known = result === null ? notRun(spec, why ?? interrupted) : caseResult(spec, result);
    results.push(known);
    options.onCase?.(known);
  }
  return results;
}

function whySkipped(spec: CaseSpec, marked: boolean, signal: AbortSignal): string | null {
  if (spec.skip !== null) return sentence(spec.skip);
  if (marked && !spec.only) return 'another case is marked only';
  return signal.aborted ? interrupted : null;
}

interface FinishedRun extends RepeatedRun {
  readonly gone: boolean;
}

async function runCase(spec: CaseSpec, options: RunCasesOptions, shared: InstanceSource): Promise<FinishedRun> {
  const own = needsOwn(spec, options.server);
  const run = await repeated(spec, async () => {
    const instances = own ? ownInstance(options.environment, spec) : shared;
    const { server, validator, signal } = options;
    const snapshots = { store: options.snapshots, file: spec.snapshotFile };
    try {
      return await runOnce(spec, { server, instances, validator, snapshots, signal });
    } catch (error) {
      return brokenOff(error);
    } finally {
      await instances.release();
    }
  });
  // What cannot be started for one case, with what that declares, may well be there for the others.
  return { ...run, gone: run.noServer && run.state === 'failed' && !own };
}

/** A fault of ours ends its case, not the others. */
function brokenOff(error: unknown): CaseRun {
  const reason = sentence(`the case could not be run: ${messageOf(error)}`);
  const nothing = { durationMs: 0, attempts: [], assertions: [], lost: null, noServer: false };
  return { state: 'error', reason, startedAt: new Date().toISOString(), ...nothing };
}

function caseResult(spec: CaseSpec, run: RepeatedRun): CaseResult {
  const { id, location } = spec;
  const { state, reason, startedAt, durationMs, repeat, attempts, assertions } = run;
  const tool = describeRequest(spec);
  return { id, tool, state, reason, location, startedAt, durationMs, repeat, attempts, assertions };
}

/** Also for cases that nobody came to. */
export function notRun(spec: CaseSpec, reason: string): CaseResult {
  const { id, location } = spec;
  const nothing = { startedAt: null, durationMs: 0, repeat: null, attempts: [], assertions: [] };
  return { id, tool: describeRequest(spec), state: 'skipped', reason, location, ...nothing };
}
