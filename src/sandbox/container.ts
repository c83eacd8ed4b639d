import { randomBytes } from 'node:crypto';
import { chmod, copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageFacts } from './image-facts.ts';
import type { ContainerSpec, HostMount } from './policy.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** An image made ready to start containers from. */
export interface PreparedImage {
  /** As the configuration names it: `host` or a reference. */
  readonly given: string;
  /** What podman starts. */
  readonly reference: string;
  /** Of the manifest, as it can be pinned; null for `host`. */
  readonly digest: string | null;
  readonly hostMounts: readonly HostMount[];
  readonly masked: readonly string[];
  /** PATH inside. */
  readonly path: string;
  /** Node that runs our programs inside. */
  readonly node: string;
  /** false: the image has no such program, and packages of npm can be neither installed nor started in it. */
  readonly hasNode: boolean;
  readonly versions: Readonly<Record<string, string>>;
  /** What the image says about itself; null for `host`. */
  readonly facts: ImageFacts | null;
  /** The folder that its user has as HOME, writable or not; null where it names none. */
  readonly home: string | null;
  /** What its declared volumes hold at first: the volume's path to where that really lies in the image. */
  readonly contents: ReadonlyMap<string, string>;
  /** Who its programs run as; null: a user of ours, since the image names none or root. */
  readonly user: User | null;
}

/** A container, apart from what the sandbox itself decides. */
export interface ContainerRequest extends Omit<ContainerSpec, 'image' | 'hostMounts' | 'masked' | 'env'> {
  readonly image: PreparedImage;
  readonly env?: Readonly<Record<string, string>>;
  readonly hostMounts?: readonly HostMount[];
}

export function specOf(request: ContainerRequest): ContainerSpec {
  const { image, env, hostMounts, ...rest } = request;
  return {
    ...rest,
    image: image.reference,
    env: { PATH: image.path, ...env },
    hostMounts: [...image.hostMounts, ...(hostMounts ?? [])],
    masked: image.masked,
  };
}

/** Copies one of our programs to where a container's uid may read it, whatever the modes of our own folder are. */
export async function placeProgram(program: URL | string, folder: string, name: string): Promise<HostMount> {
  const from = join(folder, name);
  const unfinished = `${from}.${randomBytes(4).toString('hex')}`;
  await copyFile(program, unfinished);
  await chmod(unfinished, 0o644);
  // At once: another container may be starting from it.
  await rename(unfinished, from);
  return { from, at: `/opt/mcp-workflow/${name}` };
}
