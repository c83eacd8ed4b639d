import { foundAs } from '../config/found.ts';
import type { ServerConfig, WorkflowConfig } from '../config/model.ts';
import { isRepository, type RepositorySource } from '../config/repository-model.ts';
import type { FoundServer } from '../discovery/model.ts';
import { failBeforeStart } from './connect.ts';
import { declaredIn, end, recordFindings, type ServerDraft } from './draft.ts';
import { entryOf, findingsOf, serversIn } from './found-entry.ts';
import type { Looked, Repositories } from './repositories.ts';
import { repositoryFault } from './repository-fault.ts';

export interface LocateContext {
  readonly repositories: Repositories;
  readonly workspace: string;
  readonly otherwise: WorkflowConfig['otherwise'];
}

/**
 * For a server whose source is a repository: fetches that, and finds out which server of it is meant.
 * @returns false where the draft has its verdict now
 */
export async function locate(draft: ServerDraft, context: LocateContext): Promise<boolean> {
  const { source, command, bin, build } = draft.config;
  if (draft.origin !== null || !isRepository(source)) return true;
  // A folder of the user's with a command of the user's: there is nothing to find out.
  if (source.kind === 'path' && build === null && (command !== null || bin !== null)) return true;
  try {
    const looked = await context.repositories.look(source);
    return settle(draft, source, looked, context);
  } catch (error) {
    const { state, reason } = repositoryFault(error);
    if (state === 'error') end(draft, 'error', reason);
    else failBeforeStart(draft, 'install_failed', reason);
    return false;
  }
}

function settle(draft: ServerDraft, source: RepositorySource, looked: Looked, context: LocateContext): boolean {
  const { config } = draft;
  const all = serversIn(source, looked.discovery);
  const own = source.kind === 'git' ? source.path : '.';
  const chosen = config.command === null && config.bin === null ? choose(config, own, all) : null;
  // Whichever it is, its Dockerfile is that of the folder that was named, or of the root.
  const found = chosen === 'several' && config.build !== null ? null : chosen;
  if (found === 'several') {
    const names = all.map(({ name, folder }) => `${name} (${folder})`).join(', ');
    const how =
      source.kind === 'git'
        ? `write its folder after \`#\`, as in \`${source.given.replace(/#.*$/u, '')}#${all[0]?.folder ?? ''}\``
        : 'name its folder';
    failBeforeStart(
      draft,
      'not_mcp',
      `It holds several servers, and none is called ${config.name}: ${names}. Say which: ${how}.`,
    );
    return false;
  }
  const folder = found?.folder ?? own;
  if (found === null) {
    // As it stands: a package whose sources do not look like a server's, which the user says is one.
    if (source.kind !== 'path' || config.build !== null) draft.origin = { checkout: looked.checkout, found, folder };
    return true;
  }
  draft.origin = { checkout: looked.checkout, found, folder };
  draft.config = foundAs(
    config,
    entryOf(config.name, found, { source, location: config.location }, context.workspace),
    context.otherwise,
  );
  draft.result.source.declaredIn = declaredIn(draft.origin);
  recordFindings(draft, findingsOf(looked.discovery, found, config.location));
  return true;
}

/** The one called like the entry, or else the one of the folder that was named. */
function choose({ name }: ServerConfig, own: string, all: readonly FoundServer[]): FoundServer | null | 'several' {
  if (all.length <= 1) return all[0] ?? null;
  const [only, ...more] = all.filter(({ folder }) => folder === own);
  return all.find((found) => found.name === name) ?? (more.length === 0 ? only : undefined) ?? 'several';
}
