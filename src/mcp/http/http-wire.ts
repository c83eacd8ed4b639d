import { setTimeout as delay } from 'node:timers/promises';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import type { PipedProcess } from '../../process/piped.ts';
import type { Finding } from '../../result/model.ts';
import type { Era } from '../era.ts';
import { settledWithin } from '../settled-within.ts';
import type { Ending, Receiver, SendOptions, Wire } from '../wire.ts';
import { discard, type HttpClient, type HttpResponse } from './client.ts';
import { Exchange, type ExchangeParts } from './exchange.ts';
import { type HttpFailure, isInfrastructure } from './failure.ts';
import { agreedHeaders, postHeaders } from './headers.ts';
import { MessageReader } from './message-reader.ts';
import { HttpNotes } from './notes.ts';
import { StandingStream } from './standing-stream.ts';

/** After a connection failed, the end of the process that held it shows soon; and the other way round. */
const exitShowsMs = 500;
const deleteMs = 1000;
/** What is under way on the standing stream when an answer comes, arrives within this. */
const quietMs = 50;
const maxReplies = 100;
const sessionIdForm = /^[\x21-\x7e]{1,1024}$/;

/**
 * Streamable HTTP (MCP specification, "Transports"), of both eras. Ours and not the SDK's, whose transport reads bodies
 * and events without a bound, logs in by itself, drops what is no valid message and gives a thrown error for a status:
 * a tester has to see, and to name, each of these.
 */
export class HttpWire implements Wire {
  readonly streamPerRequest = true;
  readonly dirt = [];
  readonly overrun = null;
  readonly ended: Promise<Ending>;
  readonly client: HttpClient;
  readonly #url: string;
  readonly #era: Era;
  readonly #process: PipedProcess | null;
  readonly #notes: HttpNotes;
  readonly #closing = new AbortController();
  #parts: ExchangeParts | null = null;
  #standing: StandingStream | null = null;
  #ending: Ending | null = null;
  #resolveEnded: (ending: Ending) => void = () => {};
  #agreed: { revision: string | null; sessionId: string | null } = { revision: null, sessionId: null };
  #established = false;
  #replies = 0;
  readonly #underWay = new Set<Promise<void>>();

  constructor(client: HttpClient, url: string, era: Era, process: PipedProcess | null) {
    this.#url = url;
    this.#era = era;
    this.#process = process;
    this.client = client;
    this.#notes = new HttpNotes(this.client.secrets);
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    process?.stdin.on('error', () => {});
    if (process !== null) void this.#watchEnd(process);
  }

  get remote(): boolean {
    return this.#process === null;
  }

  get ending(): Ending | null {
    return this.#ending;
  }

  open(receiver: Receiver): void {
    const { client } = this;
    const reader = new MessageReader(receiver, this.#notes, client.secrets);
    const resume = this.#era === 'legacy' ? this.#stream.bind(this) : null;
    const fail = (id: number, failure: HttpFailure) => this.#failed(receiver, id, failure);
    this.#parts = { client, reader, receiver, notes: this.#notes, url: this.#url, resume, fail };
  }

  established(revision: string): void {
    this.#established = true;
    if (this.#era === 'modern' || this.#parts === null) return;
    this.#agreed.revision = revision;
    this.#standing = new StandingStream(this.#stream.bind(this), this.#parts.reader, this.#closing.signal);
  }

  async quiet(): Promise<void> {
    if (this.#standing?.isOpen === true) await delay(quietMs);
  }

  findings(): readonly Finding[] {
    return this.#notes.findings();
  }

  async send(message: JSONRPCMessage, options: SendOptions = {}): Promise<void> {
    if (this.#ending !== null || this.#parts === null) throw new Error('The session has ended.');
    if ('method' in message && 'id' in message && typeof message.id === 'number') {
      return this.#ask(this.#parts, message, message.id, message.method, options);
    }
    if (this.#replies >= maxReplies) return this.break('asks faster than it takes answers');
    this.#replies++;
    const response = await this.#post(message, 'a notification', options);
    this.#replies--;
    if ('kind' in response) return;
    if (response.status !== 202) this.#notes.unaccepted++;
    await discard(response);
  }

  break(reason: string): void {
    this.#finish({ kind: 'broken', reason });
    this.#process?.kill();
  }

  /** In the legacy era the server is told, where it keeps a session. */
  async close(): Promise<void> {
    if (this.#ending === null && this.#agreed.sessionId !== null) {
      const signal = AbortSignal.timeout(deleteMs);
      const headers = agreedHeaders(this.#agreed);
      const response = await this.client.request({ method: 'DELETE', asked: 'DELETE', headers, signal });
      if (!('kind' in response)) await discard(response);
    }
    this.#finish({ kind: 'closed' });
    await this.client.close();
  }

  async #ask(parts: ExchangeParts, message: JSONRPCMessage, id: number, method: string, options: SendOptions) {
    const signal = this.#until(options);
    const response = await this.#post(message, method, options);
    if ('kind' in response) return this.#failed(parts.receiver, id, response);
    if (method === 'initialize') this.#takeSessionId(response);
    if (response.status === 404 && this.#agreed.sessionId !== null) {
      await discard(response);
      return this.break('no longer knows the session (HTTP 404)');
    }
    if (response.status === 401 || response.status === 403) {
      return parts.receiver.settle(id, { kind: 'failed', failure: await this.client.failureOf(response, method) });
    }
    const reading = new Exchange(parts, id, method, signal).read(response);
    this.#underWay.add(reading);
    await reading;
    this.#underWay.delete(reading);
  }

  /** Where a process is behind it, its end says more than a connection that broke. */
  async #failed(receiver: Receiver, id: number, failure: HttpFailure): Promise<void> {
    const broken = this.#established && isInfrastructure(failure);
    if (this.#process !== null && broken) await settledWithin(this.ended, exitShowsMs);
    if (this.#ending !== null) return;
    if (broken && failure.kind === 'unreachable') return this.#loseTouch();
    receiver.settle(id, { kind: 'failed', failure });
  }

  #loseTouch(): void {
    const reason = 'could not be reached any more';
    if (this.remote) this.#finish({ kind: 'lost', reason });
    else this.break(reason);
  }

  /** What a server sent before it ended is read first. */
  async #watchEnd({ exited }: PipedProcess): Promise<void> {
    const exit = await exited;
    await settledWithin(Promise.all(this.#underWay), exitShowsMs);
    this.#finish({ kind: 'exited', exit });
  }

  #until({ signal }: SendOptions): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal]);
  }

  async #post(message: JSONRPCMessage, asked: string, options: SendOptions): Promise<HttpResponse | HttpFailure> {
    const signal = this.#until(options);
    const headers = { ...options.headers, ...postHeaders(message, this.#era, this.#agreed) };
    return this.client.request({ method: 'POST', asked, headers, body: JSON.stringify(message), signal });
  }

  /** A stream by GET: the standing one, or with an id the rest of one that broke off. */
  #stream(lastEventId: string | null, signal: AbortSignal): Promise<HttpResponse | HttpFailure> {
    const resumed = lastEventId === null ? {} : { 'last-event-id': lastEventId };
    const headers = { accept: 'text/event-stream', ...agreedHeaders(this.#agreed), ...resumed };
    return this.client.request({ method: 'GET', asked: 'GET', headers, signal });
  }

  #takeSessionId(response: HttpResponse): void {
    const id = response.header('mcp-session-id');
    if (id === null) return;
    if (sessionIdForm.test(id)) this.#agreed.sessionId = id;
    else this.#notes.badSessionId = true;
  }

  #finish(ending: Ending): void {
    if (this.#ending !== null) return;
    this.#ending = ending;
    this.#closing.abort();
    this.#resolveEnded(ending);
  }
}
