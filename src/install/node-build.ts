import { posix } from 'node:path';
import type { ServerConfig } from '../config/model.ts';
import type { InstallerContext } from './installer.ts';
import type { InstallResult } from './model.ts';
import { failure } from './node-faults.ts';
import type { Build } from './node-project.ts';
import { below, type NodeRoot } from './node-roots.ts';
import { runScript } from './node-scripts.ts';

/** What became of one script, or of several. */
export interface Built {
  /** Why it failed; null where it did not. */
  readonly failed: InstallResult | null;
  /** That the scripts themselves took. */
  readonly durationMs: number;
}

/** Builds what a server needs, in order; what another server of the same root has had built stays built. */
export async function buildAll(
  context: InstallerContext,
  server: ServerConfig,
  root: NodeRoot,
  builds: readonly Build[],
): Promise<Built> {
  let durationMs = 0;
  for (const build of builds) {
    const built = await buildOnce(context, server, root, build);
    durationMs += built.durationMs;
    if (built.failed !== null) return { failed: built.failed, durationMs };
  }
  return { failed: null, durationMs };
}

async function buildOnce(
  context: InstallerContext,
  server: ServerConfig,
  root: NodeRoot,
  build: Build,
): Promise<Built> {
  const key = `${build.folder} ${build.script}`;
  const known = root.builds.get(key);
  if (known !== undefined) return known;
  // They write into the same tree.
  const building = root.queue.then(() => runBuild(context, server, root, build));
  root.builds.set(key, building);
  root.queue = building.catch(() => {});
  return building;
}

async function runBuild(
  context: InstallerContext,
  server: ServerConfig,
  root: NodeRoot,
  { folder, name, script }: Build,
): Promise<Built> {
  context.progress(server.name, `building ${name} (npm run ${script}) without network`);
  const at = { folder: below(root.base, folder), script };
  const outcome = await runScript(context, server, root.place, root.setup, at);
  const { durationMs } = outcome;
  if (outcome.ok) return { failed: null, durationMs };
  if (outcome.infrastructure !== null) {
    return { failed: { kind: 'infrastructure', reason: outcome.infrastructure }, durationMs };
  }
  const what = `The script \`${script}\` of ${name}${folder === '.' ? '' : ` (${posix.normalize(folder)})`}`;
  const advice = outcome.timedOut
    ? `${what} did not end within ${server.timeouts.install / 1000} s: raise \`timeouts.install\`.`
    : `${what} failed with exit code ${outcome.exitCode}: it runs without network, with the dependencies that its package.json names.`;
  const { stderrTail, exitCode } = outcome;
  return { failed: failure(advice, root.resolved, { stderr: stderrTail, exitCode }), durationMs };
}
