import type { PreparedImage, Sandbox, User } from '../sandbox/sandbox.ts';

/** What a place has made, to be given back when it is closed: fresh instances would use up identities and the disk. */
export class Belongings {
  readonly #sandbox: Sandbox;
  readonly #volumes: string[] = [];
  readonly #uids: number[] = [];

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** Who containers of an image run as here: the image's own user, else one that nobody else is. */
  userFor(image: PreparedImage): User {
    if (image.user !== null) return image.user;
    const uid = this.#sandbox.nextUid();
    this.#uids.push(uid);
    return { uid, gid: uid };
  }

  /** @param purpose part of its name. @throws PodmanFailed */
  async volume(purpose: string, { uid, gid }: User): Promise<string> {
    const volume = await this.#sandbox.createVolume(purpose, uid, gid);
    this.#volumes.push(volume);
    return volume;
  }

  /** When no container has them any more. Never rejects. */
  async release(): Promise<void> {
    const gone = await this.#sandbox.removeVolumes(this.#volumes.splice(0));
    // What could not be removed is the sweep's, and its owner nobody else.
    if (gone) for (const uid of this.#uids.splice(0)) this.#sandbox.returnUid(uid);
  }
}
