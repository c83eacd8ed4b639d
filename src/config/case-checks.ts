import type { Problem } from '../result/model.ts';
import type { CaseEntry } from './case-files.ts';
import { rawSteps } from './case-steps.ts';
import { referenceProblems } from './capture-checks.ts';
import { expectProblems } from './expect-checks.ts';
import { atKey, atValue } from './place.ts';
import { isRecord, memberOf } from './raw.ts';
import type { RawRecord } from './raw.ts';
import { formProblems, stepProblems } from './step-checks.ts';
import { show, suggestion } from './words.ts';

/**
 * Looks at values that were not checked yet, so that one run shows these mistakes beside all others.
 *
 * @param servers whether each server has a work folder, by name
 * @param toBeFound more servers than these are to be found in repositories
 * @returns mistakes in how cases fit their servers, each other, and in how the parts of one fit together
 */
export function caseProblems(
  entries: readonly CaseEntry[],
  servers: ReadonlyMap<string, boolean>,
  toBeFound = false,
): Problem[] {
  const seen = new Map<string, string>();
  return entries.flatMap((entry) => {
    const { document, path, raw } = entry;
    if (!isRecord(raw)) return [];
    const steps = rawSteps(raw, path);
    const server = serverOf(entry);
    const hasWork = server === null ? undefined : servers.get(server);
    return [
      ...placeProblems(entry, raw, servers, toBeFound),
      ...idProblems(entry, raw, seen),
      ...formProblems(document, raw, path),
      ...stepNameProblems(entry, raw),
      ...clientProblems(entry, raw),
      ...steps.flatMap((step) => [
        ...stepProblems(document, step, raw),
        ...expectProblems(document, step, { server, hasWork: hasWork ?? true }),
      ]),
      ...referenceProblems(document, steps),
    ];
  });
}

function placeProblems(
  entry: CaseEntry,
  raw: RawRecord,
  servers: ReadonlyMap<string, boolean>,
  toBeFound: boolean,
): Problem[] {
  const { document, path } = entry;
  const server = serverOf(entry);
  const named = memberOf(raw, 'server') !== undefined;
  if (server === null) {
    return named ? [] : [atValue(document, path, 'the case names no server; add `server: NAME`')];
  }
  if (toBeFound || servers.has(server)) return [];
  const place = named ? [...path, 'server'] : ['server'];
  return [atValue(document, place, `there is no server ${show(server)}; ${suggestion(server, [...servers.keys()])}`)];
}

/** @param seen where each id of each server stands first; it is added to */
function idProblems(entry: CaseEntry, raw: RawRecord, seen: Map<string, string>): Problem[] {
  const server = serverOf(entry);
  const id = memberOf(raw, 'id');
  if (server === null || typeof id !== 'string') return [];
  const { document, path } = entry;
  const key = JSON.stringify([server, id]);
  const first = seen.get(key);
  const here = [...path, 'id'];
  const { file, line } = document.locate(here);
  if (first === undefined) {
    seen.set(key, `${file}:${line}`);
    return [];
  }
  const twice = `the server ${show(server)} already has a case ${show(id)} (${first}); choose another id`;
  return [atValue(document, here, twice)];
}

function stepNameProblems({ document, path }: CaseEntry, raw: RawRecord): Problem[] {
  const seen = new Set<string>();
  return rawSteps(raw, path).flatMap((step) => {
    const known = seen.has(step.name);
    seen.add(step.name);
    if (!known) return [];
    return [
      atValue(document, [...step.path, 'name'], `the case already has a step ${show(step.name)}; choose another name`),
    ];
  });
}

function clientProblems({ document, path }: CaseEntry, raw: RawRecord): Problem[] {
  const client = memberOf(raw, 'client');
  const answers = memberOf(client, 'elicitation');
  const here = [...path, 'client', 'elicitation'];
  const list: readonly unknown[] = Array.isArray(answers) ? answers : [answers];
  const empty = isRecord(client) && Object.keys(client).length === 0;
  const problems = empty
    ? [atKey(document, [...path, 'client'], 'expected one of `elicitation`, `sampling` and `roots`')]
    : [];
  return list.reduce<Problem[]>((all, answer, index) => {
    const action = memberOf(answer, 'action');
    if (memberOf(answer, 'content') === undefined || typeof action !== 'string' || action === 'accept') return all;
    const place = [...here, ...(Array.isArray(answers) ? [index] : []), 'content'];
    return [...all, atKey(document, place, `only what is accepted has a content, and the action is ${show(action)}`)];
  }, problems);
}

/** The server that a case belongs to; null where none is named. */
export function serverOf({ raw, fallbackServer }: CaseEntry): string | null {
  const server = memberOf(raw, 'server');
  if (server === undefined) return fallbackServer;
  return typeof server === 'string' ? server : null;
}
