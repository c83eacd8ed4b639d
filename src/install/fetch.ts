import * as z from 'zod';
import type { PreparedImage, Sandbox } from '../sandbox/sandbox.ts';
import { placeProgram } from '../sandbox/sandbox.ts';
import type { Resources } from '../config/model.ts';
import { RegistryGateway, socketName } from './gateway.ts';
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

export interface FetchOutcome {
  /** null when the container did not come so far as to say anything. */
  readonly report: FetchReport | null;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** What the registry failed to do meanwhile. */
  readonly faults: readonly string[];
  /** It asked the registry for more than one install may have. */
  readonly tooLarge: boolean;
}

/** Bytes that one install may take from the registry. */
const maxDownload = 2 * 1024 ** 3;

/** Runs npm in the fetch container, whose only route is the gateway's socket. */
export async function fetchTree(
  sandbox: Sandbox,
  upstream: Upstream,
  npm: NpmTool,
  request: FetchRequest,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  const folder = await sandbox.freshFolder('g');
  const gateway = await RegistryGateway.open(upstream, folder, maxDownload);
  try {
    const programs = await sandbox.runtimeFolder('programs');
    const program = await placeProgram(new URL('./programs/install.mjs', import.meta.url), programs, 'install.mjs');
    const call = {
      root: treePath,
      socket: request.npmArguments === null ? null : `/run/gateway/${socketName}`,
      registryPath: upstream.registry.url.pathname,
      npm: '/opt/mcp-workflow/npm/bin/npm-cli.js',
      npmArguments: request.npmArguments ?? [],
      packageFolder: request.packageFolder,
    };
    const result = await sandbox.run(
      {
        phase: 'fetch',
        label: request.label,
        image: request.image,
        uid: request.uid,
        command: [request.image.node, program.at, JSON.stringify(call)],
        workdir: treePath,
        volumes: [{ volume: request.volume, at: treePath, writable: true }],
        hostMounts: [program, { from: npm.folder, at: '/opt/mcp-workflow/npm' }, { from: folder, at: '/run/gateway' }],
        resources: request.resources,
        timeoutSeconds: request.timeoutMs / 1000,
      },
      { signal },
    );
    return {
      report: parseReport(result.stdout),
      stderr: result.stderr,
      exitCode: result.exitCode,
      timedOut: result.timedOut || result.durationMs >= request.timeoutMs,
      durationMs: result.durationMs,
      faults: gateway.faults,
      tooLarge: gateway.tooLarge,
    };
  } finally {
    await gateway.close();
  }
}

function parseReport(stdout: string): FetchReport | null {
  try {
    return Report.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
