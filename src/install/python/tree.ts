import { join } from 'node:path';
import { type InstalledTree, treePath } from '../model.ts';
import type { PythonInstalled } from './report.ts';
import type { PythonPlace } from './round.ts';
import type { PythonOutcome } from './rounds.ts';

/** Where commands of the installed packages lie, for PATH. */
export const pythonBin = `${treePath}/.venv/bin`;
const python = join(pythonBin, 'python3');

/** What an install came to, for whoever starts it. */
export interface PythonTree {
  readonly place: Pick<PythonPlace, 'volume' | 'uid'>;
  readonly outcome: PythonOutcome;
  readonly resolved: InstalledTree['resolved'];
  readonly start: InstalledTree['start'];
  readonly workdir: string | null;
  readonly resolveMs: number;
}

export function treeOf({ place, outcome, resolved, start, workdir, resolveMs }: PythonTree): InstalledTree {
  const { installed, builds, fetchMs, buildMs } = outcome;
  return {
    volume: place.volume,
    uid: place.uid,
    resolved,
    commands: new Map(installed.commands.map((name) => [name, [join(pythonBin, name)]])),
    start,
    packageName: commandLikeName(installed),
    workdir,
    size: installed.size,
    scripts: { packages: builds, ran: builds.length > 0, failure: null },
    timings: { resolveMs, fetchMs, scriptsMs: buildMs },
    npm: null,
    tools: outcome.tools,
  };
}

/** How a module is started. */
export function startOfModule(module: string, args: readonly string[]): NonNullable<InstalledTree['start']> {
  return { entrypoint: [python, '-m', module], command: args };
}

/** How a program that is a file is started. */
export function startOfFile(file: string, args: readonly string[]): NonNullable<InstalledTree['start']> {
  return { entrypoint: [python, file], command: args };
}

/** How a command of the environment is started. */
export function startOfCommand(name: string, args: readonly string[]): NonNullable<InstalledTree['start']> {
  return { entrypoint: [join(pythonBin, name)], command: args };
}

/** Project and command may be spelled differently: `mcp_server_time` is the one named as `mcp-server-time`. */
function commandLikeName({ name, commands }: PythonInstalled): string | null {
  if (name === null) return null;
  const normal = (given: string) => given.toLowerCase().replaceAll(/[-_.]+/gu, '-');
  return commands.find((each) => normal(each) === normal(name)) ?? name;
}
