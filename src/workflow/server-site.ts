import type { ServerConfig } from '../config/model.ts';
import type { FileStates } from '../cases/environment.ts';
import { imageOf } from '../install/image.ts';
import type { InstalledTree } from '../install/model.ts';
import type { Reach } from '../mcp/model.ts';
import type { ServiceResult, StartupOutcome } from '../result/model.ts';
import type { PreparedImage, Sandbox } from '../sandbox/sandbox.ts';
import type { Usage } from '../sandbox/usage.ts';
import { type CopiedMounts, copyMounts } from './copy-in.ts';
import { openPlace } from './server-place.ts';
import { type PreparedService, prepareServices, Services } from './services.ts';

export interface SiteOptions {
  /** Until the whole run's deadline, for the containers' own timeout. */
  readonly secondsLeft: () => number;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
  /** Each line that a service prints, bounded. */
  readonly onLog: (service: string, line: string) => void;
  /** What an instance of the server has used, when it has ended. */
  readonly onUsage: (usage: Usage) => void;
}

/** One place to run: for shared use, or apart with a work folder and services of its own. */
export interface ServerPlace {
  /** May be started several times, one after another. */
  readonly reach: Reach;
  /** The state of paths below the work folder. Never rejects; `failed` is a sentence. */
  files(paths: readonly string[]): Promise<FileStates | { readonly failed: string }>;
  /** Removes its volumes, services and network namespace. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** Why there is no place to start the server in: its own doing, or that of its services. */
export interface NoPlace {
  readonly outcome: Extract<StartupOutcome, 'needs_service' | 'not_mcp'>;
  /** A sentence that says what to do. */
  readonly advice: string;
  /** The last lines of the service. */
  readonly stderrTail: string;
}

/** What all places of a server share. */
export interface SiteParts {
  readonly sandbox: Sandbox;
  readonly server: ServerConfig;
  readonly tree: InstalledTree | null;
  readonly image: PreparedImage;
  readonly mounts: CopiedMounts;
  readonly services: readonly PreparedService[];
  readonly options: SiteOptions;
}

/** Everything that the instances of one server are started from: made once. */
export class ServerSite {
  readonly #parts: SiteParts;
  #first: Services | null = null;

  private constructor(parts: SiteParts) {
    this.#parts = parts;
  }

  /** @param tree null: the image is all there is. @throws PodmanFailed, FolderRefused */
  static async prepare(
    sandbox: Sandbox,
    server: ServerConfig,
    tree: InstalledTree | null,
    options: SiteOptions,
  ): Promise<ServerSite> {
    const { signal, progress } = options;
    const copying = { deadlineMs: server.timeouts.install, signal };
    const [image, services, mounts] = await Promise.all([
      tree?.image ?? sandbox.prepareImage(imageOf(server), { signal, progress }),
      prepareServices(sandbox, server, options),
      copyMounts(sandbox, server.name, server.mounts, copying),
    ]);
    return new ServerSite({ sandbox, server, tree, image, mounts, services, options });
  }

  get image(): PreparedImage {
    return this.#parts.image;
  }

  /** What is known now of the services of the first place. */
  get services(): readonly ServiceResult[] {
    return (this.#first ?? new Services(this.#parts.services)).results();
  }

  /** @throws PodmanFailed, FolderRefused */
  async place(): Promise<ServerPlace | NoPlace> {
    const services = new Services(this.#parts.services);
    this.#first ??= services;
    return openPlace(this.#parts, services);
  }
}
