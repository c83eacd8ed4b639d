import * as z from 'zod';
import { ImageRefused, PodmanFailed } from './errors.ts';
import type { User } from './container.ts';

/** What programs/look-at-image.mjs prints. */
const Look = z.object({
  user: z.object({ uid: z.number(), gid: z.number(), home: z.string().max(4096).nullable() }).nullable(),
  node: z.boolean(),
  /** A program of another kind of processor, whatever the image says that it is for. */
  foreign: z.string().nullable(),
  /** Of each volume: where its content lies in the image, without links; null where there is none. */
  contents: z.record(z.string(), z.string().startsWith('/').nullable()),
});
export type ImageLook = z.infer<typeof Look>;

/** @throws PodmanFailed */
export function parseImageLook(given: string, stdout: string, stderr: string): ImageLook {
  try {
    return Look.parse(JSON.parse(stdout));
  } catch {
    const said = stderr.trim().split('\n').at(-1) ?? '';
    throw new PodmanFailed(`the files of the image ${given} could not be looked at: ${said}`);
  }
}

/** Container uids are counted inside a range of sub-ids, of which every user has as many as this. */
const maxId = 65_535;

/**
 * Who programs of the image run as. Root is never honoured, since it is the runner's own uid outside, and neither is
 * its group.
 * @returns null: a user of ours. @throws ImageRefused
 */
export function userOfImage(given: string, named: string, found: ImageLook['user']): User | null {
  if (found === null) {
    throw new ImageRefused(`The image ${given} is to run as the user "${named}", who is not in its /etc/passwd.`);
  }
  if (found.uid === 0) return null;
  if (found.uid > maxId || found.gid > maxId) {
    throw new ImageRefused(
      `The image ${given} is to run as user ${found.uid}, group ${found.gid}: a rootless container has ids up to ${maxId}.`,
    );
  }
  return { uid: found.uid, gid: found.gid === 0 ? found.uid : found.gid };
}
