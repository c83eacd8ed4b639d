import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { PipedProcess } from '../process/piped.ts';
import { PodmanFailed } from './errors.ts';
import type { Sandbox } from './sandbox.ts';

export interface BridgeOptions {
  /** Part of its container's name. */
  readonly label: string;
  /** Ports of the sandbox's loopback that can be reached from here. */
  readonly ports: readonly number[];
  readonly timeoutSeconds: number;
}

const socketsAt = '/run/bridge';
const controlName = 'control.sock';
/** At a time, for each port. */
const maxConnections = 64;
const startDeadlineMs = 30_000;
const resources = { cpus: 1, memory: 256 * 1024 ** 2, pids: 512, disk: 16 * 1024 ** 2 };

/**
 * A network namespace with nothing but `lo`, for a server and what belongs to it, and our way into it: Unix sockets in a
 * folder that only the bridge's own container sees. Nothing leads out.
 */
export class Bridge {
  /** Containers join its namespace by this name. */
  readonly container: string;
  readonly #folder: string;
  readonly #sandbox: Sandbox;

  private constructor(sandbox: Sandbox, container: string, folder: string) {
    this.#sandbox = sandbox;
    this.container = container;
    this.#folder = folder;
  }

  /** @throws PodmanFailed */
  static async open(sandbox: Sandbox, { label, ports, timeoutSeconds }: BridgeOptions): Promise<Bridge> {
    const folder = await sandbox.socketFolder();
    const program = await sandbox.placeOwnProgram(new URL('./programs/bridge.mjs', import.meta.url), 'bridge.mjs');
    const call = { folder: socketsAt, ports: [...new Set(ports)], maxConnections, control: controlName };
    const image = sandbox.hostImage;
    const started = sandbox.start({
      phase: 'bridge',
      label,
      image,
      uid: sandbox.ownUid,
      command: [image.node, program.at, JSON.stringify(call)],
      workdir: '/',
      volumes: [],
      hostMounts: [program],
      sockets: { from: folder, at: socketsAt },
      resources,
      timeoutSeconds,
    });
    const bridge = new Bridge(sandbox, started.name, folder);
    try {
      await untilReady(started, 'the network namespace of the server could not be made');
    } catch (error) {
      await bridge.close();
      throw error;
    }
    return bridge;
  }

  /** The socket behind which a port lies. */
  socketOf(port: number): string {
    return join(this.#folder, `${port}.sock`);
  }

  /** Whether somebody listens on a port. Never rejects. */
  async isOpen(port: number): Promise<boolean> {
    const socket = connect(join(this.#folder, controlName));
    try {
      socket.setTimeout(2000, () => socket.destroy());
      socket.end(`${port}\n`);
      return (await text(socket)).startsWith('open');
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }

  /** Removes it, and every container that joined its namespace. Idempotent; never rejects. */
  async close(): Promise<void> {
    await this.#sandbox.removeWithJoined(this.container);
  }
}

/** Waits until a program of ours has said a word. @param otherwise the beginning of a sentence. @throws PodmanFailed */
export async function untilReady({ stdout, stderr, exited }: PipedProcess, otherwise: string): Promise<void> {
  const said = text(stderr).catch(() => '');
  const ready = once(stdout, 'data').then(
    () => true,
    () => false,
  );
  const ended = exited.then(() => false);
  const late = new Promise<null>((resolve) => setTimeout(resolve, startDeadlineMs, null).unref());
  const outcome = await Promise.race([ready, ended, late]);
  stdout.resume();
  if (outcome === true) return;
  const why = outcome === null ? 'no answer in time' : ((await said).trim().split('\n').at(-1) ?? '');
  throw new PodmanFailed(`${otherwise}: ${why}`);
}
