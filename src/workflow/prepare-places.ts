import type { InstallResult, InstalledTree } from '../install/model.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { failToStart } from './connect.ts';
import { end, recordTree, type ServerDraft } from './draft.ts';
import { recordUsage } from './record-usage.ts';
import type { MakePlace } from './instances.ts';
import { remotePlace } from './remote-place.ts';
import type { ServerRunContext } from './server-run.ts';
import { ServerSite } from './server-site.ts';

/**
 * w02, and what the server's instances will be started from.
 * @returns null where it ended here, and the draft says why. @throws PodmanFailed, FolderRefused
 */
export async function preparePlaces(draft: ServerDraft, context: ServerRunContext): Promise<MakePlace | null> {
  const { config: server, origin } = draft;
  if (server.transport.kind === 'remote') {
    const place = remotePlace(server, server.transport);
    const { url } = server.transport;
    draft.result.source.resolved = { kind: 'remote', name: url, version: null, integrity: null, digest: null };
    return () => Promise.resolve(place);
  }
  if (context.engine === null) throw new Error('a server that is not remote needs a sandbox');
  const installed = await context.engine.installer.install(server, origin);
  if (context.signal.aborted) return null;
  const tree = recordInstall(draft, installed);
  if (tree === null) return null;
  const { fetchMs, scriptsMs } = tree.timings;
  context.progress('w02 install', server.name, `installed in ${((fetchMs + scriptsMs) / 1000).toFixed(1)} s`);
  return placesOn(draft, context, context.engine.sandbox, tree);
}

/** @returns the tree, or null where the draft has its verdict now. */
function recordInstall(draft: ServerDraft, installed: InstallResult): InstalledTree | null {
  if (installed.kind === 'infrastructure') {
    end(draft, 'error', installed.reason);
    return null;
  }
  if (installed.kind === 'failed') {
    const { resolved, ...failure } = installed.failure;
    draft.result.source.resolved = resolved;
    failToStart(draft, { ...failure, signal: null, attempts: [] });
    return null;
  }
  recordTree(draft, installed.tree);
  return installed.tree;
}

async function placesOn(
  draft: ServerDraft,
  context: ServerRunContext,
  sandbox: Sandbox,
  tree: InstalledTree,
): Promise<MakePlace> {
  const { config: server, result } = draft;
  const site = await ServerSite.prepare(sandbox, server, tree, {
    secondsLeft: context.secondsLeft,
    signal: context.signal,
    progress: (message) => context.progress('w03 connect', server.name, message),
    onLog: (service, line) => context.onLog(`${server.name}.${service}`, line),
    onUsage: (usage) => {
      // Once the run is stopped its results are written: nothing is added to them.
      if (!context.signal.aborted) recordUsage(draft, usage);
    },
  });
  result.image.given = site.image.given;
  result.image.digest = site.image.digest;
  result.image.toolchain = { ...site.image.versions, ...result.image.toolchain };
  return async () => {
    const place = await site.place();
    result.services = [...site.services];
    return place;
  };
}
