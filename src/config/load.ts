import { lstatSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../result/model.ts';
import { parseSource, resolveInside } from '../sources/parse.ts';
import { assembleServer, casesOf } from './assemble.ts';
import type { ListedServer } from './assemble.ts';
import { loadCaseFiles } from './case-files.ts';
import type { CaseEntry } from './case-files.ts';
import { caseProblems, serverProblems } from './cross-checks.ts';
import { readDocument } from './document.ts';
import type { SourceDocument } from './document.ts';
import { readTextFile } from './files.ts';
import type { RunInputs, WorkflowConfig } from './model.ts';
import { arrange } from './problems.ts';
import { memberOf, recordOf } from './raw.ts';
import { listSources } from './repositories.ts';
import { configSchema } from './schema.ts';
import type { ConfigFile } from './schema.ts';
import type { SchemaContext } from './schema-context.ts';
import { readUserSchema } from './schema-file.ts';
import { grantSecrets, withoutSecrets } from './secrets.ts';
import { filterProblems, select } from './selection.ts';
import { checkDocument } from './translate.ts';

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
  | { readonly ok: false; readonly problems: Problem[] };

const defaultFiles = ['.github/mcp-workflow.yml', '.github/mcp-workflow.yaml'];

/**
 * Reads the configuration file, every case file that it includes and what the inputs add, and finds every mistake in
 * one go. Never rejects for what a file or an input holds; no sentence contains the value of a granted secret.
 */
export async function loadConfig(inputs: RunInputs, context: LoadContext): Promise<LoadedConfig> {
  const secrets = grantSecrets(inputs.secrets, (name) => context.secretValue(name));
  const clean = (text: string) => withoutSecrets(text, secrets.values);
  const gathered = await gather(inputs, context.workspace, secrets.values);
  const { document, data, entries, sources, problems, notes, files } = gathered;
  const all = [...secrets.problems, ...problems];
  if (all.length > 0) return { ok: false, problems: arrange(all, clean) };

  const listed = [...listedServers(document, data), ...sources];
  const servers = listed.map((server) =>
    assembleServer(server, data?.defaults, secrets.values, casesOf(server.name, entries)),
  );
  const selection = select(inputs, servers);
  return {
    ok: true,
    config: { servers: selection.servers, gate: { onIncomplete: data?.gate?.onIncomplete ?? 'fail' } },
    notes: [...secrets.notes, ...notes, ...selection.notes].map(clean),
    grantedSecrets: secrets.values,
    files,
  };
}

interface Gathered {
  readonly document: SourceDocument | null;
  /** null where there is no file, or it has mistakes. */
  readonly data: ConfigFile | null;
  readonly entries: readonly CaseEntry[];
  readonly sources: readonly ListedServer[];
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
  const entries = [...inlineCases(document, data), ...(included?.entries ?? [])];
  const inFile = Object.keys(recordOf(memberOf(document?.value, 'servers')));
  const names = [...inFile, ...sources.servers.map(({ name }) => name)];
  const problems = [
    ...sources.problems,
    ...file.problems,
    ...(checked?.problems ?? []),
    ...(document === null ? [] : serverProblems(document, granted)),
    ...(included?.problems ?? []),
    ...caseProblems(entries, names),
    // Where the file could not be read, nobody knows its servers and tags.
    ...(file.problems.length > 0 ? [] : filterProblems(inputs, names, tagsOf(entries))),
  ];
  const notes = [...file.notes, ...sources.notes];
  return { document, data, entries, sources: sources.servers, problems, notes, files: [...world.filesRead] };
}

interface ConfigDocument {
  readonly document: SourceDocument | null;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

function readConfigFile(inputs: RunInputs, workspace: string, read: Set<string>): ConfigDocument {
  const there = defaultFiles.filter((name) => isThere(path.join(workspace, name)));
  const name = inputs.config ?? there[0];
  if (name === undefined) {
    const message = `there is no configuration: create ${defaultFiles[0]}, or list sources in the input \`repositories\``;
    const problems = inputs.repositories.length > 0 ? [] : [{ message, location: null }];
    return { document: null, problems, notes: [] };
  }
  const file = readTextFile(name, workspace, read);
  if ('problem' in file) {
    const message = `${inputs.config === null ? '' : 'input `config`: '}the configuration file ${file.problem}`;
    return { document: null, problems: [{ message, location: null }], notes: [] };
  }
  const unread = inputs.config === null && there.length > 1 ? [`Only ${there[0]} is read, not ${there[1]}.`] : [];
  return { ...readDocument(file.value.name, file.value.text), notes: unread };
}

/** Also a link that leads nowhere: it is no reason to look elsewhere. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function schemaContext(workspace: string): SchemaContext {
  const filesRead = new Set<string>();
  return {
    filesRead,
    source(text) {
      const parsed = parseSource(text, workspace);
      if ('unsupported' in parsed) return { problem: parsed.unsupported };
      return 'invalid' in parsed ? { problem: parsed.invalid } : { value: parsed };
    },
    inside(text, kind) {
      const resolved = resolveInside(text, workspace, kind);
      return 'problem' in resolved ? resolved : { value: resolved.path };
    },
    readSchema: (text) => readUserSchema(text, workspace, filesRead),
  };
}

function inlineCases(document: SourceDocument | null, data: ConfigFile | null): CaseEntry[] {
  const cases = memberOf(document?.value, 'cases');
  if (document === null || !Array.isArray(cases)) return [];
  return cases.flatMap((raw: unknown, index) => {
    if (memberOf(raw, 'include') !== undefined) return [];
    const entry = data?.cases?.[index];
    const checked = entry === undefined || 'include' in entry ? null : entry;
    return [{ raw, document, path: ['cases', index], fallbackServer: null, data: checked }];
  });
}

function listedServers(document: SourceDocument | null, data: ConfigFile | null): ListedServer[] {
  return Object.entries(data?.servers ?? {}).map(([name, entry]) => ({
    name,
    source: entry.source,
    location: document?.locate(['servers', name, 'source']) ?? null,
    entry,
  }));
}

function tagsOf(entries: readonly CaseEntry[]): Set<string> {
  return new Set(
    entries.flatMap(({ raw }) => {
      const tags = memberOf(raw, 'tags');
      return Array.isArray(tags) ? tags.filter((tag: unknown) => typeof tag === 'string') : [];
    }),
  );
}
