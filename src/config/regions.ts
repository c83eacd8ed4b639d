import { show } from './words.ts';

/** What the sandbox itself puts into a container, or what every program there needs as it is. */
const reserved = ['proc', 'sys', 'dev', 'usr', 'etc', 'app', 'run', 'bin', 'sbin', 'lib', 'lib32', 'lib64', 'boot'];
/** Writable folders of the sandbox: something may lie inside them, nothing may replace them. */
const occupied = new Set(['/tmp', '/home', '/home/user']);

/** @returns why nothing can be mounted at this path of a container, or null */
export function containerPathProblem(at: string): string | null {
  const shown = show(at);
  if (!at.startsWith('/')) return `${shown} is not an absolute path; in the container paths begin with \`/\``;
  const parts = at.slice(1).split('/');
  if (at === '/') return '"/" is the container itself; choose a folder such as `/work`';
  if (at.length > 200) return `${shown} is longer than 200 characters`;
  if (!parts.every((part) => /^[A-Za-z0-9._@+-]+$/.test(part) && part !== '.' && part !== '..')) {
    return `${shown} is not a plain path: letters, digits and \`. _ @ + -\`, no \`//\`, \`.\`, \`..\` or \`/\` at the end`;
  }
  if (reserved.includes(parts[0] ?? '')) return `${shown} lies in \`/${parts[0]}\`, which belongs to the sandbox`;
  if (overlap(at, '/opt/mcp-workflow'))
    return `${shown} lies where the sandbox puts the server; choose a folder such as \`/work\``;
  return occupied.has(at) ? `${shown} belongs to the sandbox; choose a folder such as \`/work\`` : null;
}

/** @returns whether one path is the other, or lies inside it */
export function overlap(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
