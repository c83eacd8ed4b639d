import { randomBytes } from 'node:crypto';
import { copyFile, chmod, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Resources } from '../config/model.ts';
import type { PipedProcess } from '../process/piped.ts';
import type { CommandResult } from '../process/run.ts';
import { codeOf, messageOf } from '../process/failure.ts';
import type { HostFacts } from '../result/model.ts';
import { baseImageTar, hostUsr } from './base-image.ts';
import { PodmanFailed, SandboxUnavailable } from './errors.ts';
import { Ledger, makeVisibleFolder } from './ledger.ts';
import { baseImageTag } from './names.ts';
import { currentOwner, formatOwner } from './owner.ts';
import { Podman } from './podman.ts';
import type { ContainerSpec, HostMount, PolicyContext } from './policy.ts';
import { inspectPodman, type PodmanFacts, refuseWrongPlace } from './preflight.ts';
import { writeStrictSeccomp } from './seccomp.ts';
import { judgeSelfTest, type SelfTest, SelfTestFailed } from './self-test.ts';
import { type StateDirectories, stateDirectories } from './state.ts';
import { deadRuns, sweepRun } from './sweep.ts';
import { hostToolchain, type Toolchain } from './toolchain.ts';
import { reserveUidBlock, type UidBlock } from './uids.ts';

/** An image made ready to start containers from. */
export interface PreparedImage {
  /** As the configuration names it: `host` or a reference. */
  readonly given: string;
  /** What podman starts. */
  readonly reference: string;
  readonly digest: string | null;
  readonly hostMounts: readonly HostMount[];
  readonly masked: readonly string[];
  /** PATH inside, or null where the image's own counts. */
  readonly path: string | null;
  /** Node that runs our programs inside. */
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** A container, apart from what the sandbox itself decides. */
export interface ContainerRequest extends Omit<ContainerSpec, 'image' | 'hostMounts' | 'masked' | 'env'> {
  readonly image: PreparedImage;
  readonly env?: Readonly<Record<string, string>>;
  readonly hostMounts?: readonly HostMount[];
}

export interface SandboxOptions {
  readonly stepKey: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly resultsDirectory: string;
  readonly signal: AbortSignal;
}

/** @returns an id like `mcpw-1a2b3c4d5e-6f7a8b`, which everything that the run makes is named by. */
export function newRunId(stepKey: string): string {
  return `mcpw-${stepKey}-${randomBytes(3).toString('hex')}`;
}

/** Rootless Podman, made ready for one run: nothing untrusted starts before its self-test has passed. */
export class Sandbox {
  readonly runId: string;
  readonly facts: PodmanFacts;
  readonly selfTest: SelfTest;
  readonly hostImage: PreparedImage;
  readonly directories: StateDirectories;
  readonly #podman: Podman;
  readonly #uids: UidBlock;
  readonly #context: PolicyContext;
  readonly #images = new Map<string, Promise<PreparedImage>>();
  #identities = 0;
  #volumes = 0;

  private constructor(parts: Prepared, selfTest: SelfTest) {
    this.runId = parts.runId;
    this.facts = parts.facts;
    this.selfTest = selfTest;
    this.hostImage = parts.hostImage;
    this.directories = parts.directories;
    this.#podman = parts.podman;
    this.#uids = parts.uids;
    this.#context = parts.context;
    this.#identities = 1;
  }

  /**
   * w01. Checks Podman, removes what dead runs left here, makes the base image, and proves the sandbox from inside.
   * @throws SandboxUnavailable with a sentence that says what to do; PodmanFailed when a command does not work.
   */
  static async create(runId: string, options: SandboxOptions): Promise<Sandbox> {
    refuseWrongPlace(options.env);
    const directories = requireDirectories(options.env);
    const owner = await currentOwner();
    const record = {
      runId,
      stepKey: options.stepKey,
      resultsDirectory: options.resultsDirectory,
      startedAt: new Date().toISOString(),
    };
    const runtime = await prepareRuntime(directories, runId);
    const ledger = await Ledger.open(directories, record, owner);
    const identity = { runId, stepKey: options.stepKey, owner: formatOwner(owner) };
    const podman = new Podman(identity, { stop: options.signal, intend: (entry) => ledger.intend(entry) });
    const reference = baseImageTag(runId);
    // `podman info` takes a third of a second; what does not need its answer goes on beside it.
    const inspected = inspectPodman();
    // It may reject before anybody waits for it.
    inspected.catch(() => {});
    const made = Promise.all([
      reserveUidBlock(directories.uids, runId),
      hostUsr(),
      hostToolchain(options.env),
      writeStrictSeccomp(join(runtime, 'seccomp.json')),
      podman.importImage(reference, await baseImageTar()),
      sweepDeadRuns(podman, directories),
    ]);
    made.catch(() => {});
    // Where Podman itself is what is wrong, its own sentence is the one that helps.
    const facts = await inspected.catch(async (error: unknown) => {
      await made.catch(() => {});
      throw error;
    });
    const [uids, usr, toolchain, strict] = await made;
    const parts: Prepared = {
      runId,
      facts,
      directories,
      podman,
      uids,
      context: { seccompProfile: strict ? join(runtime, 'seccomp.json') : null, controllers: facts.controllers },
      hostImage: hostImageOf(reference, usr, toolchain),
    };
    return new Sandbox(parts, await runSelfTest(parts, options));
  }

  /** A uid of its own for every server: nproc counts per uid, and one server's files are not another's. */
  nextUid(): number {
    return this.#uids.uid(this.#identities++);
  }

  /** A short-lived folder of this run on the host, readable for containers; removed by the sweep. */
  async runtimeFolder(name: string): Promise<string> {
    return makeVisibleFolder(join(this.directories.runtime, this.runId, name));
  }

  /** @param purpose part of the name, for people who look at `podman volume ls`. */
  async createVolume(purpose: string, uid: number): Promise<string> {
    const name = `${this.runId}-${this.#volumes++}-${purpose}`;
    await this.#podman.createVolume(name, uid);
    return name;
  }

  async importVolume(volume: string, tar: Readable, deadlineMs: number, signal: AbortSignal): Promise<void> {
    await this.#podman.importVolume(volume, tar, deadlineMs, signal);
  }

  /**
   * Makes an image ready, once a run. A named image is used as named: pulled when it is not here yet.
   * @throws PodmanFailed when it cannot be had.
   */
  async prepareImage(given: string, signal: AbortSignal): Promise<PreparedImage> {
    if (given === 'host') return this.hostImage;
    const known = this.#images.get(given);
    if (known !== undefined) return known;
    const prepared = this.#prepareNamed(given, signal);
    this.#images.set(given, prepared);
    return prepared;
  }

  /** Runs a container to its end. */
  async run(request: ContainerRequest, options: { signal?: AbortSignal } = {}): Promise<CommandResult> {
    return this.#podman.run(specOf(request), this.#context, options);
  }

  /** Starts a container that is spoken to over its standard streams. */
  start(request: ContainerRequest): PipedProcess {
    return this.#podman.start(specOf(request), this.#context);
  }

  /** For the result's `host`. */
  hostFacts(os: string): HostFacts {
    const { version, cgroup } = this.facts;
    return { os, podman: version, node: process.version, cgroup, limits: this.selfTest.limits };
  }

  async #prepareNamed(given: string, signal: AbortSignal): Promise<PreparedImage> {
    let digest = await this.#podman.imageDigest(given);
    if (digest === null) {
      const pulled = await this.#podman.pull(given, 300_000, signal);
      digest = await this.#podman.imageDigest(given);
      if (digest === null) {
        const why = pulled.timedOut ? 'no answer within 300 s' : (pulled.stderr.trim().split('\n').at(-1) ?? '');
        throw new PodmanFailed(`The image ${given} could not be pulled: ${why}`);
      }
    }
    return {
      given,
      reference: given,
      digest,
      hostMounts: [],
      masked: [],
      path: null,
      node: 'node',
      versions: {},
    };
  }
}

interface Prepared {
  readonly runId: string;
  readonly facts: PodmanFacts;
  readonly directories: StateDirectories;
  readonly podman: Podman;
  readonly uids: UidBlock;
  readonly context: PolicyContext;
  readonly hostImage: PreparedImage;
}

function requireDirectories(env: Readonly<NodeJS.ProcessEnv>): StateDirectories {
  const directories = stateDirectories(env);
  if (directories !== null) return directories;
  throw new SandboxUnavailable(
    "XDG_RUNTIME_DIR is not set, and rootless Podman needs it: run `loginctl enable-linger` for the runner's user and set XDG_RUNTIME_DIR=/run/user/$(id -u).",
  );
}

async function prepareRuntime(directories: StateDirectories, runId: string): Promise<string> {
  const runtime = join(directories.runtime, runId);
  try {
    await mkdir(runtime, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new SandboxUnavailable(
      `XDG_RUNTIME_DIR is ${dirname(directories.runtime)}, which does not exist or cannot be written (${codeOf(error) ?? messageOf(error)}): run \`loginctl enable-linger\` for the runner's user, then start the runner again.`,
    );
  }
  return runtime;
}

async function sweepDeadRuns(podman: Podman, directories: StateDirectories): Promise<void> {
  for (const runId of await deadRuns(podman, directories)) await sweepRun(podman, directories, runId);
}

function hostImageOf(reference: string, usr: Awaited<ReturnType<typeof hostUsr>>, toolchain: Toolchain): PreparedImage {
  return {
    given: 'host',
    reference,
    digest: null,
    hostMounts: [...usr.mounts, ...toolchain.mounts],
    masked: usr.masked,
    path: toolchain.path,
    node: toolchain.ownNode,
    versions: toolchain.versions,
  };
}

function specOf(request: ContainerRequest): ContainerSpec {
  const { image, env, hostMounts, ...rest } = request;
  return {
    ...rest,
    image: image.reference,
    env: { ...(image.path === null ? {} : { PATH: image.path }), ...env },
    hostMounts: [...image.hostMounts, ...(hostMounts ?? [])],
    masked: image.masked,
  };
}

/** Copies one of our programs to where a container's uid may read it, whatever the modes of our own folder are. */
export async function placeProgram(program: URL | string, folder: string, name: string): Promise<HostMount> {
  const from = join(folder, name);
  const unfinished = `${from}.${randomBytes(4).toString('hex')}`;
  await copyFile(program, unfinished);
  await chmod(unfinished, 0o644);
  // At once: another container may be starting from it.
  await rename(unfinished, from);
  return { from, at: `/opt/mcp-workflow/${name}` };
}

/** What the self-test asks for; whether it holds is the same for every server's own limits. */
const probeResources: Resources = { cpus: 0.5, memory: 512 * 1024 ** 2, pids: 256, disk: 1024 ** 3 };

async function runSelfTest(parts: Prepared, options: SandboxOptions): Promise<SelfTest> {
  const folder = await makeVisibleFolder(join(parts.directories.runtime, parts.runId, 'programs'));
  const program = await placeProgram(new URL('./programs/probe.mjs', import.meta.url), folder, 'probe.mjs');
  const spec = specOf({
    phase: 'selftest',
    label: 'probe',
    image: parts.hostImage,
    uid: parts.uids.uid(0),
    command: [parts.hostImage.node, program.at],
    workdir: '/',
    volumes: [],
    hostMounts: [program],
    resources: probeResources,
    timeoutSeconds: 30,
  });
  const result = await parts.podman.run(spec, parts.context, { signal: options.signal });
  if (!result.ok && result.stdout === '') {
    if (/init binary|container-init|catatonit/u.test(result.stderr)) {
      throw new SandboxUnavailable(
        'Podman has no init program here: on Debian or Ubuntu run `sudo apt-get install catatonit`.',
      );
    }
    const lastLine = result.stderr.trim().split('\n').at(-1) ?? '';
    throw new SandboxUnavailable(
      `A container could not be started here (podman exit code ${result.exitCode ?? 'none'}): ${lastLine}`,
    );
  }
  const selfTest = judgeSelfTest(result.stdout, probeResources, parts.context.seccompProfile !== null);
  if (selfTest.broken.length > 0) {
    throw new SelfTestFailed(selfTest);
  }
  return selfTest;
}
