import { isUtf8 } from 'node:buffer';
import { type JSONRPCMessage, serializeMessage, type Transport } from '@modelcontextprotocol/client';
import type { Exit, PipedProcess } from '../process/piped.ts';
import { type Answer, malformed, readAnswer } from './answer.ts';
import { LineSplitter } from './line-splitter.ts';
import { readMessage } from './message.ts';
import { PendingRequests } from './pending-requests.ts';
import { settledWithin } from './settled-within.ts';
import { StdoutNotes } from './stdout-notes.ts';
import { isRecord } from './text.ts';

/** Why no more message can come. */
export type Ending =
  | { readonly kind: 'exited'; readonly exit: Exit }
  | { readonly kind: 'stdoutClosed' }
  /** We ended it; `reason` continues "the server …". */
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'closed' };

const maxLine = 16 * 1024 * 1024;
const maxUnreadInput = 32 * 1024 * 1024;
const maxUnreadMessages = 10_000;
/** What lies in a pipe is read at once; an exit and the end of stdout belong together. */
const lastWordsMs = 1000;
const tooLongReason = 'wrote a line of more than 16 MiB on stdout, which was dropped unread';

/**
 * Newline-delimited JSON-RPC over the standard streams of a process that is given, not started here (MCP
 * specification, "Transports", stdio). Bounded whatever the server writes: a line over 16 MiB is dropped while it is
 * read, more than 64 MiB or 100,000 lines that are no messages break the session, and so does a server that lets
 * 32 MiB or 10,000 messages lie on its stdin.
 *
 * Every answer but that to `initialize` reaches the SDK sealed, as `{ answer: Answer }`: the SDK rewrites some errors,
 * strips fields and ignores malformed answers, and a tester must see all of them.
 */
export class StdioTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage) => void) | undefined;

  readonly notes = new StdoutNotes();
  /** Settles when no more message can come; never rejects. */
  readonly ended: Promise<Ending>;
  /** The answer to `initialize` as it came; null before. */
  initializeAnswer: Answer | null = null;
  #ending: Ending | null = null;
  #resolveEnded: (ending: Ending) => void = () => {};
  #exit: Exit | null = null;
  #unread = 0;
  readonly #process: PipedProcess;
  readonly #requests = new PendingRequests();
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

  /** null while the session lives. */
  get ending(): Ending | null {
    return this.#ending;
  }

  // oxlint-disable-next-line typescript/require-await
  async start(): Promise<void> {
    const { stdout, exited } = this.#process;
    const stdoutEnded = new Promise<void>((resolve) => {
      stdout.once('end', () => resolve()).once('close', () => resolve());
    });
    stdout.on('data', this.#onData);
    void this.#watchEnd(exited, stdoutEnded);
  }

  /** Resolves when the message was taken over by the pipe; rejects when it cannot be any more. */
  send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#process;
    const unread = stdin.writableLength > maxUnreadInput || this.#unread > maxUnreadMessages;
    if (this.#ending === null && unread) this.break('does not read its stdin');
    if (this.#ending !== null) return Promise.reject(new Error('The session has ended.'));
    this.#requests.sent(message);
    this.#unread++;
    return new Promise((resolve, reject) => {
      stdin.write(serializeMessage(message), (error) => {
        this.#unread--;
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Takes no more messages; the process is the caller's to end. */
  close(): Promise<void> {
    this.#finish({ kind: 'closed' });
    return Promise.resolve();
  }

  /** Ends the session and the process. @param reason continues "the server …". */
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
    this.onclose?.();
  }

  #line(bytes: Buffer): void {
    if (this.#ending !== null) return;
    if (!isUtf8(bytes)) this.notes.notUtf8++;
    const text = bytes.toString('utf8');
    const incoming = readMessage(text);
    switch (incoming.kind) {
      case 'dirt':
        this.#dirt(text, bytes.length + 1);
        break;
      case 'spoiledAnswer':
        this.#dirt(text, bytes.length + 1);
        this.#answer(incoming.id, malformed(`The server ${incoming.reason}.`));
        break;
      case 'answer':
        this.#answer(incoming.id, readAnswer(incoming.message));
        break;
      case 'request':
        if (incoming.method !== 'ping') this.notes.addServerRequest(incoming.method);
        this.#deliver(incoming.message);
        break;
      case 'notification':
        this.#deliver(incoming.message);
        break;
    }
  }

  #answer(id: unknown, answer: Answer): void {
    const match = this.#requests.take(id);
    if (match.kind === 'stray') this.notes.strayAnswers++;
    if (match.kind !== 'pending') return;
    if (match.retyped) this.notes.retypedIds++;
    this.#hand(match.id, match.method, answer);
  }

  #hand(id: number, method: string, answer: Answer): void {
    if (method !== 'initialize') {
      this.#deliver({ jsonrpc: '2.0', id, result: { answer } });
      return;
    }
    this.initializeAnswer = answer;
    this.#deliver(initializeMessage(id, answer));
  }

  #deliver(message: JSONRPCMessage): void {
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #dirt(text: string, bytes: number): void {
    this.notes.addDirt(text, bytes);
    if (this.notes.flooded) this.break('flooded stdout');
  }

  #tooLong(head: Buffer): void {
    if (this.#ending !== null) return;
    this.notes.tooLong++;
    this.#dirt(head.toString('utf8', 0, 1024), 0);
    const answer = malformed(`The server ${tooLongReason}.`);
    for (const { id, method } of this.#requests.takeAll()) this.#hand(id, method, answer);
  }

  #dropped(bytes: number): void {
    if (this.#ending !== null) return;
    this.notes.dirtyBytes += bytes;
    if (this.notes.flooded) this.break('flooded stdout');
  }
}

/** What the SDK is shown of the answer to `initialize`; `_meta` is left out, since a wrong one would hide the rest. */
function initializeMessage(id: number, answer: Answer): JSONRPCMessage {
  if (answer.kind === 'result' && isRecord(answer.result)) {
    const { _meta, ...result } = answer.result;
    return { jsonrpc: '2.0', id, result };
  }
  const { code, message } = answer.kind === 'error' ? answer : { code: 0, message: 'no result' };
  return { jsonrpc: '2.0', id, error: { code, message } };
}
