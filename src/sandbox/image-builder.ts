import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../process/failure.ts';
import { emptyTar } from './base-image.ts';
import type { BuildOptions, BuildResult, BuildSpec } from './build.ts';
import type { PreparedImage } from './container.ts';
import { PodmanFailed } from './errors.ts';
import { buildTag } from './names.ts';
import type { Podman } from './podman.ts';
import type { PolicyContext } from './policy.ts';

export interface BuiltImage extends BuildResult {
  /** What it is called, where there is one. */
  readonly tag: string;
}

/** `podman build` for one run: all that it begins from, makes on the way and leaves is named by the run, and goes with it. */
export class ImageBuilder {
  readonly #podman: Podman;
  readonly #context: PolicyContext;
  readonly #runId: string;
  readonly #folder: string;
  #serial = 0;

  /** @param folder of the run, on a disk: layers are written there */
  constructor(podman: Podman, context: PolicyContext, runId: string, folder: string) {
    this.#podman = podman;
    this.#context = context;
    this.#runId = runId;
    this.#folder = folder;
  }

  /**
   * Gives an image a name that a build may begin from, and nothing else can mean.
   * @returns null where it has triggers, which podman would run without asking. @throws PodmanFailed
   */
  async nameBase(image: PreparedImage): Promise<string | null> {
    const tag = this.#tag('base');
    await this.#podman.tagImage(image.reference, tag);
    return hasTriggers(await this.#configurationOf(tag)) ? null : tag;
  }

  /** As {@link Podman.hasLogin}. @param reference with its registry */
  async hasLogin(reference: string, env: Readonly<Record<string, string>>): Promise<boolean> {
    return this.#podman.hasLogin(reference.replace(/@.*$/u, '').replace(/:[^:/]*$/u, ''), env);
  }

  /** An image without any files, which is what `FROM scratch` begins from. @throws PodmanFailed */
  async emptyBase(): Promise<string> {
    const tag = this.#tag('base');
    await this.#podman.importImage(tag, emptyTar());
    return tag;
  }

  /** @throws PodmanFailed after the run was stopped */
  async build(spec: Omit<BuildSpec, 'tag'>, options: BuildOptions): Promise<BuiltImage> {
    const tag = this.#tag('built');
    const folder = join(this.#folder, `build-${this.#serial}`);
    return { ...(await this.#podman.build({ ...spec, tag }, this.#context, folder, options)), tag };
  }

  /**
   * What podman's own listing leaves out of an image's configuration: as it lies in the store (containers-storage.conf(5),
   * `overlay-images/ID`), the text that podman itself will read. @throws PodmanFailed
   */
  async #configurationOf(tag: string): Promise<string> {
    const [root = '', driver = ''] = (
      await this.#podman.must(['info', '--format', '{{.Store.GraphRoot}}\t{{.Store.GraphDriverName}}'])
    ).split('\t');
    const id = await this.#podman.must(['image', 'inspect', '--format', '{{.Id}}', tag]);
    const name = `=${Buffer.from(`sha256:${id}`).toString('base64')}`;
    try {
      return await readFile(join(root, `${driver}-images`, id, name), 'utf8');
    } catch (error) {
      throw new PodmanFailed(
        `whether an image runs commands of its own when it is built upon could not be looked up in podman's store: ${messageOf(error)}`,
      );
    }
  }

  #tag(kind: 'base' | 'built'): string {
    return buildTag(this.#runId, `${kind}${this.#serial++}`);
  }
}

/**
 * Whether a configuration has `OnBuild` instructions anywhere. Its text comes with the image: Go reads keys in any case,
 * with escapes, and the last of several, so that nothing less than all of them is looked at.
 */
export function hasTriggers(configuration: string): boolean {
  const plain = configuration.replaceAll(/\\u([0-9a-f]{4})/giu, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return /"onbuild"\s*:(?!\s*(?:null\b|\[\s*\]))/iu.test(plain);
}
