import { isUtf8 } from 'node:buffer';
import { type JSONRPCMessage, serializeMessage } from '@modelcontextprotocol/client';
import type { Exit, PipedProcess } from '../process/piped.ts';
import type { Finding } from '../result/model.ts';
import { malformed } from './answer.ts';
import { LineSplitter } from './line-splitter.ts';
import { readMessage } from './message.ts';
import { settledWithin } from './settled-within.ts';
import { stdoutFindings } from './stdout-findings.ts';
import { StdoutNotes } from './stdout-notes.ts';
import type { Ending, Receiver, Wire } from './wire.ts';

const maxLine = 16 * 1024 * 1024;
const maxUnreadInput = 32 * 1024 * 1024;
const maxUnreadMessages = 10_000;
/** What lies in a pipe is read at once; an exit and the end of stdout belong together. */
const lastWordsMs = 1000;
const dirty: ReadonlySet<string> = new Set(['dirt', 'spoiledAnswer', 'unread']);
const tooLongReason = 'wrote a line of more than 16 MiB on stdout, which was dropped unread';

/**
 * Newline-delimited JSON-RPC over the standard streams of a process that is given, not started here (MCP
 * specification, "Transports", stdio). Bounded whatever the server writes: a line over 16 MiB is dropped while it is
 * read, more than 64 MiB or 100,000 lines that are no messages break the session, and so does a server that lets
 * 32 MiB or 10,000 messages lie on its stdin.
 */
export class StdioWire implements Wire {
  readonly streamPerRequest = false;
  readonly remote = false;
  readonly notes = new StdoutNotes();
  readonly ended: Promise<Ending>;
  #ending: Ending | null = null;
  #resolveEnded: (ending: Ending) => void = () => {};
  #exit: Exit | null = null;
  #unread = 0;
  #receiver: Receiver | null = null;
  readonly #process: PipedProcess;
  readonly #splitter: LineSplitter;
  readonly #onData = (chunk: Buffer) => this.#splitter.push(chunk);

  constructor(process: PipedProcess) {
    this.#process = process;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#splitter = new LineSplitter(
      { maxLine, carriageReturns: false },
      {
        line: (bytes) => this.#line(bytes),
        tooLong: (head) => this.#tooLong(head),
        dropped: (bytes) => this.#dropped(bytes),
      },
    );
    // A broken pipe shows as the end of the process; without a listener it would be a crash of ours.
    process.stdin.on('error', () => {});
    process.stdout.on('error', () => {});
  }

  get dirt(): readonly string[] {
    return this.notes.dirt;
  }

  get overrun(): string | null {
    return this.notes.tooLong > 0 ? 'wrote a line of more than 16 MiB on stdout' : null;
  }

  get ending(): Ending | null {
    return this.#ending;
  }

  open(receiver: Receiver): void {
    this.#receiver = receiver;
    const { stdout, exited } = this.#process;
    const stdoutEnded = new Promise<void>((resolve) => {
      stdout.once('end', () => resolve()).once('close', () => resolve());
    });
    stdout.on('data', this.#onData);
    void this.#watchEnd(exited, stdoutEnded);
  }

  established(): void {}

  quiet(): Promise<void> {
    return Promise.resolve();
  }

  findings(): readonly Finding[] {
    return stdoutFindings(this.notes);
  }

  send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#process;
    const unread = stdin.writableLength > maxUnreadInput || this.#unread > maxUnreadMessages;
    if (this.#ending === null && unread) this.break('does not read its stdin');
    if (this.#ending !== null) return Promise.reject(new Error('The session has ended.'));
    this.#unread++;
    return new Promise((resolve, reject) => {
      stdin.write(serializeMessage(message), (error) => {
        this.#unread--;
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** The process is the caller's to end. */
  close(): Promise<void> {
    this.#finish({ kind: 'closed' });
    return Promise.resolve();
  }

  /** Ends the process too. */
  break(reason: string): void {
    this.#finish({ kind: 'broken', reason });
    this.#process.kill();
  }

  async #watchEnd(exited: Promise<Exit>, stdoutEnded: Promise<void>): Promise<void> {
    void exited.then((exit) => (this.#exit = exit));
    await Promise.race([exited, stdoutEnded]);
    await settledWithin(Promise.all([exited, stdoutEnded]), lastWordsMs);
    if (this.#ending !== null) return;
    this.#splitter.end();
    this.#finish(this.#exit === null ? { kind: 'stdoutClosed' } : { kind: 'exited', exit: this.#exit });
  }

  #finish(ending: Ending): void {
    if (this.#ending !== null) return;
    this.#ending = ending;
    const { stdout } = this.#process;
    stdout.off('data', this.#onData);
    this.#splitter.reset();
    stdout.resume();
    this.#resolveEnded(ending);
  }

  #line(bytes: Buffer): void {
    if (this.#ending !== null) return;
    if (!isUtf8(bytes)) this.notes.notUtf8++;
    const text = bytes.toString('utf8');
    const incoming = readMessage(text);
    if (dirty.has(incoming.kind)) this.#dirt(text, bytes.length + 1);
    if (incoming.kind !== 'dirt') this.#receiver?.take(incoming);
  }

  #dirt(text: string, bytes: number): void {
    this.notes.addDirt(text, bytes);
    if (this.notes.flooded) this.break('flooded stdout');
  }

  #tooLong(head: Buffer): void {
    if (this.#ending !== null) return;
    this.notes.tooLong++;
    this.#dirt(head.toString('utf8', 0, 1024), 0);
    this.#receiver?.settleAll(malformed(`The server ${tooLongReason}.`));
  }

  #dropped(bytes: number): void {
    if (this.#ending !== null) return;
    this.notes.dirtyBytes += bytes;
    if (this.notes.flooded) this.break('flooded stdout');
  }
}
