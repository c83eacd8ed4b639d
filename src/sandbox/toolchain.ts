import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from '../process/run.ts';
import type { HostMount } from './policy.ts';

/** What a container gets of the host's programs, beside /usr. */
export interface Toolchain {
  readonly mounts: readonly HostMount[];
  /** PATH inside the container. */
  readonly path: string;
  /** Node that starts servers, by its path inside the container. */
  readonly node: string;
  /** Our own Node, the one this action runs on: it installs, and runs our programs. */
  readonly ownNode: string;
  /** Recorded in the result: names to versions. */
  readonly versions: Readonly<Record<string, string>>;
}

const toolFolder = '/opt/mcp-workflow';

/**
 * Finds the Node that the user's PATH names (setup-node's, where it ran), mounts single programs where they lie outside
 * /usr, and never a whole folder: beside nvm's node lies somebody's home.
 */
export async function hostToolchain(env: Readonly<NodeJS.ProcessEnv>): Promise<Toolchain> {
  const mounts: HostMount[] = [];
  const place = (program: string, at: string): string => {
    if (program.startsWith('/usr/')) return program;
    mounts.push({ from: program, at });
    return at;
  };
  const own = await realpath(process.execPath);
  const found = (await findProgram('node', env)) ?? own;
  const node = place(found, `${toolFolder}/bin/node`);
  const ownNode = own === found ? node : place(own, `${toolFolder}/node`);
  const version = found === own ? process.version : await versionOf(found);
  return {
    mounts,
    path: [...new Set([join(node, '..'), '/usr/local/bin', '/usr/bin', '/bin'])].join(':'),
    node,
    ownNode,
    versions: { node: version.replace(/^v/u, '') },
  };
}

/** @returns the real path of an executable file on PATH, or null. */
export async function findProgram(name: string, env: Readonly<NodeJS.ProcessEnv>): Promise<string | null> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (!folder.startsWith('/')) continue;
    const candidate = join(folder, name);
    try {
      await access(candidate, constants.X_OK);
      return await realpath(candidate);
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

async function versionOf(program: string): Promise<string> {
  const result = await runCommand(program, ['--version'], { deadlineMs: 10_000 });
  return result.ok ? result.stdout.trim() : 'unknown';
}
