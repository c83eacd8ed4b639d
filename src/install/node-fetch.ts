import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { ServerConfig } from '../config/model.ts';
import type { HostMount } from '../sandbox/policy.ts';
import type { PreparedImage, Sandbox } from '../sandbox/sandbox.ts';
import { type FetchRun, gatewaySocket, placeHelpers, placeInstaller, runFetch } from './fetch-container.ts';
import type { InstallerContext } from './installer.ts';
import type { ManagerTool } from './manager-tool.ts';
import { treePath } from './model.ts';
import { installCommand } from './node-commands.ts';
import type { Manager } from './node-manager.ts';
import type { Settings } from './node-settings.ts';

const name = z.string().max(1000);
const Report = z.object({
  exitCode: z.number(),
  foreign: z.array(name).max(10).default([]),
  size: z.number().default(0),
  withScripts: z
    .array(z.object({ folder: name, name, scripts: z.array(z.enum(['preinstall', 'install', 'postinstall'])) }))
    .max(5000)
    .default([]),
  there: z.array(name).max(1000).default([]),
});
/** What programs/install-tree.mjs prints; it has seen hostile files, so it is read with care. */
export type TreeReport = z.infer<typeof Report>;

export interface TreeOutcome extends FetchRun {
  /** null when the container did not come so far as to say anything. */
  readonly report: TreeReport | null;
}

/** A volume that a checkout was copied into. */
export interface TreePlace {
  readonly volume: string;
  readonly uid: number;
  readonly image: PreparedImage;
}

export interface TreeInstall {
  /** Below {@link treePath}; `.` for that itself. */
  readonly root: string;
  readonly manager: Manager;
  readonly isWorkspace: boolean;
  readonly settings: Settings;
  /** What the lock file must have, as `name@range`, where the manager does not see to that itself. */
  readonly wanted: readonly string[];
  readonly tool: ManagerTool;
}

/** Where a package manager lies in containers. */
export function toolPath(tool: ManagerTool): string {
  return `/opt/mcp-workflow/${tool.name}`;
}

export function toolMount(tool: ManagerTool): HostMount {
  return { from: tool.folder, at: toolPath(tool) };
}

/** Lets the package manager of a repository install, in the fetch container. */
export async function installTree(
  context: InstallerContext,
  server: ServerConfig,
  place: TreePlace,
  { root, manager, isWorkspace, settings, tool, wanted }: TreeInstall,
): Promise<TreeOutcome> {
  const command = installCommand(manager, isWorkspace, settings);
  const preload = new URL('./programs/no-programs.cjs', import.meta.url);
  const noPrograms = await placeInstaller(context.sandbox, preload, 'no-programs.cjs');
  const install = {
    tree: treePath,
    root,
    socket: gatewaySocket,
    registryPath: context.upstream.registry.url.pathname,
    manager: manager.name,
    program: `${toolPath(tool)}/${tool.program}`,
    preload: noPrograms.at,
    arguments: command.arguments,
    env: command.env,
    lock: manager.lock,
    wanted,
    files: settings.files,
  };
  return runProgram(context, server, place, {
    request: { tree: treePath, wanted: [], install },
    mounts: [toolMount(tool), noPrograms],
    // npm takes every tarball from its registry by itself.
    renamesAll: manager.name !== 'npm',
  });
}

/** Looks at a tree with a program of ours that starts nothing of it. @param wanted files below {@link treePath} */
export async function lookAtTree(
  context: InstallerContext,
  server: ServerConfig,
  place: TreePlace,
  wanted: readonly string[],
): Promise<TreeOutcome> {
  const request = { tree: treePath, wanted, install: null };
  return runProgram(context, server, place, { request, mounts: [], renamesAll: false });
}

async function runProgram(
  context: InstallerContext,
  server: ServerConfig,
  place: TreePlace,
  call: { readonly request: unknown; readonly mounts: readonly HostMount[]; readonly renamesAll: boolean },
): Promise<TreeOutcome> {
  const { sandbox, upstream, signal } = context;
  const url = new URL('./programs/install-tree.mjs', import.meta.url);
  const program = await placeInstaller(sandbox, url, 'install-tree.mjs');
  const lockFile = new URL('./programs/lock-file.mjs', import.meta.url);
  const request = await placeRequest(sandbox, call.request);
  const mounts = [
    program,
    request,
    await placeInstaller(sandbox, lockFile, 'lock-file.mjs'),
    ...(await placeHelpers(sandbox)),
    ...call.mounts,
  ];
  const run = await runFetch(
    sandbox,
    upstream,
    {
      ...place,
      label: server.name,
      command: [place.image.node, program.at, request.at],
      mounts,
      renamesAll: call.renamesAll,
      resources: server.resources,
      timeoutMs: server.timeouts.install,
    },
    signal,
  );
  return { ...run, report: parseReport(run.stdout) };
}

/** As a file: settings of a repository may be longer than an argument. */
async function placeRequest(sandbox: Sandbox, request: unknown): Promise<HostMount> {
  const from = join(await sandbox.freshFolder('r'), 'request.json');
  await writeFile(from, JSON.stringify(request));
  await chmod(from, 0o644);
  return { from, at: '/opt/mcp-workflow/request.json' };
}

function parseReport(stdout: string): TreeReport | null {
  try {
    return Report.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
