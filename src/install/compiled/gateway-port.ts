import { untilReady } from '../../sandbox/bridge.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { mirrorSocket } from '../mirror-gateway.ts';

const resources = { cpus: 1, memory: 256 * 1024 ** 2, pids: 512, disk: 16 * 1024 ** 2 };
const port = 8017;

/** Where a container that has joined finds the gateway. */
export const gatewayAddress = `http://127.0.0.1:${port}`;

/**
 * A network namespace with nothing but `lo`, one port of which leads to a gateway: for tools that speak HTTP, in images
 * that hold no program which could run one of ours.
 */
export class GatewayPort {
  /** Containers join its namespace by this name. */
  readonly container: string;
  readonly #sandbox: Sandbox;

  private constructor(sandbox: Sandbox, container: string) {
    this.#sandbox = sandbox;
    this.container = container;
  }

  /** @param folder that the gateway's socket lies in. @throws PodmanFailed */
  static async open(sandbox: Sandbox, label: string, folder: string, timeoutSeconds: number): Promise<GatewayPort> {
    const program = await sandbox.placeOwnProgram(
      new URL('../programs/gateway-port.mjs', import.meta.url),
      'gateway-port.mjs',
    );
    const image = sandbox.hostImage;
    const started = sandbox.start({
      phase: 'bridge',
      label,
      image,
      uid: sandbox.ownUid,
      command: [image.node, program.at, `/run/gateway/${mirrorSocket}`, String(port)],
      workdir: '/',
      volumes: [],
      hostMounts: [program, { from: folder, at: '/run/gateway' }],
      resources,
      timeoutSeconds,
    });
    const opened = new GatewayPort(sandbox, started.name);
    try {
      await untilReady(started, 'the way to the package gateway could not be made');
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  /** Removes it, and every container that joined its namespace. Idempotent; never rejects. */
  async close(): Promise<void> {
    await this.#sandbox.removeWithJoined(this.container);
  }
}
