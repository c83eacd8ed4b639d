import { ImageRefused, PodmanFailed } from './errors.ts';
import type { PreparedImage } from './container.ts';
import { type ImageFacts, parseImageFacts } from './image-facts.ts';
import { type ImageLook, userOfImage } from './image-look.ts';
import type { Podman } from './podman.ts';
import { pullError } from './pull.ts';

export interface PrepareOptions {
  readonly signal: AbortSignal;
  /** Told every few seconds while an image is being pulled. */
  readonly progress?: ((message: string) => void) | undefined;
  /**
   * As `anonymousEnvironment` made it: its registry is asked for it as anybody would ask, also where it is here already,
   * so that nobody gets what that would not give him.
   */
  readonly anonymous?: Readonly<Record<string, string>> | undefined;
}

/** Looks at the files of an image from a container of ours. */
export type LookAtImage = (given: string, facts: ImageFacts, signal: AbortSignal) => Promise<ImageLook>;

const pullDeadlineMs = 600_000;
const progressEveryMs = 5000;

/** Named images, each made ready once a run: used as named, and pulled where it is not on this machine. */
export class Images {
  readonly #podman: Podman;
  readonly #look: LookAtImage;
  readonly #prepared = new Map<string, Promise<PreparedImage>>();

  constructor(podman: Podman, look: LookAtImage) {
    this.#podman = podman;
    this.#look = look;
  }

  /** @throws ImageRefused where another try would end the same; PodmanFailed */
  async prepare(given: string, options: PrepareOptions): Promise<PreparedImage> {
    const key = JSON.stringify([given, options.anonymous !== undefined]);
    const known = this.#prepared.get(key);
    if (known !== undefined) return known;
    const preparing = this.#prepare(given, options);
    this.#prepared.set(key, preparing);
    // What failed may work in a later round of the same process.
    preparing.catch(() => this.#prepared.delete(key));
    return preparing;
  }

  async #prepare(given: string, options: PrepareOptions): Promise<PreparedImage> {
    const present = options.anonymous !== undefined ? null : await this.#podman.inspectImage(given);
    const inspected = present ?? (await this.#pull(given, options));
    const facts = parseImageFacts(given, inspected);
    refuseForeignPlatform(given, facts);
    const look = await this.#look(given, facts, options.signal);
    if (look.foreign !== null) throw new ImageRefused(foreignProgram(given, look.foreign), 'unsupported_platform');
    return {
      given,
      reference: given,
      digest: facts.digest,
      hostMounts: [],
      masked: [],
      path: facts.env['PATH'] ?? '',
      node: 'node',
      hasNode: look.node,
      versions: {},
      facts,
      home: facts.env['HOME'] ?? look.user?.home ?? null,
      contents: new Map(Object.entries(look.contents).flatMap(([path, real]) => (real === null ? [] : [[path, real]]))),
      user: userOfImage(given, facts.user, look.user),
    };
  }

  async #pull(given: string, { signal, progress, anonymous }: PrepareOptions): Promise<string> {
    const started = Date.now();
    progress?.(`pulling the image ${given}`);
    const ticking = setInterval(() => {
      progress?.(`still pulling the image ${given}, ${Math.round((Date.now() - started) / 1000)} s`);
    }, progressEveryMs);
    try {
      const pulled = await this.#podman.pull(given, pullDeadlineMs, signal, anonymous);
      if (!pulled.ok) throw pullError(given, pulled, pullDeadlineMs);
    } finally {
      clearInterval(ticking);
    }
    const inspected = await this.#podman.inspectImage(given);
    if (inspected !== null) return inspected;
    throw new PodmanFailed(`The image ${given} was pulled, and is not there`);
  }
}

function foreignProgram(given: string, program: string): string {
  return `The image ${given} cannot run here: its program ${program.slice(0, 200)} is for another kind of processor than this machine's (${process.arch}).`;
}

/** Node's names of processors as Go's, which images bear. */
const goNames: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le', mipsel: 'mipsle' };

/** @throws ImageRefused */
function refuseForeignPlatform(given: string, { os, architecture }: ImageFacts): void {
  const own = goNames[process.arch] ?? process.arch;
  const fits = (os === '' || os === 'linux') && (architecture === '' || architecture === own);
  if (fits) return;
  throw new ImageRefused(
    `The image ${given} is for ${os}/${architecture}, and this machine is linux/${own}: use an image for it, or a runner of that kind.`,
    'unsupported_platform',
  );
}
