import type { Location } from '../result/model.ts';
import type { CaseData, CaseEntry } from './case-files.ts';
import { serverOf } from './cross-checks.ts';
import type { CaseSpec, EnvEntry, Resources, ServerConfig, SourceSpec, Timeouts } from './model.ts';
import type { ConfigFile, ServerEntry } from './schema.ts';

/** What holds where neither the server nor `defaults` says anything. */
const standard = {
  image: 'host',
  resources: { cpus: 0.5, memory: 512 * 1024 ** 2, pids: 256, disk: 2 * 1024 ** 3 },
  timeouts: { install: 180_000, start: 30_000, call: 30_000, stop: 5000 },
  retries: 3,
} as const;

/** A server as it was listed: under `servers`, or only as a source. */
export interface ListedServer {
  readonly name: string;
  readonly source: SourceSpec;
  readonly location: Location | null;
  /** null: nothing but its source is known. */
  readonly entry: ServerEntry | null;
}

/** Puts a server together from what it says itself, the file's defaults and ours, in this order. */
export function assembleServer(
  listed: ListedServer,
  defaults: ConfigFile['defaults'],
  secrets: ReadonlyMap<string, string>,
  cases: readonly CaseSpec[],
): ServerConfig {
  const { name, source, location, entry } = listed;
  return {
    name,
    source,
    location,
    bin: entry?.bin ?? null,
    command: entry?.command ?? null,
    args: entry?.args ?? [],
    env: Object.entries(entry?.env ?? {}).map(([variable, value]) => envEntry(variable, value, secrets)),
    image: entry?.image ?? defaults?.image ?? standard.image,
    installScripts: entry?.installScripts ?? 'sandboxed',
    work: entry?.work === undefined ? null : { from: entry.work.from ?? null, at: entry.work.at },
    mounts: entry?.mounts ?? [],
    resources: merge<Resources>(standard.resources, defaults?.resources, entry?.resources),
    timeouts: merge<Timeouts>(standard.timeouts, defaults?.timeouts, entry?.timeouts),
    retries: entry?.retries ?? defaults?.retries ?? standard.retries,
    cases,
  };
}

type EnvValue = NonNullable<ServerEntry['env']>[string];

function envEntry(name: string, value: EnvValue, secrets: ReadonlyMap<string, string>): EnvEntry {
  if (typeof value === 'string') return { kind: 'plain', name, value };
  const { secret, otherwise = 'skip' } = value;
  return { kind: 'secret', name, secret, value: secrets.get(secret) ?? null, otherwise };
}

type Layer<Values> = { readonly [Key in keyof Values]?: Values[Key] | undefined };

/** The last layer that says something decides, key by key. */
function merge<Values extends object>(base: Values, ...layers: readonly (Layer<Values> | undefined)[]): Values {
  const merged = { ...base };
  for (const layer of layers) Object.assign(merged, layer);
  return merged;
}

/** The cases of one server, in the order of the files. */
export function casesOf(server: string, entries: readonly CaseEntry[]): CaseSpec[] {
  return entries.flatMap((entry) => {
    const { data, document, path } = entry;
    return data !== null && serverOf(entry) === server ? [caseSpec(data, document.locate(path))] : [];
  });
}

function caseSpec(data: CaseData, location: Location): CaseSpec {
  return {
    id: data.id,
    tool: data.tool,
    args: data.args ?? {},
    expect: data.expect ?? {},
    location,
    timeout: data.timeout ?? null,
    tags: data.tags ?? [],
    skip: skipReason(data.skip),
    only: data.only ?? false,
  };
}

function skipReason(skip: string | boolean | undefined): string | null {
  if (skip === true) return 'switched off in the configuration (`skip: true`)';
  return typeof skip === 'string' ? skip : null;
}
