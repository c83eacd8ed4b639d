import type { ServerConfig } from '../../config/model.ts';
import type { CommandResult } from '../../process/run.ts';
import { podmanFault } from '../../sandbox/podman-fault.ts';
import type { PreparedImage, Sandbox } from '../../sandbox/sandbox.ts';
import type { IndexUpstream } from '../index-upstream.ts';
import type { InstallerContext } from '../installer.ts';
import { type Mirror, MirrorGateway } from '../mirror-gateway.ts';
import { treePath } from '../model.ts';
import { GatewayPort } from './gateway-port.ts';

/** Where packages that were fetched lie, and what a compiler keeps: in a volume that goes when the build is done. */
export const cachePath = '/opt/mcp-workflow/cache';

/** Bytes that one install may take through its gateway. */
const maxDownload = 2 * 1024 ** 3;
/** The gateway's container outlives what it serves. */
const marginSeconds = 30;

/** A command of the image. */
export interface BuildCommand {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute in the container. */
  readonly workdir: string;
}

/** What a fetch came to, and what its gateway saw meanwhile. */
export interface FetchResult extends CommandResult {
  readonly faults: readonly string[];
  readonly tooLarge: boolean;
}

/** The volumes in which one server is compiled with the tools of its image, within the time of its install. */
export class BuildPlace {
  readonly uid: number;
  /** Holds the checkout, and the program in the end. */
  readonly volume: string;
  readonly image: PreparedImage;
  readonly #cache: string;
  readonly #sandbox: Sandbox;
  readonly #signal: AbortSignal;
  readonly #server: ServerConfig;
  /** By the clock that `performance.now` reads. */
  readonly #deadline: number;

  private constructor(context: PlaceContext, server: ServerConfig, image: PreparedImage, made: MadeVolumes) {
    this.uid = made.uid;
    this.volume = made.volume;
    this.image = image;
    this.#cache = made.cache;
    this.#sandbox = context.sandbox;
    this.#signal = context.signal;
    this.#server = server;
    this.#deadline = performance.now() + server.timeouts.install;
  }

  /** @throws PodmanFailed */
  static async make(context: PlaceContext, server: ServerConfig, image: PreparedImage): Promise<BuildPlace> {
    const { sandbox } = context;
    const uid = sandbox.nextUid();
    const [volume, cache] = await Promise.all([
      sandbox.createVolume(server.name, uid),
      sandbox.createVolume(`${server.name}-cache`, uid),
    ]);
    return new BuildPlace(context, server, image, { uid, volume, cache });
  }

  /** Whether what ended just now did so because its time was over. */
  isLate(ended: CommandResult): boolean {
    return ended.timedOut || performance.now() >= this.#deadline;
  }

  /** Without network; only the two volumes and /tmp can be written. */
  build(command: BuildCommand): Promise<CommandResult> {
    return this.#run('scripts', command, null);
  }

  /** Asks the image's own tool something, without network and without the checkout. */
  ask(command: readonly string[], env: BuildCommand['env']): Promise<CommandResult> {
    return this.#sandbox.run(
      {
        phase: 'scripts',
        label: this.#server.name,
        image: this.image,
        uid: this.uid,
        command,
        workdir: '/tmp',
        env,
        volumes: [],
        resources: this.#server.resources,
        timeoutSeconds: this.#secondsLeft(),
      },
      { signal: this.#signal },
    );
  }

  /** With no way out but a gateway, at `gatewayAddress`. The checkout cannot be changed, and nothing starts from a volume. */
  async fetch(command: BuildCommand, upstream: IndexUpstream, mirror: Mirror): Promise<FetchResult> {
    const folder = await this.#sandbox.freshFolder('g');
    const gateway = await MirrorGateway.open(upstream, mirror, folder, maxDownload);
    try {
      const timeout = this.#secondsLeft() + marginSeconds;
      const port = await GatewayPort.open(this.#sandbox, this.#server.name, folder, timeout);
      try {
        const result = await this.#run('fetch', command, port);
        return { ...result, faults: gateway.faults, tooLarge: gateway.tooLarge };
      } finally {
        await port.close();
      }
    } finally {
      await gateway.close();
    }
  }

  /** Removes what only the build needed. Never rejects. */
  async removeCache(): Promise<void> {
    await this.#sandbox.removeVolumes([this.#cache]);
  }

  #secondsLeft(): number {
    return Math.max(1, Math.ceil((this.#deadline - performance.now()) / 1000));
  }

  #run(phase: 'fetch' | 'scripts', command: BuildCommand, port: GatewayPort | null): Promise<CommandResult> {
    return this.#sandbox.run(
      {
        ...command,
        phase,
        label: this.#server.name,
        image: this.image,
        uid: this.uid,
        ...(port === null ? {} : { joins: port.container }),
        volumes: [
          { volume: this.volume, at: treePath, writable: phase === 'scripts' },
          { volume: this.#cache, at: cachePath, writable: true },
        ],
        resources: this.#server.resources,
        timeoutSeconds: this.#secondsLeft(),
      },
      { signal: this.#signal },
    );
  }
}

type PlaceContext = Pick<InstallerContext, 'sandbox' | 'signal'>;

interface MadeVolumes {
  readonly uid: number;
  readonly volume: string;
  readonly cache: string;
}

/** Whether an image has no such program: the runtime says so, or the init that it starts instead. */
export function isAbsent({ exitCode, stderr, spawnError }: CommandResult): boolean {
  if (/failed to exec pid1: No such file/u.test(stderr)) return true;
  return exitCode === 127 && podmanFault({ exitCode, stderr, spawnError }) === null;
}
