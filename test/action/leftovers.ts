import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectories } from '../../src/sandbox/state.ts';

/** Everything of any run that is still on this machine, by label, by name, by process and by folder. */
export function leftovers(): string[] {
  const podman = (...args: string[]) => execFileSync('podman', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
  const label = ['--filter', 'label=dev.mcp-workflow.run'];
  const state = stateDirectories(process.env);
  const folders = state === null ? [] : [state.runs, state.uids, state.runtime];
  return [
    ...podman('ps', '--all', '--format', 'container {{.Names}}', ...label),
    ...podman('volume', 'ls', '--format', 'volume {{.Name}}', ...label),
    ...podman('network', 'ls', '--format', 'network {{.Name}}', ...label),
    ...podman('ps', '--all', '--format', 'container {{.Names}}').filter((line) => line.includes('mcpw-')),
    ...podman('volume', 'ls', '--format', 'volume {{.Name}}').filter((line) => line.includes('mcpw-')),
    ...podman('images', '--format', 'image {{.Repository}}:{{.Tag}}', '--filter', 'reference=localhost/mcp-workflow-base'),
    ...folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [])),
    ...processes(),
  ];
}

function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((pid) => {
      try {
        // Podman's own pause process is the user's, whoever started it first.
        if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('catatonit\0-P')) return [];
        const marked = readFileSync(`/proc/${pid}/environ`, 'utf8').includes('MCP_WORKFLOW_RUN=');
        return marked ? [`process ${pid} ${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}`] : [];
      } catch {
        return [];
      }
    });
}
