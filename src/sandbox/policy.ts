import type { Resources } from '../config/model.ts';

/** What a container is for. Each phase gets only what it cannot do without. */
export type Phase =
  | 'selftest'
  | 'fetch'
  | 'scripts'
  | 'run'
  /** A program beside the server. */
  | 'service'
  /** Our own way into the network namespace of a server, or from one that fetches to its gateway. */
  | 'bridge'
  /** Our own programs that look at what an image or a server left. */
  | 'look';

export interface VolumeMount {
  readonly volume: string;
  /** Absolute path in the container. */
  readonly at: string;
  readonly writable: boolean;
}

export interface HostMount {
  /** Absolute path on the host: always one of ours or of the toolchain, never the workspace. */
  readonly from: string;
  readonly at: string;
}

export interface ContainerSpec {
  readonly phase: Phase;
  /** Part of the container's name, for people who look at `podman ps`. */
  readonly label: string;
  readonly image: string;
  /** Never 0, which is the runner's own uid outside. */
  readonly uid: number;
  /** As the uid where absent. */
  readonly gid?: number;
  /** A container whose network namespace, which has only `lo`, is joined; absent: one of its own. */
  readonly joins?: string;
  readonly command: readonly string[];
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Passed by name, so that no value stands in an argument list. */
  readonly secretEnv?: Readonly<Record<string, string>>;
  readonly volumes: readonly VolumeMount[];
  /** Always read-only. */
  readonly hostMounts: readonly HostMount[];
  /** The one folder of the host that can be written: of our own bridge, for its sockets. */
  readonly sockets?: HostMount;
  /** An image whose files are shown read-only at {@link imagePath}; none of its programs are started. */
  readonly shownImage?: string;
  /** Folders of mounted host folders that are hidden behind an empty one. */
  readonly masked: readonly string[];
  readonly resources: Resources;
  /** Seconds until conmon kills the container even if we are gone. */
  readonly timeoutSeconds: number;
}

/** What holds on this machine; set flags only for what does, since Podman ignores the others in silence. */
export interface PolicyContext {
  readonly seccompProfile: string | null;
  readonly controllers: ReadonlySet<string>;
  /** Of the host, for the pid files of containers whose use of memory is looked at; on the way to nobody else. */
  readonly pidFolder: string;
}

export const homeDirectory = '/home/user';
/** Where `shownImage` is seen. */
export const imagePath = '/image';

/**
 * The flags of one container, in the order of `podman run`. Everything is denied that is not listed here; docs/SANDBOX.md
 * repeats the reasons for readers.
 */
export function policyArguments(spec: ContainerSpec, context: PolicyContext): string[] {
  return [
    // stdio is the transport; no tty, which would merge the streams and never see the end of input.
    '--interactive',
    '--pull=never',
    // Folders that an image declares would be writable volumes outside this policy, and without a label.
    '--image-volume=ignore',
    // Programs of the image's choice beside the one that was asked for.
    '--no-healthcheck',
    // Container root is the runner's own uid outside, and that has sudo on hosted machines.
    `--user=${spec.uid}:${spec.gid ?? spec.uid}`,
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    // The default profile lets nested user namespaces, keyctl, io_uring and the like through.
    ...(context.seccompProfile === null ? [] : [`--security-opt=seccomp=${context.seccompProfile}`]),
    // Only `lo`: the fetch phase has its route through a Unix socket.
    spec.joins === undefined ? '--network=none' : `--network=container:${spec.joins}`,
    '--read-only',
    // Without it Podman adds writable /run and /var/tmp. A /dev/shm of 64 MiB there is always.
    '--read-only-tmpfs=false',
    ...temporaryFileSystems(spec),
    // Otherwise the host's proxy variables, with their passwords, are handed in.
    '--http-proxy=false',
    '--env-host=false',
    // The host's name and addresses are nobody's business, and lists of tools must not differ by them.
    '--no-hosts',
    '--hostname=sandbox',
    // An installed tree is read by other uids; nothing else is shared.
    `--umask=${untrusted.has(spec.phase) ? '0077' : '0022'}`,
    ...limitArguments(spec, context.controllers),
    // Node ignores SIGTERM as pid 1, and orphans need a reaper.
    '--init',
    '--stop-timeout=2',
    // The dead man's switch.
    `--timeout=${Math.max(1, Math.ceil(spec.timeoutSeconds))}`,
    // What a server prints is read from the pipe, with a bound, and stored nowhere else.
    '--log-driver=none',
    `--workdir=${spec.workdir}`,
    ...mountArguments(spec),
    ...environmentArguments(spec),
  ];
}

const untrusted: ReadonlySet<Phase> = new Set(['run', 'service']);

function temporaryFileSystems(spec: ContainerSpec): string[] {
  // Podman copies what the image has at that place into a tmpfs, unless told not to.
  const options = 'rw,nosuid,nodev,notmpcopyup,mode=1777';
  // Compilers start what they have just built: the one place where a writable folder may hold programs.
  const exec = spec.phase === 'scripts' ? 'exec' : 'noexec';
  return [
    `--tmpfs=/tmp:${options},${exec},size=256m`,
    `--tmpfs=${homeDirectory}:${options},noexec,size=64m`,
    // Where databases put their sockets and locks, in folders that their images have there.
    ...(spec.phase === 'service' ? ['--tmpfs=/run:rw,nosuid,nodev,noexec,mode=1777,size=16m'] : []),
  ];
}

function limitArguments(spec: ContainerSpec, controllers: ReadonlySet<string>): string[] {
  // The limits of the configuration bind the server; an install may need more than the server will.
  const bound = spec.phase !== 'fetch' && spec.phase !== 'scripts';
  const { memory, pids, cpus } = spec.resources;
  const processes = bound ? pids : 1024;
  // Where the cgroup counts processes it is to be what refuses them, since it tells that it did.
  const nproc = controllers.has('pids') ? processes * 2 : processes;
  return [
    // These hold without cgroups. nproc counts per uid, hence a uid for each container.
    `--ulimit=nproc=${nproc}:${nproc}`,
    '--ulimit=nofile=4096:4096',
    '--ulimit=core=0:0',
    `--ulimit=fsize=${spec.resources.disk}:${spec.resources.disk}`,
    '--oom-score-adj=1000',
    // Equal to --memory: no way out through swap.
    ...(bound && controllers.has('memory') ? [`--memory=${memory}`, `--memory-swap=${memory}`] : []),
    ...(controllers.has('pids') ? [`--pids-limit=${processes}`] : []),
    ...(bound && controllers.has('cpu') ? [`--cpus=${cpus}`] : []),
  ];
}

function mountArguments(spec: ContainerSpec): string[] {
  const volumes = spec.volumes.map(({ volume, at, writable }) => {
    // While packages are fetched nothing may start from the volume; while a server runs it cannot change its code.
    const exec = spec.phase === 'fetch' ? ',noexec' : '';
    // What an image has at that place stays out of the volume.
    return `--volume=${volume}:${at}:${writable ? 'rw' : 'ro'},nosuid,nodev,nocopy${exec}`;
  });
  const host = spec.hostMounts.map(({ from, at }) => `--volume=${from}:${at}:ro,nosuid,nodev`);
  const masked = spec.masked.map((folder) => `--tmpfs=${folder}:ro,nosuid,nodev,noexec,notmpcopyup,size=4k`);
  const { sockets, shownImage } = spec;
  return [
    ...host,
    ...masked,
    ...volumes,
    ...(sockets === undefined ? [] : [`--volume=${sockets.from}:${sockets.at}:rw,nosuid,nodev,noexec`]),
    ...(shownImage === undefined ? [] : [`--mount=type=image,source=${shownImage},destination=${imagePath}`]),
  ];
}

function environmentArguments(spec: ContainerSpec): string[] {
  const base = { HOME: homeDirectory, LANG: 'C.UTF-8', TZ: 'UTC' };
  return [
    // Podman sets it to `podman`, which tells a server that it is being looked at.
    '--unsetenv=container',
    ...Object.entries({ ...base, ...spec.env }).map(([name, value]) => `--env=${name}=${value}`),
    ...Object.keys(spec.secretEnv ?? {}).map((name) => `--env=${name}`),
  ];
}
