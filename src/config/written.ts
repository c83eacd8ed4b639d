import type { CaseEntry } from './case-files.ts';
import { serverOf } from './case-checks.ts';
import type { SourceDocument } from './document.ts';
import { memberOf } from './raw.ts';

/** What the user's files say, before anything is made of it: for a comparison with what they said earlier. */
export interface WrittenConfig {
  /** The configuration file: absolute, after all links; null where there is none. */
  readonly file: string | null;
  /** Plain JSON values. */
  readonly value: unknown;
  readonly cases: readonly WrittenCase[];
  /** What else was read, such as JSON Schemas: absolute, after all links. */
  readonly others: readonly string[];
}

export interface WrittenCase {
  /** null where it names none. */
  readonly server: string | null;
  readonly raw: unknown;
  /** The file it stands in: absolute, after all links. */
  readonly file: string;
  readonly include: string | null;
}

export function writtenConfig(
  document: SourceDocument | null,
  file: string | null,
  entries: readonly CaseEntry[],
  read: readonly string[],
): WrittenConfig {
  const cases = entries.map((entry) => {
    const { raw, real, include } = entry;
    return { server: serverOf(entry), raw, file: real, include };
  });
  const own = new Set([file, ...cases.map((each) => each.file)]);
  return { file, value: document?.value ?? null, cases, others: read.filter((each) => !own.has(each)) };
}

/** @returns the cases that a file holds, a configuration's own or a case file's, as the loader would take them. */
export function casesIn(value: unknown): Pick<WrittenCase, 'server' | 'raw'>[] {
  const list: unknown = Array.isArray(value) ? value : memberOf(value, 'cases');
  const fallback = Array.isArray(value) ? undefined : memberOf(value, 'server');
  if (!Array.isArray(list)) return [];
  return list.flatMap((raw: unknown) => {
    if (memberOf(raw, 'include') !== undefined) return [];
    const server = memberOf(raw, 'server') ?? fallback;
    return [{ raw, server: typeof server === 'string' ? server : null }];
  });
}

/** @returns the globs of every `include` of a configuration */
export function includesIn(value: unknown): string[] {
  const cases = memberOf(value, 'cases');
  if (!Array.isArray(cases)) return [];
  return cases
    .flatMap((entry: unknown) => memberOf(entry, 'include'))
    .filter((pattern: unknown) => typeof pattern === 'string');
}
