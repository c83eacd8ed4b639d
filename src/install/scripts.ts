import type { Resources } from '../config/model.ts';
import { podmanFault } from '../sandbox/podman-fault.ts';
import type { HostMount } from '../sandbox/policy.ts';
import type { PreparedImage, Sandbox } from '../sandbox/sandbox.ts';
import { treePath } from './model.ts';
import type { NpmTool } from './npm-tool.ts';

export interface ScriptsRequest {
  readonly volume: string;
  readonly uid: number;
  readonly image: PreparedImage;
  readonly label: string;
  /** npm's arguments: `rebuild`, or `run build`; or a program of ours that is mounted, with its arguments. */
  readonly npmArguments: readonly string[] | { readonly program: readonly string[] };
  /** Absolute in the container; absent: the root of the tree. */
  readonly workdir?: string;
  /** Beside what every container has. */
  readonly env?: Readonly<Record<string, string>>;
  readonly mounts?: readonly HostMount[];
  readonly resources: Resources;
  readonly timeoutMs: number;
}

export interface ScriptsOutcome {
  readonly ok: boolean;
  readonly timedOut: boolean;
  /** Why podman could not run them, as a sentence; null when they ran. */
  readonly infrastructure: string | null;
  readonly stderrTail: string;
  readonly exitCode: number | null;
  readonly durationMs: number;
}

/** npm where it only runs scripts: without network, and without anybody's settings. */
export const npmScriptSettings = [
  '--foreground-scripts',
  '--offline',
  '--cache=/tmp/npm',
  '--no-update-notifier',
  '--userconfig=/nonexistent/user',
  '--globalconfig=/nonexistent/global',
];

/** Runs scripts of packages: no network at all, no secrets, only the volume and /tmp to write to. */
export async function runScripts(
  sandbox: Sandbox,
  npm: NpmTool,
  request: ScriptsRequest,
  signal: AbortSignal,
): Promise<ScriptsOutcome> {
  const { npmArguments } = request;
  const command =
    'program' in npmArguments
      ? npmArguments.program
      : ['/opt/mcp-workflow/npm/bin/npm-cli.js', ...npmArguments, ...npmScriptSettings];
  const result = await sandbox.run(
    {
      phase: 'scripts',
      label: request.label,
      image: request.image,
      uid: request.uid,
      command: [request.image.node, ...command],
      workdir: request.workdir ?? treePath,
      env: { TMPDIR: '/tmp', ...request.env },
      volumes: [{ volume: request.volume, at: treePath, writable: true }],
      hostMounts: [{ from: npm.folder, at: '/opt/mcp-workflow/npm' }, ...(request.mounts ?? [])],
      resources: request.resources,
      timeoutSeconds: request.timeoutMs / 1000,
    },
    { signal },
  );
  return {
    ok: result.ok,
    timedOut: result.timedOut || result.durationMs >= request.timeoutMs,
    infrastructure: podmanFault(result),
    stderrTail: tail(`${result.stdout}\n${result.stderr}`),
    exitCode: result.exitCode,
    durationMs: result.durationMs,
  };
}

/** The last lines of an installer's output: at most 20 lines, 4,000 characters. */
export function tail(output: string): string {
  return output.trim().split('\n').slice(-20).join('\n').slice(-4000);
}
