import { join } from 'node:path';
import type { Resources } from '../config/model.ts';
import type { CommandResult } from '../process/run.ts';
import { placeProgram, type PreparedImage, specOf } from './container.ts';
import { SandboxUnavailable } from './errors.ts';
import { makeVisibleFolder } from './ledger.ts';
import type { Podman } from './podman.ts';
import type { PolicyContext } from './policy.ts';
import { judgeSelfTest, type SelfTest, SelfTestFailed } from './self-test.ts';

/** What the self-test asks for; whether it holds is the same for every server's own limits. */
const probeResources: Resources = { cpus: 0.5, memory: 512 * 1024 ** 2, pids: 256, disk: 1024 ** 3 };

export interface SelfTestParts {
  readonly podman: Podman;
  readonly context: PolicyContext;
  readonly hostImage: PreparedImage;
  readonly uid: number;
  /** Of the run, on the host. */
  readonly runtime: string;
}

/** Lets the sandbox prove itself from inside. @throws SandboxUnavailable, SelfTestFailed */
export async function runSelfTest(parts: SelfTestParts, signal: AbortSignal): Promise<SelfTest> {
  const { podman, context, hostImage, uid, runtime } = parts;
  const folder = await makeVisibleFolder(join(runtime, 'programs'));
  const program = await placeProgram(new URL('./programs/probe.mjs', import.meta.url), folder, 'probe.mjs');
  const probes = await placeProgram(new URL('./programs/probes.mjs', import.meta.url), folder, 'probes.mjs');
  const spec = specOf({
    phase: 'selftest',
    label: 'probe',
    image: hostImage,
    uid,
    command: [hostImage.node, program.at],
    workdir: '/',
    volumes: [],
    hostMounts: [program, probes],
    resources: probeResources,
    timeoutSeconds: 30,
  });
  const result = await podman.run(spec, context, { signal });
  if (!result.ok && result.stdout === '') throw notStarted(result);
  const selfTest = judgeSelfTest(result.stdout, probeResources, context.seccompProfile !== null);
  if (selfTest.broken.length > 0) throw new SelfTestFailed(selfTest);
  return selfTest;
}

function notStarted({ stderr, exitCode, signal, timedOut, durationMs }: CommandResult): SandboxUnavailable {
  if (/init binary|container-init|catatonit/u.test(stderr)) {
    return new SandboxUnavailable(
      'Podman has no init program here: on Debian or Ubuntu run `sudo apt-get install catatonit`.',
    );
  }
  const lastLine = stderr.trim().split('\n').at(-1) ?? '';
  const how = timedOut
    ? `podman did not come back within ${Math.round(durationMs / 1000)} s`
    : `podman ended with ${exitCode ?? signal ?? 'nothing that says why'}`;
  return new SandboxUnavailable(
    `A container could not be started here: ${how}${lastLine === '' ? '' : `: ${lastLine.replace(/[.]$/u, '')}`}. Run \`podman run --rm docker.io/library/busybox true\` by hand as this user to see what is wrong.`,
  );
}
