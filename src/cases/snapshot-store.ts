import { relative } from 'node:path';
import type { Problem, SnapshotReport } from '../result/model.ts';
import { type Difference, firstDifference } from './difference.ts';
import { readSnapshotFile, removeSnapshotFile, writeSnapshotFile } from './snapshot-file.ts';
import { readSnapshots, redactAll, writeSnapshots } from './snapshot-text.ts';

export interface SnapshotStoreOptions {
  /** Snapshots are written instead of compared. */
  readonly update: boolean;
  /** Hides what no file may hold. */
  readonly redact: (text: string) => string;
  /** What reports name files relative to; null: they are absolute. */
  readonly workspace?: string | null;
}

/** What became of one snapshot; `unusable` is a sentence. */
export type SnapshotOutcome =
  | { readonly state: 'same' | 'added' | 'changed' }
  | { readonly state: 'missing' }
  | {
      readonly state: 'different';
      readonly expected: unknown;
      readonly actual: unknown;
      readonly difference: Difference;
    }
  | { readonly state: 'unusable'; readonly reason: string };

/** Puts markers in the place of what changes from run to run; `unmasked` is a sentence. */
export type Mask = (value: unknown) => Promise<{ readonly value: unknown } | { readonly unmasked: string }>;

interface SnapshotFile {
  readonly entries: Map<string, unknown>;
  /** Keys that this run has found as they were, or put in. */
  readonly settled: Set<string>;
  /** How many of them it has put in. */
  written: number;
}

type Loaded = SnapshotFile | { readonly unusable: string };

/** Of one answer, as JSON. */
const valueLimit = 1024 * 1024;

/** The snapshot files of one run, shared by all its servers. Each is read once, and written once, at the end. */
export class SnapshotStore {
  readonly update: boolean;
  readonly #redact: (text: string) => string;
  readonly #workspace: string | null;
  readonly #files = new Map<string, Promise<Loaded>>();
  readonly #problems: Problem[] = [];

  private constructor({ update, redact, workspace }: SnapshotStoreOptions) {
    this.update = update;
    this.#redact = redact;
    this.#workspace = workspace ?? null;
  }

  static open(options: SnapshotStoreOptions): SnapshotStore {
    return new SnapshotStore(options);
  }

  /**
   * Holds a value against the snapshot of that key or, in an update, puts it there: in an update a key is put once, and
   * compared from then on, so that what changes from call to call is seen. Never rejects.
   */
  async compare(file: string, key: string, value: unknown, mask: Mask = unmasked): Promise<SnapshotOutcome> {
    const actual = await this.#prepare(value, mask);
    if ('unmasked' in actual) return { state: 'unusable', reason: actual.unmasked };
    const loaded = await this.#load(file);
    if ('unusable' in loaded) return { state: 'unusable', reason: loaded.unusable };
    const { entries, settled } = loaded;
    // What is ignored may have been written before it was.
    const known = entries.has(key) ? await mask(entries.get(key)) : null;
    if (known !== null && 'unmasked' in known) return { state: 'unusable', reason: known.unmasked };
    const difference = known === null ? null : firstDifference(known.value, actual.value);
    if (known !== null && difference === null) {
      settled.add(key);
      return { state: 'same' };
    }
    if (this.update && !settled.has(key)) {
      entries.set(key, actual.value);
      settled.add(key);
      loaded.written++;
      return { state: known === null ? 'added' : 'changed' };
    }
    if (known === null || difference === null) return { state: 'missing' };
    return { state: 'different', expected: known.value, actual: actual.value, difference };
  }

  /**
   * Ends the work: an update is written, without the keys that no case asks for; otherwise these are reported as stale.
   * Never rejects; what could not be done is among the `problems`.
   *
   * @param known every key that some case asks for, by file, whether it ran or not
   */
  async finish(known: ReadonlyMap<string, readonly string[]>): Promise<SnapshotReport> {
    const report: SnapshotReport = { written: 0, removed: 0, stale: [] };
    const files = [...new Set([...known.keys(), ...this.#files.keys()])].sort();
    for (const file of files) {
      const loaded = await this.#load(file);
      if ('unusable' in loaded) {
        this.#problems.push({ message: loaded.unusable, location: null });
        continue;
      }
      const asked = new Set([...(known.get(file) ?? []), ...loaded.settled]);
      const stale = [...loaded.entries.keys()].filter((key) => !asked.has(key)).sort();
      if (this.update) await this.#write(file, loaded, stale, report);
      else report.stale.push(...stale.map((key) => ({ file: this.#nameOf(file), key })));
    }
    return report;
  }

  /** Files that could not be read or written, known after `finish`. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  async #write(file: string, loaded: SnapshotFile, stale: readonly string[], report: SnapshotReport): Promise<void> {
    if (loaded.written === 0 && stale.length === 0) return;
    for (const key of stale) loaded.entries.delete(key);
    const wrong =
      loaded.entries.size === 0
        ? await removeSnapshotFile(file)
        : await writeSnapshotFile(file, writeSnapshots(loaded.entries));
    if (wrong !== null) {
      const message = `The snapshots of this run could not be kept in \`${this.#nameOf(file)}\`: ${wrong}.`;
      this.#problems.push({ message, location: null });
      return;
    }
    report.written += loaded.written;
    report.removed += stale.length;
  }

  async #prepare(value: unknown, mask: Mask): ReturnType<Mask> {
    try {
      const redacted = redactAll(value, this.#redact);
      if (JSON.stringify(redacted ?? null).length <= valueLimit) return await mask(redacted ?? null);
      return { unmasked: 'the answer is larger than 1 MiB, more than a snapshot holds' };
    } catch {
      return { unmasked: 'the answer is nested too deeply for a snapshot' };
    }
  }

  #load(file: string): Promise<Loaded> {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const loading = this.#read(file);
    this.#files.set(file, loading);
    return loading;
  }

  async #read(file: string): Promise<Loaded> {
    const content = await readSnapshotFile(file);
    if (content === 'absent') return { entries: new Map(), settled: new Set(), written: 0 };
    const name = this.#nameOf(file);
    if ('refused' in content) return { unusable: `the snapshots in \`${name}\` cannot be used: ${content.refused}` };
    const entries = readSnapshots(content.text);
    if (entries instanceof Map) return { entries, settled: new Set(), written: 0 };
    const advice = 'mend it, or delete it and run with --update-snapshots';
    return { unusable: `the snapshots in \`${name}\` cannot be used: ${entries.broken}; ${advice}` };
  }

  #nameOf(file: string): string {
    return this.#workspace === null ? file : relative(this.#workspace, file);
  }
}

const unmasked: Mask = (value) => Promise.resolve({ value });
