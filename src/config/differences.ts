import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { defaultFiles } from './config-file.ts';
import { readDocument } from './document.ts';
import { memberOf, recordOf } from './raw.ts';
import { snapshotFileOf } from './snapshots.ts';
import { casesIn, includesIn, type WrittenCase, type WrittenConfig } from './written.ts';

/** The files as they were earlier, by paths relative to the workspace. */
export interface EarlierFiles {
  /** Every path that is not the same now. */
  readonly changed: ReadonlySet<string>;
  readonly has: (path: string) => boolean;
  /** Whether a path may lead to a file of another name. */
  readonly hasLinks: boolean;
  /** @returns null where there was no such text. */
  readonly text: (path: string) => Promise<string | null>;
}

/** What two versions of a configuration say differently: by value, wherever it stands. */
export interface ConfigDifferences {
  /** Why every server is concerned, as a sentence without its end; null: the rest counts. */
  readonly everything: string | null;
  /** Why a server of that name is concerned: its entry, its cases; null: neither says anything else. */
  server(name: string): string | null;
  /** Whether the list `repositories` had that source. */
  hadSource(given: string): boolean;
  /** Why a server without an entry may bear the name that another one had; null: none does. */
  readonly namesMoved: string | null;
  /**
   * The configuration, the case files and their snapshots, as far as the earlier version says that they are such: what
   * a change calls a case file may be a part of a server.
   */
  readonly roles: ReadonlySet<string>;
}

/** More files than that can be no case files: so many are not read (see case-files.ts). */
const mostRemoved = 200;

/**
 * @param now paths in it as in `earlier`: relative to the workspace
 * @param configGiven the path that the input `config` names; null: the usual ones
 * @throws what `earlier` rejects with. What it holds is hostile, and is only ever read as data.
 */
export async function configDifferences(
  now: WrittenConfig,
  configGiven: string | null,
  earlier: EarlierFiles,
): Promise<ConfigDifferences> {
  const file = configGiven === null ? (defaultFiles.find((name) => earlier.has(name)) ?? null) : now.file;
  if (file !== now.file) return everythingFor('the configuration file is another one');
  const text = file === null ? null : await earlier.text(file);
  if (file !== null && text === null) return everythingFor(`${file} is new`);
  const before = text === null ? null : valueOf(file ?? '', text);
  if (before === undefined) return everythingFor(`${file} could not be read as it was`);
  const keys = globalDifferences(before, now.value);
  if (keys.length > 0) return everythingFor(`${file} has other ${keys.map((key) => `\`${key}\``).join(', ')}`);
  const cases = await caseDifferences(now, file, before, earlier);
  if (typeof cases === 'string') return everythingFor(cases);
  const schemas = schemaDifferences(now, earlier);
  const [was, is] = [serversOf(before), serversOf(now.value)];
  const list = new Set(listOf(before));
  return {
    everything: null,
    server: (name) => entryDifference(name, file, was, is) ?? cases.get(name) ?? schemas(name),
    hadSource: (given) => list.has(given),
    namesMoved: namesMoved({ was, is }, listOf(before), listOf(now.value)),
    roles: rolesOf(now, file, new Set(includesIn(before))),
  };
}

function rolesOf(now: WrittenConfig, file: string | null, had: ReadonlySet<string>): Set<string> {
  const included = now.cases.filter(({ include }) => include !== null && had.has(include)).map((each) => each.file);
  const files = [...new Set([...(file === null ? [] : [file]), ...included])];
  return new Set([...files, ...files.map((each) => snapshotFileOf(each))]);
}

function everythingFor(reason: string): ConfigDifferences {
  return { everything: reason, server: () => reason, hadSource: () => false, namesMoved: reason, roles: new Set() };
}

/** @returns undefined where the text is no sound document */
function valueOf(file: string, text: string): unknown {
  const { document, problems } = readDocument(file, text);
  return problems.length > 0 ? undefined : document?.value;
}

/** Everything but servers, sources and cases holds for all: also what is not known here. */
function globalDifferences(before: unknown, now: unknown): string[] {
  const [was, is] = [recordOf(before), recordOf(now)];
  const single = ['servers', 'repositories', 'cases'];
  const keys = new Set([...Object.keys(was), ...Object.keys(is)].filter((key) => !single.includes(key)));
  return [...keys].filter((key) => !isDeepStrictEqual(memberOf(was, key), memberOf(is, key)));
}

function serversOf(value: unknown): Readonly<Record<string, unknown>> {
  return recordOf(memberOf(value, 'servers'));
}

function listOf(value: unknown): string[] {
  const list = memberOf(value, 'repositories');
  return Array.isArray(list) ? list.filter((each: unknown) => typeof each === 'string') : [];
}

type Servers = Readonly<Record<string, unknown>>;

function entryDifference(name: string, file: string | null, was: Servers, is: Servers): string | null {
  const [before, now] = [memberOf(was, name), memberOf(is, name)];
  if (isDeepStrictEqual(before, now)) return null;
  return before === undefined ? `it is new in ${file}` : `its entry in ${file} changed`;
}

/** Names that nobody wrote down depend on the others: where one goes, its name may go to another server. */
function namesMoved(
  { was, is }: { readonly was: Servers; readonly is: Servers },
  before: readonly string[],
  now: readonly string[],
): string | null {
  const gone = before.find((source) => !now.includes(source));
  if (gone !== undefined) return `\`repositories\` no longer lists ${gone.slice(0, 200)}`;
  const name = Object.keys(was).find((each) => !Object.hasOwn(is, each));
  if (name !== undefined) return `\`servers\` no longer has ${name.slice(0, 80)}`;
  const order = now.filter((source) => before.includes(source));
  return isDeepStrictEqual(order, [...before]) ? null : '`repositories` has another order';
}

/** @returns why, by the server's name; or why all servers are concerned */
async function caseDifferences(
  now: WrittenConfig,
  file: string | null,
  before: unknown,
  earlier: EarlierFiles,
): Promise<ReadonlyMap<string, string> | string> {
  const had = new Set(includesIn(before));
  const gone = [...had].find((pattern) => !includesIn(now.value).includes(pattern));
  if (gone !== undefined) return `${file} no longer includes ${gone.slice(0, 200)}`;
  const reasons = new Map<string, string>();
  const byFile = Map.groupBy(now.cases, (each) => each.file);
  for (const each of now.cases) {
    // Nobody knows whether another glob found that file before.
    if (each.server !== null && each.include !== null && !had.has(each.include)) {
      reasons.set(each.server, `its cases in ${each.file} are new`);
    }
  }
  // A file that is gone is read as what it may have been.
  const isRemoved = (each: string) =>
    /\.(?:ya?ml|json)$/iu.test(each) && earlier.has(each) && !byFile.has(each) && each !== file;
  const removed = had.size === 0 ? [] : [...earlier.changed].filter(isRemoved);
  if (removed.length > mostRemoved) return `more than ${mostRemoved} files that may have held cases changed`;
  const changed = [...byFile.keys(), ...removed].filter((each) => earlier.changed.has(each));
  for (const each of new Set([...changed, ...(file === null ? [] : [file])])) {
    const text = each === file ? null : await earlier.text(each);
    const value = each === file ? before : text === null ? null : valueOf(each, text);
    // Of one that is gone, nobody knows that it held cases at all.
    if (value === undefined && byFile.has(each)) return `${each} could not be read as it was`;
    compareCases(casesIn(value), byFile.get(each) ?? [], each, reasons);
  }
  return reasons;
}

function compareCases(
  before: readonly Pick<WrittenCase, 'server' | 'raw'>[],
  now: readonly WrittenCase[],
  file: string,
  reasons: Map<string, string>,
): void {
  const names = new Set([...before, ...now].flatMap(({ server }) => server ?? []));
  const of = (cases: readonly Pick<WrittenCase, 'server' | 'raw'>[], name: string) =>
    // The name may stand with the case, or once for the file.
    cases.flatMap(({ server, raw }) => (server === name ? [{ ...recordOf(raw), server }] : []));
  const [was, is] = [Map.groupBy(before, ({ server }) => server), Map.groupBy(now, ({ server }) => server)];
  for (const name of names) {
    if (isDeepStrictEqual(of(was.get(name) ?? [], name), of(is.get(name) ?? [], name))) continue;
    if (!reasons.has(name)) reasons.set(name, `its cases in ${file} changed`);
  }
}

/** Files that cases name are told by their names; where those may be others, every server with cases is concerned. */
function schemaDifferences(now: WrittenConfig, earlier: EarlierFiles): (server: string) => string | null {
  const files = now.others.filter((file) => earlier.changed.has(file));
  if (files.length === 0) return () => null;
  const texts = new Map<string, string>();
  for (const { server, raw } of now.cases) {
    if (server !== null) texts.set(server, `${texts.get(server) ?? ''}${JSON.stringify(raw)}`);
  }
  const isNamed = (file: string, text: string) => earlier.hasLinks || text.includes(path.posix.basename(file));
  return (server) => {
    const text = texts.get(server);
    const own = text === undefined ? undefined : files.find((file) => isNamed(file, text));
    return own === undefined ? null : `${own} changed`;
  };
}
