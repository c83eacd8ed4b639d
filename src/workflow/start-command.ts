import type { ServerConfig } from '../config/model.ts';
import { type InstalledTree, treePath } from '../install/model.ts';
import { pythonBin } from '../install/python/tree.ts';

export type StartCommand =
  | { readonly ok: true; readonly command: readonly string[] }
  /** One sentence that says what to configure. */
  | { readonly ok: false; readonly advice: string };

/**
 * What starts the server: the configured command, the configured bin, the only bin, or the one named as the package.
 * Never a guess among several: one of them might edit its user's configuration.
 */
export function startCommand(server: ServerConfig, tree: InstalledTree | null): StartCommand {
  if (server.command !== null) return { ok: true, command: [...server.command, ...server.args] };
  if (tree === null) return { ok: false, advice: 'Nothing is installed that could be started: set `command`.' };
  if (tree.start !== null) return commandOfImage(tree.start, server.args);
  const names = [...tree.commands.keys()];
  const chosen = server.bin ?? (names.length === 1 ? names[0] : unscoped(tree.packageName));
  const command = chosen === undefined ? undefined : tree.commands.get(chosen);
  if (command !== undefined) return { ok: true, command: [...command, ...server.args] };
  if (names.length === 0) {
    return {
      ok: false,
      advice:
        'It declares no command (no `bin` in its package.json, no script of its Python package), so it may be a library: set `command`, or take it off the list.',
    };
  }
  const found = names.join(', ');
  const advice =
    server.bin === null
      ? `It declares several commands (${found}) and none is named as the package: say which with \`bin\`.`
      : `It declares no command \`${server.bin}\`, only ${found}: set \`bin\` to one of these.`;
  return { ok: false, advice };
}

/** What an image starts: its entry point with arguments, which are the given ones or else its own (OCI image configuration). */
export function commandOfImage(
  { entrypoint, command }: NonNullable<InstalledTree['start']>,
  args: readonly string[],
): StartCommand {
  const whole = [...entrypoint, ...(args.length > 0 ? args : command)];
  if (whole.length > 0) return { ok: true, command: whole };
  return { ok: false, advice: 'Its image names no program to start (no ENTRYPOINT and no CMD): set `command`.' };
}

/** PATH with the package's own commands first, so that `command: [name, …]` finds them. */
export function pathWith(path: string): string {
  return `${treePath}/node_modules/.bin:${pythonBin}:${path}`;
}

function unscoped(name: string | null): string | undefined {
  return name?.split('/').at(-1);
}
