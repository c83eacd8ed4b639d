import { join } from 'node:path';
import type { CleanupOperation } from '../result/model.ts';
import { readRunRecord } from './ledger.ts';
import { currentOwner, formatOwner } from './owner.ts';
import { Patience, patienceHere } from './patience.ts';
import { Podman } from './podman.ts';
import { stateDirectories } from './state.ts';
import { runsOfStep, sweepRun } from './sweep.ts';
import { findProgram } from './toolchain.ts';

/** Removes everything of a run from outside it: also where its sandbox never came to be. Never rejects. */
export async function sweepById(
  runId: string,
  stepKey: string,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<CleanupOperation[]> {
  const directories = stateDirectories(env);
  if (directories === null || (await findProgram('podman', env)) === null) return [];
  const owner = formatOwner(await currentOwner());
  // Main cuts it off where there is no more time.
  const podman = new Podman({ runId, stepKey, owner }, new Patience(null));
  return sweepRun(podman, directories, runId);
}

/** @returns whether an image is on this machine already, so that none is pulled; true also where podman does not say */
export async function imageIsHere(image: string): Promise<boolean> {
  const podman = new Podman({ runId: '', stepKey: '', owner: '' }, new Patience(null));
  const { exitCode } = await podman.call(['image', 'exists', image]);
  return exitCode !== 1;
}

export interface StepSweep {
  /** Runs of the step that main had not removed by itself. */
  readonly runIds: readonly string[];
  /** Where such a run wrote its results, by its own record. */
  readonly resultsDirectory: string | null;
  readonly operations: readonly CleanupOperation[];
}

/** Removes everything of every run of one step of one job. Never rejects. */
export async function sweepStep(stepKey: string, env: Readonly<NodeJS.ProcessEnv>): Promise<StepSweep> {
  const nothing = { runIds: [], resultsDirectory: null, operations: [] };
  const directories = stateDirectories(env);
  if (directories === null || (await findProgram('podman', env)) === null) return nothing;
  const owner = formatOwner(await currentOwner());
  const patience = await patienceHere(directories);
  const runIds = await runsOfStep(new Podman({ runId: '', stepKey, owner }, patience), directories, stepKey);
  let resultsDirectory: string | null = null;
  const operations: CleanupOperation[] = [];
  for (const runId of runIds) {
    const record = await readRunRecord(join(directories.runs, runId));
    resultsDirectory ??= record?.resultsDirectory ?? null;
    operations.push(...(await sweepRun(new Podman({ runId, stepKey, owner }, patience), directories, runId)));
  }
  return { runIds, resultsDirectory, operations };
}
