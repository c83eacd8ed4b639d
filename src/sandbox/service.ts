import type { ReadyCheck } from '../config/model.ts';
import type { Exit } from '../process/piped.ts';
import type { ServiceResult } from '../result/model.ts';
import type { Bridge } from './bridge.ts';
import type { ContainerRequest } from './container.ts';
import { PodmanFailed } from './errors.ts';
import { OutputLog } from './output-log.ts';
import { podmanFault } from './podman-fault.ts';
import type { StartedContainer } from './podman.ts';
import { describeCheck, untilReady } from './ready.ts';
import type { Sandbox } from './sandbox.ts';

export interface ServiceRequest {
  readonly name: string;
  /** With the bridge's container as `joins`. */
  readonly container: ContainerRequest;
  /** null: ready as soon as it is started. */
  readonly ready: ReadyCheck | null;
  readonly startTimeoutMs: number;
  /** Each line that it prints, on either stream, bounded. */
  readonly onLine: (line: string) => void;
}

/** A program beside a server, in the server's network namespace. It ends with the bridge of that. */
export class Service {
  readonly #request: ServiceRequest;
  readonly #started: StartedContainer;
  readonly #log: OutputLog;
  readonly #read: Promise<unknown>;
  #state: Pick<ServiceResult, 'state' | 'reason' | 'readyMs'> = {
    state: 'error',
    reason: 'not ready yet',
    readyMs: null,
  };
  #closing = false;

  private constructor(sandbox: Sandbox, request: ServiceRequest) {
    this.#request = request;
    this.#log = new OutputLog(request.onLine);
    this.#started = sandbox.start(request.container);
    const { stdin, stdout, stderr, exited } = this.#started;
    stdin.end();
    this.#read = Promise.all([this.#log.read(stdout), this.#log.read(stderr)]);
    void exited.then((exit) => this.#noteEnd(exit));
  }

  /** Starts it; {@link untilReady} tells the rest. @throws PodmanFailed after the run was stopped */
  static start(sandbox: Sandbox, request: ServiceRequest): Service {
    return new Service(sandbox, request);
  }

  /**
   * Waits until it is ready, at most as long as it may take.
   * @returns null, or why it is not, as a sentence. @throws PodmanFailed where podman could not start it, or the run ended
   */
  async untilReady(bridge: Bridge, signal: AbortSignal): Promise<string | null> {
    const { ready, startTimeoutMs } = this.#request;
    const started = performance.now();
    if (ready === null) return this.#becomeReady(started);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort('late'), startTimeoutMs);
    const abort = () => stop.abort('run');
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      const outcome = await Promise.race([
        untilReady(ready, { bridge, log: this.#log }, stop.signal).then(
          () => 'ready' as const,
          () => 'stopped' as const,
        ),
        new Promise<'stopped'>((resolve) => stop.signal.addEventListener('abort', () => resolve('stopped'))),
        this.#started.exited,
      ]);
      if (outcome === 'ready') return this.#becomeReady(started);
      if (outcome !== 'stopped') return await this.#ended(outcome);
      if (signal.aborted) throw new PodmanFailed('the run was stopped');
      return this.#fail(`it was not ready within ${startTimeoutMs / 1000} s: ${describeCheck(ready)}`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      stop.abort();
    }
  }

  result(): ServiceResult {
    const { name, container } = this.#request;
    const { given, digest } = container.image;
    return { name, image: { given, digest }, ...this.#state, logTail: this.tail() };
  }

  /** The last lines of its output. */
  tail(): string {
    return this.#log.tail();
  }

  /** From here on its end is ours. */
  closing(): void {
    this.#closing = true;
  }

  #becomeReady(started: number): null {
    this.#state = { state: 'passed', reason: null, readyMs: Math.round(performance.now() - started) };
    return null;
  }

  #fail(reason: string): string {
    this.#state = { state: 'failed', reason, readyMs: null };
    return reason;
  }

  async #ended(exit: Exit): Promise<string> {
    await this.#read;
    const fault = podmanFault({ ...exit, stderr: this.tail() });
    if (fault === null) return this.#fail(`it ended before it was ready (${howItEnded(exit)})`);
    this.#state = { state: 'error', reason: fault, readyMs: null };
    throw new PodmanFailed(`The service ${this.#request.name}: ${fault}`);
  }

  #noteEnd(exit: Exit): void {
    if (this.#closing || this.#state.state !== 'passed') return;
    this.#state = { ...this.#state, state: 'failed', reason: `it ended while the server ran (${howItEnded(exit)})` };
  }
}

function howItEnded({ exitCode, signal, exceeded }: Exit): string {
  if (exceeded !== undefined) return `it exceeded ${exceeded}: raise \`resources.memory\``;
  if (exitCode === 137) return 'exit code 137: killed, most often by its memory limit';
  return exitCode === null ? `signal ${signal ?? 'unknown'}` : `exit code ${exitCode}`;
}
