import { Client, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import * as z from 'zod';
import type { Exit, PipedProcess } from '../process/piped.ts';
import type { Answer } from './answer.ts';
import { clientCapabilities, clientInfo } from './client-info.ts';
import { endingSentence } from './ending.ts';
import type { SessionOptions } from './model.ts';
import { settledWithin } from './settled-within.ts';
import { StderrLog } from './stderr-log.ts';
import { StdioTransport } from './stdio-transport.ts';

const longestTimer = 2 ** 31 - 1;
const afterKillMs = 1000;

/** The sealed answer of the transport, taken as it is. */
const sealed = z.object({ answer: z.custom<Answer>() });

/** One process of a server with the SDK client that speaks to it. Nothing here rejects but `initialize`. */
export class Connection {
  readonly transport: StdioTransport;
  readonly stderr: StderrLog;
  readonly #client = new Client(clientInfo, { capabilities: clientCapabilities });
  readonly #process: PipedProcess;
  readonly #options: SessionOptions;
  #stopping: Promise<void> | null = null;

  constructor(process: PipedProcess, options: SessionOptions) {
    this.#process = process;
    this.#options = options;
    this.transport = new StdioTransport(process);
    this.stderr = new StderrLog(process.stderr, options.onStderr);
  }

  get aborted(): boolean {
    return this.#options.signal.aborted;
  }

  get alive(): boolean {
    return this.transport.ending === null;
  }

  /** The handshake of the legacy era, up to and with `notifications/initialized`. @throws what the SDK throws. */
  async initialize(timeoutMs: number): Promise<void> {
    await this.#client.connect(this.transport, this.#requestOptions(timeoutMs));
  }

  /** Sends one request and says what it came to. After a timeout or an abort the server is told by `notifications/cancelled`. */
  async request(method: string, params: Readonly<Record<string, unknown>> | null, timeoutMs: number): Promise<Answer> {
    if (this.aborted) return { kind: 'aborted' };
    if (!this.alive) return { kind: 'closed', reason: this.endingSentence(`before ${method}`) };
    try {
      const request = params === null ? { method } : { method, params: { ...params } };
      return (await this.#client.request(request, sealed, this.#requestOptions(timeoutMs))).answer;
    } catch (error) {
      if (this.aborted) return { kind: 'aborted' };
      if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) return { kind: 'timeout' };
      await this.settled();
      return { kind: 'closed', reason: this.endingSentence(`during ${method}`) };
    }
  }

  /** After a write failed: waits for the reason; a server that only closed its stdin is of no use either. */
  async settled(): Promise<void> {
    if (!(await settledWithin(this.transport.ended, 2 * afterKillMs))) this.transport.break('closed its stdin');
    await settledWithin(this.stderr.ended, afterKillMs / 2);
  }

  /** How the process ended, if it did within `ms`, also where the SDK closed the transport before. */
  async exitWithin(ms: number): Promise<Exit | null> {
    return (await settledWithin(this.#process.exited, ms)) ? this.#process.exited : null;
  }

  /** Why the session is over, one sentence for the user. */
  endingSentence(when: string): string {
    return endingSentence(this.transport.ending, this.stderr.lastLine(), when);
  }

  /** Closes stdin, waits for the exit as long as the options say, kills. Idempotent; never rejects. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { stdin, stdout, stderr, exited } = this.#process;
    await this.transport.close();
    stdin.end();
    await settledWithin(exited, this.#options.stopTimeoutMs);
    // Also after a polite exit: descendants may be left.
    this.#process.kill();
    await settledWithin(exited, afterKillMs);
    // A process that escaped the kill may hold the pipes; we do not wait for it.
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    await settledWithin(exited, afterKillMs);
    this.stderr.close();
  }

  #requestOptions(timeoutMs: number) {
    return { timeout: Math.min(Math.max(timeoutMs, 0), longestTimer), signal: this.#options.signal };
  }
}
