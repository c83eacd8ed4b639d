import { chmod, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { ServerConfig } from '../config/model.ts';
import { PodmanFailed } from '../sandbox/errors.ts';
import type { HostMount } from '../sandbox/policy.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { placeInstaller } from './fetch-container.ts';
import type { InstallerContext } from './installer.ts';
import type { ManagerTool } from './manager-tool.ts';
import { type ScriptsReport, treePath } from './model.ts';
import { berryScriptEnvironment, pnpmSettings, yarnEnvironment } from './node-commands.ts';
import { toolMount, toolPath, type TreePlace, type TreeReport } from './node-fetch.ts';
import { npmScriptSettings, runScripts, type ScriptsOutcome } from './scripts.ts';

/** Where scripts find `pnpm` and `yarn`. */
const programsPath = '/opt/mcp-workflow/bin';

/** What scripts of a tree run with: the manager that installed it, by its name on the PATH. */
export interface ScriptSetup {
  readonly mounts: readonly HostMount[];
  readonly env: Readonly<Record<string, string>>;
}

/** @returns for every script of the tree */
export async function setUpScripts(sandbox: Sandbox, place: TreePlace, tool: ManagerTool): Promise<ScriptSetup> {
  if (tool.name === 'npm') return { mounts: [], env: {} };
  const folder = await sandbox.freshFolder('p');
  const called = tool.name === 'berry' ? 'yarn' : tool.name;
  const file = join(folder, called);
  await writeFile(file, `#!/bin/sh\nexec ${place.image.node} ${toolPath(tool)}/${tool.program} "$@"\n`);
  await chmod(file, 0o755);
  return {
    mounts: [toolMount(tool), { from: folder, at: programsPath }],
    env: { PATH: `${programsPath}:${place.image.path}`, ...environmentOf(tool) },
  };
}

function environmentOf(tool: ManagerTool): Readonly<Record<string, string>> {
  if (tool.name === 'yarn') return yarnEnvironment;
  if (tool.name === 'berry') return berryScriptEnvironment;
  // pnpm reads its settings from npm's variables before version 11, and from its own since.
  return Object.fromEntries(
    Object.entries(pnpmSettings).flatMap(([name, value]) => {
      const key = name.replaceAll('-', '_');
      return [
        [`npm_config_${key}`, value],
        [`pnpm_config_${key}`, value],
      ];
    }),
  );
}

/** One script of one package. @param folder below {@link treePath} */
export async function runScript(
  context: InstallerContext,
  server: ServerConfig,
  place: TreePlace,
  setup: ScriptSetup,
  { folder, script }: { readonly folder: string; readonly script: string },
): Promise<ScriptsOutcome> {
  const request = {
    ...place,
    ...setup,
    label: server.name,
    npmArguments: ['run', script],
    workdir: posix.join(treePath, folder),
    resources: server.resources,
    timeoutMs: server.timeouts.install,
  };
  return runScripts(context.sandbox, context.npm, request, context.signal);
}

/**
 * Runs the install scripts of a tree, where there are any and the user allows them. One that fails is evidence and no
 * error, as in every other tree.
 */
export async function runInstallScripts(
  context: InstallerContext,
  server: ServerConfig,
  place: TreePlace,
  setup: ScriptSetup,
  withScripts: TreeReport['withScripts'],
): Promise<{ report: ScriptsReport; durationMs: number }> {
  const packages = [...new Set(withScripts.map(({ name }) => name))];
  if (packages.length === 0 || server.installScripts === 'never') {
    return { report: { packages, ran: false, failure: null }, durationMs: 0 };
  }
  context.progress(server.name, `running the install scripts of ${packages.join(', ')} without network`);
  const { sandbox } = context;
  const program = await placeInstaller(
    sandbox,
    new URL('./programs/run-scripts.mjs', import.meta.url),
    'run-scripts.mjs',
  );
  const npm = ['/opt/mcp-workflow/npm/bin/npm-cli.js', ...npmScriptSettings];
  const list = { from: join(await sandbox.freshFolder('r'), 'scripts.json'), at: '/opt/mcp-workflow/scripts.json' };
  await writeFile(list.from, JSON.stringify({ tree: treePath, npm, packages: withScripts }));
  await chmod(list.from, 0o644);
  const request = {
    ...place,
    env: setup.env,
    mounts: [...setup.mounts, program, list],
    label: server.name,
    npmArguments: { program: [program.at, list.at] },
    resources: server.resources,
    timeoutMs: server.timeouts.install,
  };
  const outcome = await runScripts(sandbox, context.npm, request, context.signal);
  if (outcome.infrastructure !== null) throw new PodmanFailed(outcome.infrastructure);
  const failure = outcome.ok ? null : outcome.timedOut ? 'it did not end in time' : outcome.stderrTail;
  return { report: { packages, ran: true, failure }, durationMs: outcome.durationMs };
}
