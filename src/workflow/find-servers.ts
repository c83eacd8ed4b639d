import pLimit from 'p-limit';
import { rawName } from '../config/identity.ts';
import type { ServerConfig, WorkflowConfig } from '../config/model.ts';
import type { FoundEntry, RepositorySpec } from '../config/repository-model.ts';
import { deriveServerName } from '../config/names.ts';
import type { FoundServer } from '../discovery/model.ts';
import type { RepositoryResult } from '../result/model.ts';
import { failBeforeStart } from './connect.ts';
import { end, newDraft, type ServerDraft } from './draft.ts';
import type { Looked, Repositories } from './repositories.ts';
import { type RepositoryFault, repositoryFault } from './repository-fault.ts';
import type { FoundThere } from './server-changes.ts';
import { entryOf, findingsOf, serversIn } from './found-entry.ts';

/** How many repositories are fetched at a time. */
const atATime = 4;
const mostLeftOut = 100;

export interface FindContext {
  readonly config: WorkflowConfig;
  readonly repositories: Repositories;
  readonly workspace: string;
  readonly progress: (repository: string, message: string) => void;
  /** Judges each that was found, where only what changed is to run; may end it. */
  readonly onFound: (draft: ServerDraft, there: FoundThere) => Promise<void>;
}

export interface FoundDrafts {
  /** Those that go on, and those that have their verdict already. */
  readonly drafts: readonly ServerDraft[];
  readonly repositories: readonly RepositoryResult[];
  readonly notes: readonly string[];
}

/** One server of one repository, on its way to becoming a draft. */
interface Candidate {
  readonly entry: FoundEntry;
  readonly spec: RepositorySpec;
  readonly looked: Looked;
  readonly found: FoundServer;
}

type Searched = { readonly spec: RepositorySpec } & ({ readonly looked: Looked } | RepositoryFault);

/**
 * Fetches and searches the repositories of the configuration. Names are given in the order of the configuration, so that
 * they are the same in every run. Never rejects for what a repository holds or a network does.
 */
export async function findServers(context: FindContext): Promise<FoundDrafts> {
  const { config } = context;
  const limit = pLimit(atATime);
  const searched = await Promise.all(config.repositories.map((spec) => limit(() => search(spec, context))));
  const taken = new Set(config.servers.map(({ name }) => name));
  const drafts: ServerDraft[] = [];
  const candidates: Candidate[] = [];
  const results: RepositoryResult[] = [];
  for (const each of searched) {
    const found = 'looked' in each ? candidatesOf(each.spec, each.looked, taken, context.workspace) : [];
    candidates.push(...found);
    results.push(resultOf(each, found));
    if (found.length === 0) drafts.push(withoutServers(each, taken, config));
  }
  const { servers, missing, notes } = config.withFound(candidates.map(({ entry }) => entry));
  for (const { entry, spec, looked, found } of candidates) {
    const server = servers.get(entry.name);
    if (server === undefined) continue;
    const origin = { checkout: looked.checkout, found, folder: found.folder };
    const draft = newDraft(server, origin, findingsOf(looked.discovery, found, server.location));
    await context.onFound(draft, { server, spec, looked, found });
    drafts.push(draft);
  }
  for (const { server, why } of missing) {
    const draft = newDraft(server);
    failBeforeStart(draft, 'not_mcp', `${why}.`);
    drafts.push(draft);
  }
  return { drafts, repositories: results, notes };
}

async function search(spec: RepositorySpec, { repositories, progress }: FindContext): Promise<Searched> {
  const { given } = spec.source;
  try {
    progress(given, 'looking for servers in it');
    const looked = await repositories.look(spec.source);
    const at = looked.checkout.commit === null ? '' : ` at ${looked.checkout.commit.slice(0, 12)}`;
    progress(given, `${looked.discovery.servers.length} servers found${at}`);
    return { spec, looked };
  } catch (error) {
    const fault = repositoryFault(error);
    progress(given, fault.reason);
    return { spec, ...fault };
  }
}

function candidatesOf(spec: RepositorySpec, looked: Looked, taken: Set<string>, workspace: string): Candidate[] {
  return serversIn(spec.source, looked.discovery).map((found) => {
    const name = deriveServerName(found.name, taken);
    taken.add(name);
    return { entry: entryOf(name, found, spec, workspace), spec, looked, found };
  });
}

function resultOf(searched: Searched, found: readonly Candidate[]): RepositoryResult {
  const { source, location } = searched.spec;
  const servers = found.map(({ entry }) => entry.name);
  if (!('looked' in searched)) {
    const { state, reason } = searched;
    return { given: source.given, state, reason, commit: null, location, servers, leftOut: [], notes: [] };
  }
  const { checkout, discovery } = searched.looked;
  return {
    given: source.given,
    state: servers.length === 0 ? 'failed' : 'passed',
    reason: servers.length === 0 ? noServer(searched.looked) : null,
    commit: checkout.commit,
    location,
    servers,
    leftOut: discovery.leftOut.slice(0, mostLeftOut).map((one) => ({ path: one.path, why: one.why })),
    notes: [...checkout.notes],
  };
}

/** @returns a server for each repository, to stand in the result while, or where, no server comes from it */
export function standIns({ servers, repositories, standIn }: WorkflowConfig): ServerConfig[] {
  const taken = new Set(servers.map(({ name }) => name));
  return repositories.map((spec) => {
    const name = deriveServerName(rawName(spec.source), taken);
    taken.add(name);
    return standIn(name, spec);
  });
}

/** A source that nothing comes from is no success: it stands in the result as a server that is not there. */
function withoutServers(searched: Searched, taken: Set<string>, config: WorkflowConfig): ServerDraft {
  const name = deriveServerName(rawName(searched.spec.source), taken);
  taken.add(name);
  const draft = newDraft(config.standIn(name, searched.spec));
  if ('looked' in searched) failBeforeStart(draft, 'not_mcp', noServer(searched.looked));
  else if (searched.state === 'failed') failBeforeStart(draft, 'install_failed', searched.reason);
  else end(draft, 'error', searched.reason);
  return draft;
}

function noServer({ discovery, checkout }: Looked): string {
  const [first, ...others] = discovery.leftOut;
  const why = first === undefined ? '' : ` ${first.path}: ${first.why}`;
  const more = others.length === 0 ? '' : ` (and ${others.length} more that look like one: see \`discover --explain\`)`;
  return `No MCP server was found among its ${checkout.files.length} files.${why}${more}`;
}
