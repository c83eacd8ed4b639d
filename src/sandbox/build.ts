import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../process/failure.ts';
import type { Exit, PipedProcess } from '../process/piped.ts';
import { runCommand } from '../process/run.ts';
import { PodmanFailed } from './errors.ts';
import { OutputLog } from './output-log.ts';
import type { HostMount } from './policy.ts';

/** One image to be built. The text is one of ours, with known instructions only. */
export interface BuildSpec {
  /** What comes out is called so. */
  readonly tag: string;
  readonly dockerfile: string;
  /** The text of a .dockerignore: what is in the context is not read for one. */
  readonly ignored: string;
  /** A volume that holds what is copied from. */
  readonly context: string;
  /** A container whose network namespace the commands share; it has to run. */
  readonly joins: string;
  /** Shown to the commands, read-only. */
  readonly mounts: readonly HostMount[];
  /** Bytes that a command may write to one file. */
  readonly maxFile: number;
}

/** Where things lie that `podman build` is told of. */
export interface BuildPlace {
  /** The Dockerfile. */
  readonly file: string;
  /** As .dockerignore. */
  readonly ignoreFile: string;
  readonly context: string;
  /** Stands for `/sys`: empty, but for the place of control groups. */
  readonly system: string;
  /** A file of the kernel's that stands for the network namespace. */
  readonly network: string;
  readonly seccompProfile: string | null;
}

/**
 * What an installer run as root needs within its own namespace: to give files and processes to other users, and to write
 * to theirs. Neither mounts nor devices, raw sockets, or tracing.
 */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETFCAP', 'SETGID', 'SETUID'];

const groupsFolder = 'fs/cgroup';

/** The flags of one build, in the order of podman-build(1). */
export function buildArguments(spec: BuildSpec, place: BuildPlace): string[] {
  return [
    'build',
    // Everything that it begins from was pulled, looked at and given a name of ours before.
    '--pull=never',
    // An image for each step would have no name, and so be nobody's to remove.
    '--layers=false',
    '--force-rm',
    '--format=oci',
    // With namespaces of their own for processes and files; `chroot` has none.
    '--isolation=oci',
    '--cap-drop=all',
    ...capabilities.map((name) => `--cap-add=${name}`),
    ...(place.seccompProfile === null ? [] : [`--security-opt=seccomp=${place.seccompProfile}`]),
    `--network=ns:${place.network}`,
    // Otherwise the host's proxy variables, with their passwords, are handed in.
    '--http-proxy=false',
    '--no-hosts',
    '--ulimit=nproc=4096:4096',
    '--ulimit=core=0:0',
    `--ulimit=fsize=${spec.maxFile}:${spec.maxFile}`,
    // Buildah binds the machine's own `/sys`, of which control groups stay writable to whoever runs podman (seen with 1.28:
    // a command ended processes outside of its build), or mounts them so.
    `--volume=${place.system}:/sys:ro,nosuid,nodev,noexec`,
    `--volume=${place.system}/${groupsFolder}:/sys/${groupsFolder}:ro,nosuid,nodev,noexec`,
    ...spec.mounts.map(({ from, at }) => `--volume=${from}:${at}:ro,nosuid,nodev`),
    `--tag=${spec.tag}`,
    `--file=${place.file}`,
    // Otherwise a .dockerignore of the context is read, also where it is a link that leads out of it (seen with 1.28).
    `--ignorefile=${place.ignoreFile}`,
    place.context,
  ];
}

/** How a build ended. */
export interface BuildResult extends Exit {
  readonly ok: boolean;
  readonly timedOut: boolean;
  readonly canceled: boolean;
  /** The last lines of what it and its commands printed. */
  readonly tail: string;
}

export interface BuildOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** For the rest of a build whose commands were ended: it gives up what it has begun. */
const endingMs = 20_000;

/**
 * Waits for a build, and ends it when its time is over or the run is stopped: its commands, of which it then dies by
 * itself. Killed in the middle it could leave half an image, which breaks the store for everything of this user.
 * @param folder its temporary folder. Never rejects
 */
export async function followBuild(
  client: PipedProcess,
  folder: string,
  { deadlineMs, signal, onLine }: BuildOptions,
): Promise<BuildResult> {
  const log = new OutputLog(onLine);
  const reading = Promise.all([log.read(client.stdout), log.read(client.stderr)]);
  client.stdin.end();
  const deadline = AbortSignal.timeout(Math.ceil(deadlineMs));
  const end = AbortSignal.any([deadline, signal]);
  const ended = new Promise<void>((resolve) => {
    if (end.aborted) resolve();
    else end.addEventListener('abort', () => resolve(), { once: true });
  });
  const first = await Promise.race([client.exited, ended]);
  const exit = first ?? (await giveUp(client, folder));
  // What has outlived its client may hold the streams open.
  await Promise.race([reading, sleep(1000)]);
  return {
    ...exit,
    ok: exit.exitCode === 0 && first !== undefined,
    timedOut: first === undefined && !signal.aborted,
    canceled: first === undefined && signal.aborted,
    tail: log.tail(),
  };
}

async function giveUp(client: PipedProcess, folder: string): Promise<Exit> {
  const patience = new AbortController();
  const late = sleep(endingMs, null, { signal: patience.signal }).catch(() => null);
  for (;;) {
    await endBuildCommands(folder);
    const exit = await Promise.race([client.exited, sleep(500), late]);
    if (exit === null) client.kill();
    if (exit !== null && exit !== undefined) {
      patience.abort();
      return exit;
    }
  }
}

/** OCI runtimes that podman may use: whichever started a command knows it. */
const runtimes = ['crun', 'runc'];

/**
 * Ends what builds have started, with everything in its namespace, by the bundles that lie in their temporary folder.
 * @returns how many there were. Never rejects
 */
export async function endBuildCommands(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const bundles = names.filter((name) => /^buildah\d+$/u.test(name));
  for (const bundle of bundles) {
    // Buildah calls the container of a command by the folder of its bundle.
    for (const runtime of runtimes) {
      await runCommand('podman', ['unshare', runtime, 'delete', '--force', `buildah-${bundle}`], {
        deadlineMs: 10_000,
      });
    }
  }
  return bundles.length;
}

/** Makes the folder of a build, with its Dockerfile. @throws PodmanFailed */
export async function prepareBuild(
  folder: string,
  { dockerfile, ignored }: BuildSpec,
): Promise<Pick<BuildPlace, 'file' | 'ignoreFile' | 'system'>> {
  const file = join(folder, 'Dockerfile');
  const ignoreFile = join(folder, 'ignored');
  const system = join(folder, 'sys');
  try {
    await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o700 });
    await mkdir(join(system, groupsFolder), { recursive: true, mode: 0o755 });
    await writeFile(file, dockerfile);
    await writeFile(ignoreFile, ignored);
    return { file, ignoreFile, system };
  } catch (error) {
    throw new PodmanFailed(`a build could not be prepared: ${messageOf(error)}`);
  }
}

/** @param pidFile as podman-run(1) writes it. @returns the network namespace of a container that runs. @throws PodmanFailed */
export async function networkOf(pidFile: string): Promise<string> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (Number.isSafeInteger(pid) && pid > 1) return `/proc/${pid}/ns/net`;
  throw new PodmanFailed('the network namespace of a build is not there: the container that holds it has ended');
}
