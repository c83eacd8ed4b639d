import type { Resources } from '../../config/model.ts';
import type { CommandResult } from '../../process/run.ts';
import type { HostMount } from '../../sandbox/policy.ts';
import { placeProgram, type PreparedImage, type Sandbox } from '../../sandbox/sandbox.ts';
import { treePath } from '../model.ts';
import { indexSocket } from './index-gateway.ts';
import type { WantedBuild } from './report.ts';

/** What is installed: a package of the index, or the project of a checkout that lies in the volume. */
export type PythonTarget =
  | { readonly kind: 'package'; readonly name: string; /** null: the newest. */ readonly version: string | null }
  | {
      readonly kind: 'project';
      /** Relative to the volume's root. */
      readonly folder: string;
      /** Where the lock of uv's lies that is binding for it, relative to the volume's root; null where there is none. */
      readonly lockFolder: string | null;
      /** A command of its own is to be started: it has to be a package. */
      readonly wantsScript: boolean;
    };

/** Of one install, the same in all its rounds. */
export interface PythonPlace {
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
  readonly label: string;
  readonly volume: string;
  readonly uid: number;
  readonly image: PreparedImage;
  readonly resources: Resources;
  readonly target: PythonTarget;
  /**
   * The folder in the volume in which it is worked, by a name that nobody can guess: pip follows a dependency on
   * `file://…`, and would run what it finds there.
   */
  readonly work: string;
  /** For builds alone. */
  readonly buildEnv: Readonly<Record<string, string>>;
}

/** What earlier rounds found out. */
export interface Progress {
  /** Keys of what was built. */
  readonly built: readonly string[];
  /** What builds asked for beside what they declare, by key. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Gathers wheels and installs them: no network but the gateway's socket, and no code of packages. */
export async function fetchRound(
  place: PythonPlace,
  gatewayFolder: string,
  progress: Progress,
  timeoutMs: number,
): Promise<CommandResult> {
  const { target } = place;
  const call = {
    root: treePath,
    work: place.work,
    socket: `/run/gateway/${indexSocket}`,
    package: target.kind === 'package' ? { name: target.name, version: target.version } : null,
    project: target.kind === 'project' ? target : null,
    ...progress,
  };
  const socket = { from: gatewayFolder, at: '/run/gateway' };
  return run(place, 'fetch', 'install.py', call, [socket], timeoutMs);
}

/** Builds one wheel: no network at all, no secrets, only the volume and /tmp to write to. */
export async function buildRound(place: PythonPlace, build: WantedBuild, timeoutMs: number): Promise<CommandResult> {
  const call = { ...build, work: place.work, env: place.buildEnv };
  return run(place, 'scripts', 'build.py', call, [], timeoutMs);
}

async function run(
  place: PythonPlace,
  phase: 'fetch' | 'scripts',
  program: string,
  call: object,
  mounts: readonly HostMount[],
  timeoutMs: number,
): Promise<CommandResult> {
  const { sandbox, signal, label, image, uid, volume, resources } = place;
  const programs = await placePrograms(sandbox);
  return sandbox.run(
    {
      phase,
      label,
      image,
      uid,
      // Without what the image's environment, its user's packages and the current folder would add to it.
      command: ['python3', '-I', '-B', `${programs.at}/${program}`, JSON.stringify(call)],
      workdir: '/',
      volumes: [{ volume, at: treePath, writable: true }],
      hostMounts: [programs, ...mounts],
      resources,
      timeoutSeconds: timeoutMs / 1000,
    },
    { signal },
  );
}

/** Each by itself, since the bundler takes along what it sees named. */
const programs: readonly (readonly [string, URL])[] = [
  ['build.py', new URL('../programs/python/build.py', import.meta.url)],
  ['choose.py', new URL('../programs/python/choose.py', import.meta.url)],
  ['environment.py', new URL('../programs/python/environment.py', import.meta.url)],
  ['failure.py', new URL('../programs/python/failure.py', import.meta.url)],
  ['forward.py', new URL('../programs/python/forward.py', import.meta.url)],
  ['install.py', new URL('../programs/python/install.py', import.meta.url)],
  ['locked.py', new URL('../programs/python/locked.py', import.meta.url)],
  ['pip_from_index.py', new URL('../programs/python/pip_from_index.py', import.meta.url)],
  ['pip_tool.py', new URL('../programs/python/pip_tool.py', import.meta.url)],
  ['project.py', new URL('../programs/python/project.py', import.meta.url)],
  ['requirements_file.py', new URL('../programs/python/requirements_file.py', import.meta.url)],
  ['resolve.py', new URL('../programs/python/resolve.py', import.meta.url)],
  ['simple_index.py', new URL('../programs/python/simple_index.py', import.meta.url)],
  ['sources.py', new URL('../programs/python/sources.py', import.meta.url)],
  ['wheel_files.py', new URL('../programs/python/wheel_files.py', import.meta.url)],
];

async function placePrograms(sandbox: Sandbox): Promise<HostMount> {
  const folder = await sandbox.runtimeFolder('python');
  await Promise.all(programs.map(([name, url]) => placeProgram(url, folder, name)));
  return { from: folder, at: '/opt/mcp-workflow/python' };
}
