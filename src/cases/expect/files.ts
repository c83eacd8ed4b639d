import type { FileExpectation } from '../../config/model.ts';
import { assertion, type Line } from '../assertion.ts';
import { describeDifference, firstDifference } from '../difference.ts';
import type { FileState, FileStates } from '../environment.ts';
import { findPattern } from '../pattern.ts';
import type { SchemaValidator } from '../schema-validator.ts';
import { around, brief } from '../show.ts';

const kind = 'files';
const absentFile: FileState = { kind: 'absent', size: 0, sha256: null, text: null };

/** What there is to know about the paths; `failed` is a sentence. */
export type FileView = FileStates | { readonly failed: string };

export interface FileWish {
  readonly path: string;
  readonly wish: FileExpectation;
}

/** One path of the work folder is as wished after the call; a path without any other wish has to be there. */
export async function files(
  { path, wish }: FileWish,
  before: FileView | null,
  after: FileView,
  validator: SchemaValidator,
): Promise<Line> {
  const expected = { path, ...wish };
  const shown = brief(path, 100);
  const unchecked = (why: string) =>
    assertion(kind, 'notChecked', { expected, actual: null, message: `${shown} was not checked: ${why}` });
  if ('failed' in after) return unchecked(after.failed);
  const state = after.get(path) ?? absentFile;
  const line = (state_: 'passed' | 'failed', message: string) =>
    assertion(kind, state_, { expected, actual: describe(state), message: `${shown} ${message}` });
  if (wish.unchanged !== undefined) {
    if (before === null) return unchecked('its state before the step was not read');
    if ('failed' in before) return unchecked(before.failed);
    const changed = wrongChange(wish.unchanged, before.get(path) ?? absentFile, state);
    if (changed !== null) return line('failed', changed);
  }
  const there = wrongExistence(wish, state);
  if (there !== null) return line('failed', there);
  const text = await wrongText(wish, state, validator);
  if (text === null) return line('passed', wish.exists === false ? 'is not there' : 'is as expected');
  return 'unchecked' in text ? unchecked(text.unchecked) : line('failed', text.wrong);
}

/** The paths whose state before the step is asked for. */
export function pathsToRemember(wishes: Readonly<Record<string, FileExpectation>>): string[] {
  return Object.entries(wishes).flatMap(([path, { unchanged }]) => (unchanged === undefined ? [] : [path]));
}

function wrongChange(unchanged: boolean, before: FileState, after: FileState): string | null {
  const same = before.kind === after.kind && before.sha256 === after.sha256 && before.size === after.size;
  if (same === unchanged) return null;
  const now = describe(after);
  return unchanged
    ? `should be unchanged: it was ${describe(before)}, now it is ${now}`
    : `should have changed: it is ${now} as before`;
}

function wrongExistence(wish: FileExpectation, state: FileState): string | null {
  if (wish.exists === false) return state.kind === 'absent' ? null : `should not be there, it is ${describe(state)}`;
  const mayBeAbsent = wish.exists === undefined && wish.unchanged !== undefined && !asksForText(wish);
  return state.kind === 'absent' && !mayBeAbsent ? 'is not there' : null;
}

type WrongText = { readonly wrong: string } | { readonly unchecked: string };

async function wrongText(
  wish: FileExpectation,
  state: FileState,
  validator: SchemaValidator,
): Promise<WrongText | null> {
  if (!asksForText(wish)) return null;
  if (state.kind !== 'file') return { wrong: `should be a file, it is ${describe(state)}` };
  const { text } = state;
  if (text === null) return { unchecked: 'it is no text in UTF-8, or larger than 8 MiB' };
  const wrong = wrongLetters(wish, text);
  if (wrong !== null) return { wrong };
  for (const pattern of wish.matches ?? []) {
    const search = await findPattern(pattern, text, validator);
    if ('unchecked' in search) return { unchecked: `${brief(pattern)}: ${search.unchecked}` };
    if (!search.found) return { wrong: `does not match ${brief(pattern)}; it is ${brief(text, 200)}` };
  }
  return null;
}

function wrongLetters({ equals, contains, notContains }: FileExpectation, text: string): string | null {
  const difference = equals === undefined ? null : firstDifference(equals, text);
  if (difference !== null) return `differs${describeDifference(difference)}`;
  const missing = contains?.find((each) => !text.includes(each));
  if (missing !== undefined) return `does not contain ${brief(missing)}; it is ${brief(text, 200)}`;
  const present = notContains?.find((each) => text.includes(each));
  if (present === undefined) return null;
  const at = text.indexOf(present);
  return `contains ${brief(present)}, which it should not: ${around(text, at, at + present.length)}`;
}

function asksForText({ equals, contains, notContains, matches }: FileExpectation): boolean {
  return equals !== undefined || [contains, notContains, matches].some((wishes) => (wishes ?? []).length > 0);
}

function describe({ kind: what, size, sha256 }: FileState): string {
  if (what === 'absent') return 'not there';
  if (what !== 'file') return `a ${what === 'other' ? 'special file' : what}`;
  return `a file of ${size} bytes (sha256 ${sha256?.slice(0, 12) ?? 'unknown'})`;
}
