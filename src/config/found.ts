import type { ListedServer } from './assemble.ts';
import type { CaseEntry } from './case-files.ts';
import { serverOf } from './case-checks.ts';
import type { SourceDocument } from './document.ts';
import type { EnvEntry, RunInputs, ServerConfig, SourceSpec, Transport, WorkflowConfig } from './model.ts';
import type { FoundEntry, FoundServers } from './repository-model.ts';
import { containerNameProblem } from './names.ts';
import type { ConfigFile } from './schema.ts';
import { select } from './selection.ts';
import type { Location } from '../result/model.ts';
import { show, suggestion } from './words.ts';

/** What found servers are put together from. */
export interface FoundContext {
  readonly inputs: RunInputs;
  readonly document: SourceDocument | null;
  readonly data: ConfigFile | null;
  readonly entries: readonly CaseEntry[];
  /** Names of the servers that were known before. */
  readonly known: ReadonlySet<string>;
  readonly assemble: (listed: ListedServer) => ServerConfig;
}

/** @see WorkflowConfig.withFound */
export function withFound(found: readonly FoundEntry[], context: FoundContext): FoundServers {
  const otherwise = otherwiseOf(context.data);
  const all = found.map((entry) => {
    const { name, location } = entry;
    const refined = context.data?.servers?.[name] ?? null;
    const source = refined?.build === undefined ? entry.source : entry.repository;
    return foundAs(context.assemble({ name, source, location, entry: refined }), entry, otherwise);
  });
  const { servers, notes } = select(context.inputs, all);
  return { servers: new Map(servers.map((server) => [server.name, server])), missing: missing(found, context), notes };
}

/** What becomes of a variable that a manifest requires and nobody grants. */
export function otherwiseOf(data: ConfigFile | null): WorkflowConfig['otherwise'] {
  return data?.defaults?.otherwise ?? 'skip';
}

/** @returns a server with what was found out about its source; what the file says of it stands */
export function foundAs(server: ServerConfig, entry: FoundEntry, otherwise: WorkflowConfig['otherwise']): ServerConfig {
  const { wanted } = entry;
  // An image brings its own start along.
  const { source, args } = server.build === null ? entry : { source: entry.repository, args: [] };
  const given = new Set(server.env.map((variable) => variable.name));
  const asked = wanted.filter((variable) => !given.has(variable.name));
  return {
    ...server,
    source,
    image: source.kind === 'oci' ? source.reference : server.image,
    transport: transportAs(source, server.transport),
    args: server.args.length > 0 ? server.args : args,
    env: [...server.env, ...asked.flatMap((variable) => wantedEntry(variable, otherwise))],
  };
}

function transportAs(source: SourceSpec, transport: Transport): Transport {
  if (source.kind !== 'remote' || transport.kind === 'remote') return transport;
  return { kind: 'remote', url: source.url, auth: null, headers: [], health: null };
}

/** A plain value is data of the manifest's; what is required and has none, nobody has granted yet. */
function wantedEntry(variable: FoundEntry['wanted'][number], otherwise: 'skip' | 'placeholder'): EnvEntry[] {
  const { name, value, required, place } = variable;
  if (containerNameProblem(name) !== null) return [];
  if (value !== null) return [{ kind: 'plain', name, value }];
  if (!required) return [];
  return [{ kind: 'secret', name, secret: name, value: null, otherwise, askedBy: place }];
}

/** Names that somebody wrote down and that nothing bears: never passed over, since a renamed server would be so for good. */
function missing(found: readonly FoundEntry[], context: FoundContext): FoundServers['missing'] {
  const { document, data, entries, inputs, known } = context;
  const names = [...known, ...found.map(({ name }) => name)];
  const wanted = new Map<string, Location | null>();
  for (const name of inputs.servers) wanted.set(name, null);
  for (const entry of entries) {
    const server = serverOf(entry);
    if (server !== null) wanted.set(server, entry.document.locate(entry.path));
  }
  for (const [name, { source }] of Object.entries(data?.servers ?? {})) {
    if (source === undefined) wanted.set(name, document?.locateKey(['servers', name]) ?? null);
  }
  return [...wanted]
    .filter(([name]) => !names.includes(name))
    .filter(([name]) => inputs.servers.length === 0 || inputs.servers.includes(name))
    .map(([name, location]) => {
      const source = { kind: 'path', given: name, path: '' } as const;
      const server = context.assemble({ name, source, location, entry: data?.servers?.[name] ?? null });
      return { server, why: `no server ${show(name)} was found in the repositories; ${suggestion(name, names)}` };
    });
}
