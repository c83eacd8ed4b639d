import * as z from 'zod';
import type { PreparedImage, User } from './container.ts';
import { PodmanFailed } from './errors.ts';
import { imagePath } from './policy.ts';
import type { Sandbox } from './sandbox.ts';

const Report = z.object({ leftOut: z.number(), tooLarge: z.boolean() });

export interface FillRequest {
  readonly image: PreparedImage;
  readonly user: User;
  /** Part of the container's name. */
  readonly label: string;
  /** Folders of the image, in which no part is a link, and the volumes that take their content. */
  readonly volumes: readonly { readonly volume: string; readonly from: string }[];
}

const maxFiles = 50_000;
const maxBytes = 1024 ** 3;
const resources = { cpus: 1, memory: 512 * 1024 ** 2, pids: 1024, disk: maxBytes };

/**
 * Copies what an image has at the places of its volumes into ours, as the user who will write to them: Podman's own copy
 * would keep the image's owners.
 * @throws PodmanFailed also where there is more than 50,000 files or 1 GiB
 */
export async function fillVolumes(sandbox: Sandbox, request: FillRequest, signal: AbortSignal): Promise<void> {
  const { image, user, label, volumes } = request;
  const url = new URL('./programs/fill-volumes.mjs', import.meta.url);
  const program = await sandbox.placeOwnProgram(url, 'fill-volumes.mjs');
  const mounts = volumes.map(({ volume }, index) => ({ volume, at: `/work/${index}`, writable: true }));
  const call = {
    volumes: volumes.map(({ from }, index) => ({ from: `${imagePath}${from}`, to: `/work/${index}` })),
    maxFiles,
    maxBytes,
  };
  const result = await sandbox.run(
    {
      phase: 'look',
      label,
      image: sandbox.hostImage,
      ...user,
      command: [sandbox.hostImage.node, program.at, JSON.stringify(call)],
      workdir: '/',
      volumes: mounts,
      hostMounts: [program],
      shownImage: image.reference,
      resources,
      timeoutSeconds: 120,
    },
    { signal },
  );
  const report = parseReport(result.stdout);
  if (report === null) {
    const said = result.stderr.trim().split('\n').at(-1) ?? '';
    throw new PodmanFailed(`the volumes of the image ${image.given} could not be filled: ${said}`);
  }
  if (report.tooLarge) {
    throw new PodmanFailed(`the volumes of the image ${image.given} hold more than ${maxFiles} files or 1 GiB`);
  }
}

function parseReport(stdout: string): z.infer<typeof Report> | null {
  try {
    return Report.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
