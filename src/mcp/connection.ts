import type { Exit, PipedProcess } from '../process/piped.ts';
import type { Finding } from '../result/model.ts';
import { ClientDesk } from './client-desk.ts';
import type { Era } from './era.ts';
import type { SessionOptions } from './model.ts';
import type { OutputLog } from './output-log.ts';
import { Peer } from './peer.ts';
import { settledWithin } from './settled-within.ts';
import type { Wire } from './wire.ts';

const afterKillMs = 1000;
const lastWordsMs = 500;

/** What a connection is made of: the wire, and the process behind it where there is one. */
export interface Line {
  readonly wire: Wire;
  readonly process: PipedProcess | null;
  /** What the process prints besides messages; null where there is none. */
  readonly output: OutputLog | null;
  /** Milliseconds that the process gets to exit by itself after its stdin was closed. */
  readonly stopTimeoutMs: number;
}

/** One instance of a server, and the peer that speaks to it in one era. Nothing here rejects. */
export class Connection {
  readonly wire: Wire;
  readonly peer: Peer;
  readonly desk: ClientDesk;
  readonly #line: Line;
  readonly #options: SessionOptions;
  #stopping: Promise<void> | null = null;

  constructor(line: Line, era: Era, options: SessionOptions) {
    this.#line = line;
    this.#options = options;
    this.wire = line.wire;
    this.desk = new ClientDesk(options.client ?? {});
    const { signal } = options;
    this.peer = new Peer(line.wire, { era, desk: this.desk, signal, lastWords: () => this.lastWords() });
  }

  get aborted(): boolean {
    return this.#options.signal.aborted;
  }

  get alive(): boolean {
    return this.wire.ending === null;
  }

  /** Whether there is a process of ours behind the wire. */
  get owned(): boolean {
    return this.#line.process !== null;
  }

  /** The first lines of what it printed, without those of {@link outputTail}. */
  outputHead(): string {
    return this.#line.output?.head() ?? '';
  }

  outputTail(): string {
    return this.#line.output?.tail() ?? '';
  }

  /** The last printed line that says something, when what lies in the pipes has been read; may be empty. */
  async lastWords(): Promise<string> {
    const { output } = this.#line;
    if (output === null) return '';
    if (!this.alive) await settledWithin(output.ended, lastWordsMs);
    return output.lastLine();
  }

  findings(): readonly Finding[] {
    return [...this.wire.findings(), ...this.peer.notes.findings(this.peer.era)];
  }

  /** How the process ended, if it did within `ms`. */
  async exitWithin(ms: number): Promise<Exit | null> {
    const exited = this.#line.process?.exited;
    return exited !== undefined && (await settledWithin(exited, ms)) ? exited : null;
  }

  /** Closes the session and stdin, waits for the exit, kills. Idempotent; never rejects. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { wire, process, output, stopTimeoutMs } = this.#line;
    await wire.close();
    if (process === null) return;
    const { stdin, stdout, stderr, exited } = process;
    stdin.end();
    await settledWithin(exited, stopTimeoutMs);
    // Also after a polite exit: descendants may be left.
    process.kill();
    await settledWithin(exited, afterKillMs);
    // A process that escaped the kill may hold the pipes; we do not wait for it.
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    await settledWithin(exited, afterKillMs);
    output?.close();
  }
}
