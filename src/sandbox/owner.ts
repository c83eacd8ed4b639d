import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/**
 * A process, told apart from every other one that this machine has had: pids are reused, so its start time counts too,
 * and both mean something only within one boot and one pid namespace.
 */
export interface Owner {
  /** A home may be shared by several machines. */
  readonly host: string;
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly pid: number;
  /** Clock ticks since boot (proc(5), /proc/PID/stat field 22). */
  readonly startTime: string;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

/** @throws where /proc cannot be read, which rootless Podman needs as well. */
export async function currentOwner(): Promise<Owner> {
  const startTime = await startTimeOf(process.pid);
  return { ...(await place()), pid: process.pid, startTime: startTime ?? '' };
}

export function formatOwner(owner: Owner): string {
  return [owner.bootId, owner.pidNamespace, owner.pid, owner.startTime, owner.host].join('_');
}

/** @returns null when the text is not one that {@link formatOwner} wrote. */
export function parseOwner(text: string): Owner | null {
  const match = /^([0-9a-f-]+)_(\d+)_(\d+)_(\d+)_([0-9a-f]+)$/u.exec(text);
  if (match === null) return null;
  const [, bootId = '', pidNamespace = '', pid = '', startTime = '', host = ''] = match;
  return { bootId, pidNamespace, pid: Number(pid), startTime, host };
}

/** `unknown` for an owner on another machine or in another pid namespace: its pids cannot be seen from here. */
export async function livenessOf(owner: Owner): Promise<Liveness> {
  const here = await place();
  if (owner.host !== here.host) return 'unknown';
  if (owner.bootId !== here.bootId) return 'dead';
  if (owner.pidNamespace !== here.pidNamespace) return 'unknown';
  return (await startTimeOf(owner.pid)) === owner.startTime ? 'alive' : 'dead';
}

async function place(): Promise<Pick<Owner, 'host' | 'bootId' | 'pidNamespace'>> {
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const namespace = await readlink('/proc/self/ns/pid');
  // Hexadecimal, since a label and a file name have to hold it.
  const host = Buffer.from(hostname()).toString('hex').slice(0, 64);
  return { host, bootId, pidNamespace: /\d+/u.exec(namespace)?.[0] ?? '0' };
}

async function startTimeOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing any more.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
