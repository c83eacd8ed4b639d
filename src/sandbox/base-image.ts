import { lstat, readlink, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pack, type Pack } from 'tar-stream';
import { hostsText } from './hosts.ts';
import { homeDirectory, type HostMount } from './policy.ts';

/** Folders of the host that the base image shows read-only, and what of them stays hidden. */
export interface HostUsr {
  readonly mounts: readonly HostMount[];
  readonly masked: readonly string[];
}

/** Empty folders that something is mounted on, or that programs expect. */
const folders = [
  'app',
  'dev',
  'etc',
  'etc/ssl',
  'home',
  homeDirectory.slice(1),
  'opt',
  'opt/mcp-workflow',
  'proc',
  'run',
  'sys',
];
const emptyFolders = [...folders, 'tmp', 'usr', 'var', 'var/tmp', 'work'];
/** Links into /usr on every merged system, folders of their own on the others. */
const rootFolders = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
/** May hold tokens (npm's global npmrc) or somebody's settings. */
const hidden = ['/usr/local/etc', '/usr/etc', '/usr/src'];
/** What programs in /usr look up elsewhere; nothing secret lies in these. */
const companions = ['/etc/alternatives', '/etc/ld.so.cache', '/etc/ssl/certs'];

const passwd = 'root:x:0:0:root:/root:/usr/sbin/nologin\nuser:x:1000:1000:user:/home/user:/bin/sh\n';
const group = 'root:x:0:\nuser:x:1000:\n';

/**
 * The image `host`: 20 KB of empty folders, with the runner's own /usr mounted into it. No registry, no pull, no rate
 * limit. The same bytes on every run, so Podman stores it once.
 */
export async function baseImageTar(): Promise<Readable> {
  const tar = pack();
  for (const name of emptyFolders) addEntry(tar, name, 'directory');
  for (const name of rootFolders) {
    const kind = await kindOf(`/${name}`);
    if (kind === 'link') addEntry(tar, name, 'symlink', await readlink(`/${name}`));
    if (kind === 'folder') addEntry(tar, name, 'directory');
  }
  addFile(tar, 'etc/passwd', passwd);
  addFile(tar, 'etc/group', group);
  addFile(tar, 'etc/hosts', hostsText([]));
  addFile(tar, 'etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n');
  // Mount points for single files must exist as files.
  if ((await kindOf('/etc/ld.so.cache')) === 'file') addFile(tar, 'etc/ld.so.cache', '');
  tar.finalize();
  return Readable.from(tar);
}

export function emptyTar(): Readable {
  const tar = pack();
  tar.finalize();
  return Readable.from(tar);
}

/** What of the host the base image needs mounted. */
export async function hostUsr(): Promise<HostUsr> {
  const own: string[] = [];
  for (const name of rootFolders) if ((await kindOf(`/${name}`)) === 'folder') own.push(`/${name}`);
  const present: string[] = [];
  for (const path of companions) if ((await kindOf(path)) !== 'absent') present.push(path);
  const masked: string[] = [];
  for (const path of hidden) if ((await kindOf(path)) === 'folder') masked.push(path);
  return { mounts: ['/usr', ...own, ...present].map((path) => ({ from: path, at: path })), masked };
}

async function kindOf(path: string): Promise<'link' | 'folder' | 'file' | 'absent'> {
  const entry = await lstat(path).catch(() => null);
  if (entry === null) return 'absent';
  if (entry.isSymbolicLink()) return (await stat(path).catch(() => null)) === null ? 'absent' : 'link';
  return entry.isDirectory() ? 'folder' : 'file';
}

const epoch = new Date(0);

function addEntry(tar: Pack, name: string, type: 'directory' | 'symlink', linkname?: string): void {
  const mode = name === 'tmp' || name === 'var/tmp' ? 0o1777 : 0o755;
  tar.entry({ name, type, mode, mtime: epoch, ...(linkname === undefined ? {} : { linkname }) });
}

function addFile(tar: Pack, name: string, content: string): void {
  tar.entry({ name, mode: 0o644, mtime: epoch }, content);
}
