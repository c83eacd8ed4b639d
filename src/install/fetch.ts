import * as z from 'zod';
import type { PreparedImage, Sandbox } from '../sandbox/sandbox.ts';
import type { Resources } from '../config/model.ts';
import { type FetchRun, gatewaySocket, placeHelpers, placeInstaller, runFetch } from './fetch-container.ts';
import { treePath } from './model.ts';
import type { NpmTool } from './npm-tool.ts';
import type { Upstream } from './upstream.ts';

/** What programs/install.mjs prints; it has seen hostile files, so it is read with care. */
const names = z.array(z.string().max(500)).max(10_000);
const Report = z.object({
  exitCode: z.number(),
  name: z.string().max(500).nullish(),
  version: z.string().max(200).nullish(),
  integrity: z.string().max(500).nullish(),
  commands: z.record(z.string(), z.string()).default({}),
  node: z.string().max(100).nullish(),
  wantsNode: z.string().max(200).nullish().catch(null),
  urlDependencies: names.default([]),
  tooManyCommands: z.boolean().default(false),
  shebangs: z.record(z.string(), z.string().nullable()).default({}),
  scripts: z.record(z.string(), z.unknown()).catch({}).default({}),
  withInstallScripts: names.default([]),
  size: z.number().default(0),
});
export type FetchReport = z.infer<typeof Report>;

export interface FetchRequest {
  readonly volume: string;
  readonly uid: number;
  readonly image: PreparedImage;
  /** Part of the container's name. */
  readonly label: string;
  /** null: nothing is installed, what lies in the volume is only reported. */
  readonly npmArguments: readonly string[] | null;
  /** Of the package itself, below the volume's root. */
  readonly packageFolder: string;
  readonly resources: Resources;
  readonly timeoutMs: number;
}

export interface FetchOutcome extends FetchRun {
  /** null when the container did not come so far as to say anything. */
  readonly report: FetchReport | null;
}

/** Runs npm in the fetch container, whose only route is the gateway's socket. */
export async function fetchTree(
  sandbox: Sandbox,
  upstream: Upstream,
  npm: NpmTool,
  request: FetchRequest,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  const mounts = [
    await placeInstaller(sandbox, new URL('./programs/install.mjs', import.meta.url), 'install.mjs'),
    ...(await placeHelpers(sandbox)),
    { from: npm.folder, at: '/opt/mcp-workflow/npm' },
  ];
  const call = {
    root: treePath,
    socket: request.npmArguments === null ? null : gatewaySocket,
    registryPath: upstream.registry.url.pathname,
    npm: '/opt/mcp-workflow/npm/bin/npm-cli.js',
    npmArguments: request.npmArguments ?? [],
    packageFolder: request.packageFolder,
  };
  const command = [request.image.node, '/opt/mcp-workflow/install.mjs', JSON.stringify(call)];
  const run = await runFetch(sandbox, upstream, { ...request, command, mounts, renamesAll: false }, signal);
  return { ...run, report: parseReport(run.stdout) };
}

function parseReport(stdout: string): FetchReport | null {
  try {
    return Report.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
