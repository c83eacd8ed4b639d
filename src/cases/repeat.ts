import type { CaseSpec } from '../config/model.ts';
import type { CaseResult } from '../result/model.ts';
import type { CaseRun } from './run-once.ts';
import { sentence } from './show.ts';

export interface RepeatedRun extends CaseRun {
  readonly repeat: CaseResult['repeat'];
}

/** The last run of each kind, and how many there were. Nothing else of them is kept. */
interface Runs {
  passed: { count: number; last: CaseRun | null };
  failed: { count: number; last: CaseRun | null };
  error: { count: number; last: CaseRun | null };
}

/**
 * Runs a case as often as it says; without `repeat`, once. Of a repeated case the run that decides is given: the last
 * one that passed where the case does, else the last one that did not.
 */
export async function repeated({ repeat }: CaseSpec, once: () => Promise<CaseRun>): Promise<RepeatedRun> {
  let run = await once();
  if (repeat === null || run.state === 'skipped') return { ...run, repeat: null };
  const runs: Runs = { passed: empty(), failed: empty(), error: empty() };
  note(runs, run);
  // A server that cannot be had is not asked for once more for every time that is left.
  for (let done = 1; done < repeat.times && !run.noServer; done++) {
    run = await once();
    if (run.state === 'skipped') return { ...run, repeat: null };
    note(runs, run);
  }
  const { lost, noServer } = run;
  return { ...decide(runs, repeat, run), ...(noServer && { lost, noServer }) };
}

function decide(runs: Runs, { times, passRate }: NonNullable<CaseSpec['repeat']>, latest: CaseRun): RepeatedRun {
  const done = runs.passed.count + runs.failed.count + runs.error.count;
  // 0.07 of 100 is 7.000000000000001.
  const required = Math.max(1, Math.ceil(times * passRate - 1e-9));
  const repeat = { times: done, passed: runs.passed.count, required };
  const { last: good } = runs.passed;
  if (good !== null && repeat.passed >= required) return { ...good, repeat };
  // What was not looked at might have passed: as long as that could have been enough, the verdict is open.
  const couldPass = runs.passed.count + runs.error.count + (times - done) >= required;
  const open = runs.error.last !== null && couldPass;
  const bad = (open ? runs.error.last : (runs.failed.last ?? runs.error.last)) ?? latest;
  const reason = `${repeat.passed} of ${done} passed, ${required} needed: ${bad.reason ?? ''}`;
  return { ...bad, state: open ? 'error' : 'failed', reason: sentence(reason), repeat };
}

function empty(): { count: number; last: CaseRun | null } {
  return { count: 0, last: null };
}

function note(runs: Runs, run: CaseRun): void {
  if (run.state === 'skipped') return;
  runs[run.state].count++;
  runs[run.state].last = run;
}
