import { join } from 'node:path';

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
