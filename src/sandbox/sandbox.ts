import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { CommandResult } from '../process/run.ts';
import type { HostFacts } from '../result/model.ts';
import { baseImageTar, hostUsr } from './base-image.ts';
import { type ContainerRequest, placeProgram, type PreparedImage, specOf } from './container.ts';
import { hostsText } from './hosts.ts';
import type { ImageFacts } from './image-facts.ts';
import { ImageBuilder } from './image-builder.ts';
import { type ImageLook, parseImageLook } from './image-look.ts';
import { Images, type PrepareOptions } from './images.ts';
import { Ledger, makeVisibleFolder } from './ledger.ts';
import { baseImageTag } from './names.ts';
import { currentOwner, formatOwner } from './owner.ts';
import { noteAnswer } from './patience.ts';
import { Podman, type StartedContainer } from './podman.ts';
import { type HostMount, imagePath, type PolicyContext } from './policy.ts';
import { inspectPodman, type PodmanFacts, refuseWrongPlace } from './preflight.ts';
import { runSelfTest } from './run-self-test.ts';
import { writeStrictSeccomp } from './seccomp.ts';
import type { SelfTest } from './self-test.ts';
import { pidFolderName, prepareRuntime, requireDirectories, type StateDirectories } from './state.ts';
import { deadRuns, sweepRun } from './sweep.ts';
import { hostToolchain, type Toolchain } from './toolchain.ts';
import { reserveUidBlock, type UidBlock } from './uids.ts';

export { type ContainerRequest, placeProgram, type PreparedImage, type User } from './container.ts';

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
  readonly builder: ImageBuilder;
  readonly #podman: Podman;
  readonly #uids: UidBlock;
  readonly #context: PolicyContext;
  readonly #images: Images;
  readonly #freeUids: number[] = [];
  #identities = 0;
  #volumes = 0;
  #folders = 0;

  private constructor(parts: Prepared, selfTest: SelfTest) {
    this.runId = parts.runId;
    this.facts = parts.facts;
    this.selfTest = selfTest;
    this.hostImage = parts.hostImage;
    this.directories = parts.directories;
    this.#podman = parts.podman;
    this.#uids = parts.uids;
    this.#context = parts.context;
    this.builder = new ImageBuilder(
      parts.podman,
      parts.context,
      parts.runId,
      join(parts.directories.runs, parts.runId),
    );
    this.#images = new Images(parts.podman, (given, facts, signal) => this.#lookAtImage(given, facts, signal));
    // The first is that of our own programs.
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
    await noteAnswer(directories, facts.answerMs);
    const [uids, usr, toolchain, strict] = await made;
    const parts: Prepared = {
      runId,
      facts,
      directories,
      podman,
      uids,
      context: {
        seccompProfile: strict ? join(runtime, 'seccomp.json') : null,
        controllers: facts.controllers,
        pidFolder: join(runtime, pidFolderName),
      },
      hostImage: hostImageOf(reference, usr, toolchain),
    };
    const selfTest = await runSelfTest({ ...parts, uid: uids.uid(0), runtime }, options.signal);
    return new Sandbox(parts, selfTest);
  }

  /** Of our own programs that need nobody else's files. */
  get ownUid(): number {
    return this.#uids.uid(0);
  }

  /** A uid of its own for every server: nproc counts per uid, and one server's files are not another's. */
  nextUid(): number {
    return this.#freeUids.pop() ?? this.#uids.uid(this.#identities++);
  }

  /** Gives a uid back, when nothing that it ran or owned is left. */
  returnUid(uid: number): void {
    this.#freeUids.push(uid);
  }

  /** Copies one of our programs to where every container may read it. */
  async placeOwnProgram(program: URL, name: string): Promise<HostMount> {
    return placeProgram(program, await this.runtimeFolder('programs'), name);
  }

  /** `/etc/hosts` for a sandbox in which these names are to lead to its own loopback. */
  async hostsFile(names: readonly string[]): Promise<HostMount> {
    const file = join(await this.freshFolder('h'), 'hosts');
    await writeFile(file, hostsText(names));
    await chmod(file, 0o644);
    return { from: file, at: '/etc/hosts' };
  }

  /** As {@link runtimeFolder}, a new one each time. */
  async freshFolder(prefix: string): Promise<string> {
    return this.runtimeFolder(`${prefix}${this.#folders++}`);
  }

  /** A folder of the host in which our own program in a container may make sockets; nobody else gets to see it. */
  async socketFolder(): Promise<string> {
    const folder = await this.freshFolder('b');
    // The container's user is neither its owner nor in its group; the folders above are closed to other users.
    await chmod(folder, 0o777);
    return folder;
  }

  /** A short-lived folder of this run on the host, readable for containers; removed by the sweep. */
  async runtimeFolder(name: string): Promise<string> {
    return makeVisibleFolder(join(this.directories.runtime, this.runId, name));
  }

  /** @param purpose part of the name, for people who look at `podman volume ls`. */
  async createVolume(purpose: string, uid: number, gid = uid): Promise<string> {
    const name = `${this.runId}-${this.#volumes++}-${purpose}`;
    await this.#podman.createVolume(name, uid, gid);
    return name;
  }

  async importVolume(volume: string, tar: Readable, deadlineMs: number, signal: AbortSignal): Promise<void> {
    await this.#podman.importVolume(volume, tar, deadlineMs, signal);
  }

  /** Before the run's end. @returns whether they are gone. Never rejects. */
  async removeVolumes(names: readonly string[]): Promise<boolean> {
    return names.length === 0 || (await this.#podman.remove('volume', names)).ok;
  }

  /** With all that joined its namespace. @returns whether it is gone. Never rejects. */
  async removeWithJoined(container: string): Promise<boolean> {
    return (await this.#podman.removeWithJoined(container)).ok;
  }

  /**
   * Makes an image ready, once a run. A named image is used as named: pulled when it is not here yet.
   * @throws ImageRefused where another try would end the same; PodmanFailed when it cannot be had.
   */
  async prepareImage(given: string, options: PrepareOptions): Promise<PreparedImage> {
    return given === 'host' ? this.hostImage : this.#images.prepare(given, options);
  }

  /** Runs a container to its end. */
  async run(request: ContainerRequest, options: RunContainerOptions = {}): Promise<CommandResult> {
    return this.#podman.run(specOf(request), this.#context, options);
  }

  /** Starts a container that is spoken to over its standard streams. @throws PodmanFailed after the run was stopped */
  start(request: ContainerRequest): StartedContainer {
    return this.#podman.start(specOf(request), this.#context);
  }

  /** For the result's `host`. */
  hostFacts(os: string): HostFacts {
    const { version, cgroup } = this.facts;
    return { os, podman: version, node: process.version, cgroup, limits: this.selfTest.limits };
  }

  async #lookAtImage(given: string, facts: ImageFacts, signal: AbortSignal): Promise<ImageLook> {
    const url = new URL('./programs/look-at-image.mjs', import.meta.url);
    const program = await this.placeOwnProgram(url, 'look-at-image.mjs');
    const { user, volumes, env, entrypoint, command } = facts;
    const programs = [...entrypoint, ...command].slice(0, 1).concat('sh');
    const call = { root: imagePath, user, volumes, programs, path: env['PATH'] ?? '' };
    const result = await this.run(
      {
        phase: 'look',
        label: 'image',
        image: this.hostImage,
        uid: this.ownUid,
        command: [this.hostImage.node, program.at, JSON.stringify(call)],
        workdir: '/',
        volumes: [],
        hostMounts: [program],
        shownImage: given,
        resources: { cpus: 1, memory: 512 * 1024 ** 2, pids: 512, disk: 1024 ** 2 },
        timeoutSeconds: 60,
      },
      { signal },
    );
    return parseImageLook(given, result.stdout, result.stderr);
  }
}

export interface RunContainerOptions {
  readonly signal?: AbortSignal;
  readonly input?: Readable;
  /** Bytes of each of its outputs. */
  readonly maxOutput?: number;
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
    hasNode: true,
    versions: toolchain.versions,
    facts: null,
    home: null,
    contents: new Map(),
    user: null,
  };
}
