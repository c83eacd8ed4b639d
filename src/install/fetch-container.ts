import type { Resources } from '../config/model.ts';
import type { HostMount } from '../sandbox/policy.ts';
import { placeProgram, type PreparedImage, type Sandbox } from '../sandbox/sandbox.ts';
import { RegistryGateway, socketName } from './gateway.ts';
import { treePath } from './model.ts';
import type { Upstream } from './upstream.ts';

/** A program of ours that installs, in the one kind of container that has a way to the registry. */
export interface FetchContainer {
  readonly volume: string;
  readonly uid: number;
  readonly image: PreparedImage;
  /** Part of the container's name. */
  readonly label: string;
  readonly command: readonly string[];
  readonly mounts: readonly HostMount[];
  /** @see GatewayOptions */
  readonly renamesAll: boolean;
  readonly resources: Resources;
  readonly timeoutMs: number;
}

export interface FetchRun {
  readonly stdout: string;
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

/** Where a fetch container finds the gateway. */
export const gatewaySocket = `/run/gateway/${socketName}`;

export async function runFetch(
  sandbox: Sandbox,
  upstream: Upstream,
  request: FetchContainer,
  signal: AbortSignal,
): Promise<FetchRun> {
  const folder = await sandbox.freshFolder('g');
  const { renamesAll, volume, mounts, timeoutMs, ...rest } = request;
  const gateway = await RegistryGateway.open(upstream, folder, { maxBytes: maxDownload, renamesAll });
  try {
    const result = await sandbox.run(
      {
        phase: 'fetch',
        label: rest.label,
        image: rest.image,
        uid: rest.uid,
        command: rest.command,
        workdir: treePath,
        volumes: [{ volume, at: treePath, writable: true }],
        hostMounts: [...mounts, { from: folder, at: '/run/gateway' }],
        resources: rest.resources,
        timeoutSeconds: timeoutMs / 1000,
      },
      { signal },
    );
    const { stdout, stderr, exitCode, durationMs } = result;
    const timedOut = result.timedOut || durationMs >= timeoutMs;
    return { stdout, stderr, exitCode, timedOut, durationMs, faults: gateway.faults, tooLarge: gateway.tooLarge };
  } finally {
    await gateway.close();
  }
}

/** @returns where a program of ours is mounted in the container, which is beside all others. */
export async function placeInstaller(sandbox: Sandbox, program: URL, name: string): Promise<HostMount> {
  return placeProgram(program, await sandbox.runtimeFolder('programs'), name);
}

/** What the programs that install import. */
export async function placeHelpers(sandbox: Sandbox): Promise<HostMount[]> {
  return [
    await placeInstaller(sandbox, new URL('./programs/forward.mjs', import.meta.url), 'forward.mjs'),
    await placeInstaller(sandbox, new URL('./programs/json.mjs', import.meta.url), 'json.mjs'),
  ];
}
