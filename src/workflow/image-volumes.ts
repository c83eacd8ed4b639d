import { fillVolumes } from '../sandbox/fill-volumes.ts';
import type { VolumeMount } from '../sandbox/policy.ts';
import type { PreparedImage, Sandbox, User } from '../sandbox/sandbox.ts';
import type { Belongings } from './belongings.ts';

export interface ImageVolumesRequest {
  readonly image: PreparedImage;
  readonly user: User;
  /** Part of the names of what is made. */
  readonly label: string;
  /** Where something else is mounted, which goes before. */
  readonly occupied: readonly string[];
}

/** The volumes that an image declares, as ours: with its content, and owned by who runs it. @throws PodmanFailed */
export async function imageVolumes(
  sandbox: Sandbox,
  belongings: Belongings,
  { image, user, label, occupied }: ImageVolumesRequest,
  signal: AbortSignal,
): Promise<VolumeMount[]> {
  const paths = (image.facts?.volumes ?? []).filter((path) => !occupied.includes(path));
  const mounts: VolumeMount[] = [];
  for (const [index, at] of paths.entries()) {
    mounts.push({ volume: await belongings.volume(`${label}-volume${index}`, user), at, writable: true });
  }
  const filled = mounts.flatMap(({ volume, at }) => {
    const from = image.contents.get(at);
    return from === undefined ? [] : [{ volume, from }];
  });
  if (filled.length > 0) await fillVolumes(sandbox, { image, user, label, volumes: filled }, signal);
  return mounts;
}
