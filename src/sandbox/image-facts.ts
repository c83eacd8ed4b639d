import { normalize } from 'node:path';
import * as z from 'zod';
import { ImageRefused, PodmanFailed } from './errors.ts';

/** What an image says about itself (OCI image configuration): somebody else's words, bounded. */
export interface ImageFacts {
  /** Of its manifest, as a user can pin it: `sha256:…`. */
  readonly digest: string | null;
  /** Bytes, unpacked. */
  readonly size: number;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** `NAME`, `UID`, either with `:GROUP`, or empty. */
  readonly user: string;
  /** Absolute paths that it wants to write to, and that are not ours to give away. */
  readonly volumes: readonly string[];
  /** Absolute. */
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  /** As Go calls them: `linux`, `amd64`. */
  readonly os: string;
  readonly architecture: string;
}

const text = z.string().max(32_768);
const texts = z.array(text).max(1000).nullish();
const Inspected = z.tuple([
  z.object({
    Digest: z.string().nullish(),
    RepoDigests: texts,
    Size: z.number().nullish(),
    Os: text.nullish(),
    Architecture: text.nullish(),
    Config: z
      .object({
        User: text.nullish(),
        Env: texts,
        Entrypoint: texts,
        Cmd: texts,
        Volumes: z.record(text, z.unknown()).nullish(),
        WorkingDir: text.nullish(),
      })
      .nullish(),
  }),
]);

/** podman's own, where an image names none (podman-run(1), --env). */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const maxVolumes = 20;

/** @param output of `podman image inspect`. @throws ImageRefused, PodmanFailed where the output is not understood */
export function parseImageFacts(given: string, output: string): ImageFacts {
  const [image] = parseInspected(given, output);
  const config = image.Config ?? {};
  const volumes = Object.keys(config.Volumes ?? {}).map((path) => normalize(`/${path}`).replace(/(?<=.)\/$/u, ''));
  if (volumes.length > maxVolumes) {
    throw new ImageRefused(
      `The image ${given} declares ${volumes.length} volumes, more than the ${maxVolumes} allowed.`,
    );
  }
  return {
    digest: pinned(given) ?? digestOf(image.Digest),
    size: image.Size ?? 0,
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    user: config.User ?? '',
    volumes: volumes.filter(isTheirs),
    workdir: normalize(`/${config.WorkingDir ?? ''}`),
    env: { PATH: defaultPath, ...environmentOf(config.Env ?? []) },
    os: image.Os ?? '',
    architecture: image.Architecture ?? '',
  };
}

function parseInspected(given: string, output: string): z.infer<typeof Inspected> {
  try {
    return Inspected.parse(JSON.parse(output));
  } catch {
    throw new PodmanFailed(`what podman says about the image ${given} is not understood`);
  }
}

/** A reference that names a digest is that digest, whichever of a list's images was taken. */
function pinned(given: string): string | null {
  return /@(sha256:[0-9a-f]{64})$/u.exec(given)?.[1] ?? null;
}

function digestOf(digest: string | null | undefined): string | null {
  return digest !== null && digest !== undefined && /^sha256:[0-9a-f]{64}$/u.test(digest) ? digest : null;
}

/** Places that the sandbox itself fills, or that are the kernel's; a colon or comma would end the path in an argument. */
function isTheirs(path: string): boolean {
  const kernels = /^\/(proc|sys|dev|opt\/mcp-workflow)(\/|$)/u.test(path);
  return !kernels && !/^\/((var\/)?run|tmp|home\/user)?$/u.test(path) && !/[:,]/u.test(path);
}

function environmentOf(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const at = entry.indexOf('=');
      return at > 0 ? [[entry.slice(0, at), entry.slice(at + 1)] as const] : [];
    }),
  );
}
