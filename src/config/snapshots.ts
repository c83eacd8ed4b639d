import path from 'node:path';
import { isThere } from './files.ts';
import type { CaseSpec } from './model.ts';

/**
 * The file that the snapshots of a file's cases lie in: `__snapshots__/NAME.snap.json` beside it.
 *
 * @param real the file's absolute path after all links, so that each file of cases has one, however it was named
 */
export function snapshotFileOf(real: string): string {
  return path.join(path.dirname(real), '__snapshots__', `${path.basename(real)}.snap.json`);
}

/**
 * A snapshot's name, unique in its file, whatever people call their cases.
 *
 * @param step null where the case has a single request
 */
export function snapshotKey(server: string, id: string, step: string | null): string {
  const parts = step === null ? [server, id] : [server, id, step];
  return parts.map((part) => part.replaceAll(/[\\>]/g, String.raw`\$&`)).join(' > ');
}

/**
 * Gathers what cases ask for, by file. A file that is there although nothing is asked of it any more is listed too,
 * without keys: all that lies in it is stale.
 *
 * @param files the snapshot file of every file that holds cases
 */
export function snapshotsOf(cases: readonly CaseSpec[], files: readonly string[]): Map<string, string[]> {
  const snapshots = new Map<string, string[]>();
  for (const { snapshotFile, setup, steps, teardown } of cases) {
    for (const { expect } of [...setup, ...steps, ...teardown]) {
      if (expect.snapshot === undefined) continue;
      const keys = snapshots.get(snapshotFile);
      if (keys === undefined) snapshots.set(snapshotFile, [expect.snapshot.key]);
      else keys.push(expect.snapshot.key);
    }
  }
  for (const file of files) {
    if (!snapshots.has(file) && isThere(file)) snapshots.set(file, []);
  }
  return snapshots;
}
