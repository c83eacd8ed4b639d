import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectories } from '../../src/sandbox/state.ts';

/**
 * Everything of any run that is still on this machine, by label, by name, by process and by folder.
 * @param jobs only theirs, where somebody else may be at work beside the tests.
 */
export function leftovers(jobs: readonly { readonly stepKey: string }[] = []): string[] {
  const mine = (text: string) => jobs.length === 0 || jobs.some(({ stepKey }) => text.includes(`mcpw-${stepKey}-`));
  return [...new Set([...things(), ...folders(), ...processes()])].filter(mine);
}

function things(): string[] {
  const label = ['--filter', 'label=dev.mcp-workflow.run'];
  const named = (line: string) => line.includes('mcpw-');
  return [
    ...podman('ps', '--all', '--format', 'container {{.Names}}', ...label),
    ...podman('volume', 'ls', '--format', 'volume {{.Name}}', ...label),
    ...podman('network', 'ls', '--format', 'network {{.Name}}', ...label),
    // Also those in which builds keep what they are making.
    ...podman('ps', '--all', '--external', '--format', 'container {{.Names}}').filter(named),
    ...podman('images', '--all', '--format', 'image {{.Repository}}:{{.Tag}}').filter(named),
    ...podman('volume', 'ls', '--format', 'volume {{.Name}}').filter(named),
    ...podman(
      'images',
      '--format',
      'image {{.Repository}}:{{.Tag}}',
      '--filter',
      'reference=localhost/mcp-workflow-base',
    ),
  ];
}

/** Podman's lists fail where somebody removes an image between its name and its parents: asked again, then. */
function podman(...args: readonly string[]): string[] {
  for (let attempt = 1; ; attempt++) {
    try {
      return execFileSync('podman', args, { encoding: 'utf8', stdio: 'pipe' }).split('\n').filter(Boolean);
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

function folders(): string[] {
  const state = stateDirectories(process.env);
  if (state === null) return [];
  const names = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  return [
    ...[state.runs, state.runtime].flatMap((folder) => names(folder).map((name) => `folder ${join(folder, name)}`)),
    ...names(state.uids).map((name) => `uid block of ${readFileSync(join(state.uids, name), 'utf8')}`),
  ];
}

function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((pid) => {
      try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        // Podman's own pause process is the user's, whoever started it first.
        if (commandLine.startsWith('catatonit\0-P')) return [];
        const marked = /(?:^|\0)MCP_WORKFLOW_RUN=([^\0]+)/u.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
        const run = marked ?? /mcpw-[0-9a-f]{10}-[0-9a-f]{6}/u.exec(commandLine)?.[0];
        return run === undefined
          ? []
          : [`process ${pid} ${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} of ${run}`];
      } catch {
        return [];
      }
    });
}
