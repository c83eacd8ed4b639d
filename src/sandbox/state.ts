import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, messageOf } from '../process/failure.ts';
import { SandboxUnavailable } from './errors.ts';

/** Where runs keep what must outlive them (the ledger) and what need not (sockets, programs). */
export interface StateDirectories {
  /** Persistent: RUNNER_TEMP is emptied between jobs, and a killed run must still be found by the next. */
  readonly runs: string;
  readonly uids: string;
  /** Short-lived and short: the path of a Unix socket holds 107 bytes. */
  readonly runtime: string;
  /** What may be kept between runs, such as the npm that installs. */
  readonly cache: string;
}

/** @returns null when XDG_RUNTIME_DIR is not set; rootless Podman cannot work without it either. */
export function stateDirectories(env: Readonly<NodeJS.ProcessEnv>): StateDirectories | null {
  const home = env['HOME'] ?? '/';
  const runtime = env['XDG_RUNTIME_DIR'];
  if (runtime === undefined || runtime === '') return null;
  const state = join(env['XDG_STATE_HOME'] ?? join(home, '.local', 'state'), 'mcp-workflow');
  return {
    runs: join(state, 'runs'),
    uids: join(state, 'uids'),
    runtime: join(runtime, 'mcp-workflow'),
    cache: join(env['XDG_CACHE_HOME'] ?? join(home, '.cache'), 'mcp-workflow'),
  };
}

/** Of a run's runtime folder: for pid files of containers, closed to everybody else. */
export const pidFolderName = 'pids';

/** As {@link stateDirectories}. @throws SandboxUnavailable with a sentence that says what to do */
export function requireDirectories(env: Readonly<NodeJS.ProcessEnv>): StateDirectories {
  const directories = stateDirectories(env);
  if (directories !== null) return directories;
  throw new SandboxUnavailable(
    "XDG_RUNTIME_DIR is not set, and rootless Podman needs it: run `loginctl enable-linger` for the runner's user and set XDG_RUNTIME_DIR=/run/user/$(id -u).",
  );
}

/** Makes the runtime folder of a run. @returns it. @throws SandboxUnavailable where that cannot be written */
export async function prepareRuntime(directories: StateDirectories, runId: string): Promise<string> {
  const runtime = join(directories.runtime, runId);
  try {
    await mkdir(join(runtime, pidFolderName), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new SandboxUnavailable(
      `XDG_RUNTIME_DIR is ${dirname(directories.runtime)}, which does not exist or cannot be written (${codeOf(error) ?? messageOf(error)}): run \`loginctl enable-linger\` for the runner's user, then start the runner again.`,
    );
  }
  return runtime;
}
