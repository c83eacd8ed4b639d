import type { Problem } from '../result/model.ts';
import { casesOf } from './assemble-case.ts';
import { type FoundContext, otherwiseOf, withFound } from './found.ts';
import { assembleServer } from './assemble.ts';
import type { ListedServer } from './assemble.ts';
import { caseProblems } from './case-checks.ts';
import { loadCaseFiles } from './case-files.ts';
import type { CaseEntry } from './case-files.ts';
import { readConfigFile } from './config-file.ts';
import { isThere } from './files.ts';
import type { SourceDocument } from './document.ts';
import type { RunInputs, WorkflowConfig } from './model.ts';
import type { RegistrySpec, RepositorySpec } from './repository-model.ts';
import { arrange } from './problems.ts';
import { memberOf, recordOf } from './raw.ts';
import { listSources } from './repositories.ts';
import { configSchema } from './schema.ts';
import type { ConfigFile } from './schema.ts';
import { schemaContext } from './schema-context.ts';
import { grantSecrets, withoutSecrets } from './secrets.ts';
import { filterProblems, select } from './selection.ts';
import { serverProblems } from './server-checks.ts';
import { snapshotFileOf, snapshotsOf } from './snapshots.ts';
import { checkDocument } from './translate.ts';
import { type WrittenConfig, writtenConfig } from './written.ts';

export interface LoadContext {
  /** Absolute path that all paths of the configuration are relative to. */
  readonly workspace: string;
  /** The value of an environment variable of the step. Asked only for names that may be granted. */
  secretValue(name: string): string | undefined;
}

export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: WorkflowConfig;
      /** Sentences for the log: what was selected, what was left out, what is odd. */
      readonly notes: string[];
      /** Values by name, for the caller to mask. */
      readonly grantedSecrets: ReadonlyMap<string, string>;
      /** Real paths of the files that the configuration was read from. */
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly problems: Problem[]; readonly files: readonly string[] };

/**
 * Reads the configuration file, every case file that it includes and what the inputs add, and finds every mistake in
 * one go. Never rejects for what a file or an input holds; no sentence contains the value of a granted secret.
 */
export async function loadConfig(inputs: RunInputs, context: LoadContext): Promise<LoadedConfig> {
  const secrets = grantSecrets(inputs.secrets, (name) => context.secretValue(name));
  const clean = withoutSecrets(secrets.values);
  const gathered = await gather(inputs, context.workspace, secrets.values);
  const { document, data, entries, sources, problems, notes, files } = gathered;
  const all = [...secrets.problems, ...problems];
  if (all.length > 0) return { ok: false, problems: arrange(all, clean), files };

  const assembly = { document, defaults: data?.defaults, secrets: secrets.values };
  const assemble = (server: ListedServer) => assembleServer(server, assembly, casesOf(server.name, entries));
  const servers = [...listedServers(document, data), ...sources].map(assemble);
  const selection = select(inputs, servers);
  const cases = servers.flatMap((server) => server.cases);
  const snapshots = snapshotsOf(cases, gathered.snapshotFiles);
  return {
    ok: true,
    config: {
      servers: selection.servers,
      repositories: gathered.repositories,
      ...finder(gathered, { inputs, assemble, known: new Set(servers.map(({ name }) => name)) }),
      otherwise: otherwiseOf(data),
      registries: registriesOf(data, secrets.values),
      gate: { onIncomplete: data?.gate?.onIncomplete ?? 'fail' },
      snapshots,
      written: gathered.written,
    },
    notes: [...secrets.notes, ...notes, ...selection.notes].map(clean),
    grantedSecrets: secrets.values,
    // What an answer is compared with decides as much as the case that asks for it.
    files: [...files, ...[...snapshots.keys()].filter(isThere)],
  };
}

function registriesOf(data: ConfigFile | null, secrets: ReadonlyMap<string, string>): RegistrySpec[] {
  return Object.entries(data?.registries ?? {}).map(([scope, { url, token }]) => {
    const granted = token === undefined ? null : { secret: token.secret, value: secrets.get(token.secret) ?? null };
    return { scope, url: new URL(url), token: granted };
  });
}

/** Keeps nothing of the files where nothing is to be found. */
function finder(
  { repositories, document, data, entries }: Gathered,
  rest: Pick<FoundContext, 'inputs' | 'assemble' | 'known'>,
): Pick<WorkflowConfig, 'withFound' | 'standIn'> {
  const standIn: WorkflowConfig['standIn'] = (name, { source, location }) => ({
    ...rest.assemble({ name, source, location, entry: null }),
    cases: [],
  });
  if (repositories.length === 0) return { standIn, withFound: () => ({ servers: new Map(), missing: [], notes: [] }) };
  return { standIn, withFound: (found) => withFound(found, { document, data, entries, ...rest }) };
}

interface Gathered {
  readonly document: SourceDocument | null;
  /** null where there is no file, or it has mistakes. */
  readonly data: ConfigFile | null;
  readonly entries: readonly CaseEntry[];
  /** Of every file that holds cases, whether it is there or not. */
  readonly snapshotFiles: readonly string[];
  readonly sources: readonly ListedServer[];
  readonly repositories: readonly RepositorySpec[];
  readonly written: WrittenConfig | null;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  /** Real paths of all files that were read. */
  readonly files: readonly string[];
}

/** Reads everything, and goes on past each mistake as far as that makes sense. */
async function gather(inputs: RunInputs, workspace: string, granted: ReadonlyMap<string, string>): Promise<Gathered> {
  const world = schemaContext(workspace);
  const file = readConfigFile(inputs, workspace, world.filesRead);
  const { document } = file;
  const checked = document === null ? null : checkDocument(configSchema(world), document);
  const data = checked?.data ?? null;
  const sources = listSources(document, inputs.repositories, world);
  const included = document === null ? null : await loadCaseFiles(document, workspace, world);
  const ownSnapshots = file.real === null ? [] : [snapshotFileOf(file.real)];
  const entries = [...inlineCases(document, data, file.real ?? ''), ...(included?.entries ?? [])];
  const servers = knownServers(document, sources.servers);
  const names = [...servers.keys()];
  const toBeFound = sources.repositories.length > 0;
  const problems = [
    ...sources.problems,
    ...file.problems,
    ...(checked?.problems ?? []),
    ...(document === null ? [] : serverProblems(document, granted, world, toBeFound)),
    ...(included?.problems ?? []),
    ...caseProblems(entries, servers, toBeFound),
    // Where the file could not be read, nobody knows its servers and tags.
    ...(file.problems.length > 0 ? [] : filterProblems(inputs, toBeFound ? null : names, tagsOf(entries))),
  ];
  const notes = [...file.notes, ...sources.notes];
  const snapshotFiles = [...ownSnapshots, ...(included?.snapshotFiles ?? [])];
  const files = [...world.filesRead];
  const { repositories } = sources;
  const written = inputs.changedOnly ? writtenConfig(document, file.real, entries, files) : null;
  const read = { document, data, entries, snapshotFiles, written };
  return { ...read, sources: sources.servers, repositories, problems, notes, files };
}

/** Whether each server has a work folder, by name. */
function knownServers(document: SourceDocument | null, listed: readonly ListedServer[]): Map<string, boolean> {
  const inFile = Object.entries(recordOf(memberOf(document?.value, 'servers')));
  return new Map([
    ...inFile.map(([name, server]) => [name, memberOf(server, 'work') !== undefined] as const),
    ...listed.map(({ name }) => [name, false] as const),
  ]);
}

function inlineCases(document: SourceDocument | null, data: ConfigFile | null, real: string): CaseEntry[] {
  const cases = memberOf(document?.value, 'cases');
  if (document === null || !Array.isArray(cases)) return [];
  return cases.flatMap((raw: unknown, index) => {
    if (memberOf(raw, 'include') !== undefined) return [];
    const entry = data?.cases?.[index];
    const checked = entry === undefined || 'include' in entry ? null : entry;
    const place = { document, path: ['cases', index], snapshotFile: snapshotFileOf(real), real, include: null };
    return [{ ...place, raw, fallbackServer: null, data: checked }];
  });
}

function listedServers(document: SourceDocument | null, data: ConfigFile | null): ListedServer[] {
  return Object.entries(data?.servers ?? {}).flatMap(([name, entry]) => {
    const { source } = entry;
    // Without one it refines what is found.
    if (source === undefined) return [];
    return [{ name, source, location: document?.locate(['servers', name, 'source']) ?? null, entry }];
  });
}

function tagsOf(entries: readonly CaseEntry[]): Set<string> {
  return new Set(
    entries.flatMap(({ raw }) => {
      const tags = memberOf(raw, 'tags');
      return Array.isArray(tags) ? tags.filter((tag: unknown) => typeof tag === 'string') : [];
    }),
  );
}
