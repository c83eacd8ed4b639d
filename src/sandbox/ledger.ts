import { appendFileSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { formatOwner, type Owner } from './owner.ts';
import type { StateDirectories } from './state.ts';

/** What a run is about to make, written before it is made, so that nothing can exist that no line names. */
export const LedgerEntry = z.object({
  /** `build`: the temporary folder of one. */
  kind: z.enum(['container', 'volume', 'network', 'image', 'build']),
  name: z.string(),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const RunRecord = z.object({
  runId: z.string(),
  stepKey: z.string(),
  owner: z.string(),
  resultsDirectory: z.string(),
  startedAt: z.string(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** One run's folder in the state directory: who owns it and what it made. */
export class Ledger {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(state: StateDirectories, record: Omit<RunRecord, 'owner'>, owner: Owner): Promise<Ledger> {
    const directory = join(state.runs, record.runId);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const line: RunRecord = { ...record, owner: formatOwner(owner) };
    await writeFile(join(directory, 'run.json'), JSON.stringify(line));
    return new Ledger(directory);
  }

  /** Written before this returns: a kill may come right after. */
  intend(entry: LedgerEntry): void {
    appendFileSync(join(this.directory, 'ledger.jsonl'), `${JSON.stringify(entry)}\n`);
  }
}

/** @returns null where the folder holds no readable record: half-written, or somebody else's. */
export async function readRunRecord(directory: string): Promise<RunRecord | null> {
  try {
    return RunRecord.parse(JSON.parse(await readFile(join(directory, 'run.json'), 'utf8')));
  } catch {
    return null;
  }
}

/** What the ledger names; a last line that a kill cut short is left out. */
export async function readLedger(directory: string): Promise<LedgerEntry[]> {
  const text = await readFile(join(directory, 'ledger.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return [LedgerEntry.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

/** A folder that a container's uid may look into. */
export async function makeVisibleFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  // Whatever umask the runner has.
  await chmod(path, 0o755);
  return path;
}
