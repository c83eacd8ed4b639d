import type { ServerConfig } from '../config/model.ts';
import { PodmanFailed } from '../sandbox/errors.ts';
import type { PreparedImage } from '../sandbox/sandbox.ts';
import type { FetchReport } from './fetch.ts';
import type { InstallerContext } from './installer.ts';
import type { ScriptsReport } from './model.ts';
import { runScripts } from './scripts.ts';

/**
 * Runs the install scripts of the tree, where there are any and the user allows them. A script that fails is evidence
 * and no error: with scripts off, nearly every real server starts all the same.
 */
export async function rebuildDependencies(
  context: InstallerContext,
  server: ServerConfig,
  place: { readonly volume: string; readonly uid: number; readonly image: PreparedImage },
  report: FetchReport,
): Promise<{ report: ScriptsReport; durationMs: number }> {
  const packages = report.withInstallScripts.map((path) => path.replace(/^.*node_modules\//u, ''));
  if (packages.length === 0 || server.installScripts === 'never') {
    return { report: { packages, ran: false, failure: null }, durationMs: 0 };
  }
  context.progress(server.name, `running the install scripts of ${packages.join(', ')} without network`);
  const limits = { resources: server.resources, timeoutMs: server.timeouts.install };
  const request = { ...place, ...limits, label: server.name, npmArguments: ['rebuild'] };
  const outcome = await runScripts(context.sandbox, context.npm, request, context.signal);
  if (outcome.infrastructure !== null) throw new PodmanFailed(outcome.infrastructure);
  const failure = outcome.ok ? null : outcome.timedOut ? 'it did not end in time' : outcome.stderrTail;
  return { report: { packages, ran: true, failure }, durationMs: outcome.durationMs };
}
