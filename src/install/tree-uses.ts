import type { InstalledTree } from './model.ts';

/** A tree that is the run's own to remove. */
export interface OwnTree {
  readonly volume: string;
  readonly uid: number;
}

interface Use {
  readonly tree: OwnTree;
  readonly servers: Set<string>;
}

/** Which servers are started from which trees. Servers of one root, or of one package, have the same. */
export class TreeUses {
  readonly #byVolume = new Map<string, Use>();

  add(server: string, { volume, uid }: InstalledTree): void {
    // An image is no tree.
    if (volume === null || uid === null) return;
    const use = this.#byVolume.get(volume) ?? { tree: { volume, uid }, servers: new Set() };
    this.#byVolume.set(volume, use);
    use.servers.add(server);
  }

  /** @returns the trees that only these servers had */
  end(servers: readonly string[]): OwnTree[] {
    const left: OwnTree[] = [];
    for (const [volume, use] of this.#byVolume) {
      for (const server of servers) use.servers.delete(server);
      if (use.servers.size > 0) continue;
      this.#byVolume.delete(volume);
      left.push(use.tree);
    }
    return left;
  }
}
