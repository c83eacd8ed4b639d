import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { type Answer, malformed, readAnswer } from './answer.ts';
import type { ClientDesk } from './client-desk.ts';
import { endingSentence } from './ending.ts';
import { type Era, modernMeta } from './era.ts';
import type { Hearing } from './heard.ts';
import { limited } from './limited.ts';
import type { Incoming } from './message.ts';
import { PeerNotes } from './peer-notes.ts';
import { PendingRequests } from './pending-requests.ts';
import { settledWithin } from './settled-within.ts';
import { isRecord } from './text.ts';
import type { Receiver, Wire } from './wire.ts';

const endsAfterFailedWriteMs = 2000;
const methodNotFound = -32601;

type Params = Readonly<Record<string, unknown>>;

export interface PeerOptions {
  readonly era: Era;
  readonly desk: ClientDesk;
  readonly signal: AbortSignal;
  /** The last line that the server printed, for a sentence, when all of it has been read; may be empty. */
  readonly lastWords: () => Promise<string>;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  /** A progress token goes with the request; see {@link Peer.hear}. */
  readonly hearing?: Hearing;
  /** Further keys of `_meta`. */
  readonly meta?: Params;
  /** Further HTTP headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Speaks JSON-RPC with one instance of a server, in one era, over any wire.
 *
 * The SDK's client is not used for this: it mends, strips or refuses what a tester has to see (in the modern era it
 * validates every known result before its caller is asked), and validates what servers ask before a handler sees it.
 */
export class Peer implements Receiver {
  readonly notes = new PeerNotes();
  readonly #wire: Wire;
  readonly #options: PeerOptions;
  readonly #pending = new PendingRequests();
  #hearing: Hearing | null = null;

  constructor(wire: Wire, options: PeerOptions) {
    this.#wire = wire;
    this.#options = options;
    void wire.ended.then(() => this.#pending.settleAll(null));
    wire.open(this);
  }

  get era(): Era {
    return this.#options.era;
  }

  /** Sends one request and says what it came to; a request given up is cancelled. Never rejects. */
  async request(method: string, params: Params | null, options: RequestOptions): Promise<Answer> {
    if (this.#options.signal.aborted) return { kind: 'aborted' };
    if (this.#wire.ending !== null) return this.#closed(`before ${method}`);
    const { id, answer } = this.#pending.open();
    const exchange = new AbortController();
    options.hearing?.expect(id);
    const message = { jsonrpc: '2.0' as const, id, method, ...this.#params(params, id, options) };
    this.#wire.send(message, { signal: exchange.signal, headers: options.headers ?? {} }).catch(() => this.#lost(id));
    const outcome = await limited(answer, options.timeoutMs, this.#options.signal);
    if (outcome === 'timeout' || outcome === 'aborted') {
      this.#cancel(id, method, outcome);
      exchange.abort();
      return { kind: outcome };
    }
    if (outcome !== null) return outcome;
    return this.#options.signal.aborted ? { kind: 'aborted' } : this.#closed(`during ${method}`);
  }

  /** From here on this one hears what comes from the server besides answers; null: nobody. */
  hear(hearing: Hearing | null): void {
    this.#hearing = hearing;
  }

  /** Sends a notification; one that cannot be sent is no matter. */
  notify(method: string, params: Params | null = null): Promise<void> {
    const message = { jsonrpc: '2.0' as const, method, ...this.#params(params, null, {}) };
    return this.#wire.send(message).catch(() => {});
  }

  take(incoming: Exclude<Incoming, { kind: 'dirt' }>): void {
    switch (incoming.kind) {
      case 'answer':
        return this.#answer(incoming.id, readAnswer(incoming.message));
      case 'spoiledAnswer':
        return this.#answer(incoming.id, malformed(`The server ${incoming.reason}.`));
      case 'unread':
        return this.settleAll(malformed(`The server ${incoming.reason}.`));
      case 'notification':
        if (/^notifications\/\w+\/list_changed$/u.test(incoming.method)) this.notes.addListChange();
        return this.#hearing?.notification(incoming.method, paramsOf(incoming.message));
      case 'request':
        return this.#asked(incoming.method, incoming.message);
    }
  }

  settle(id: number, answer: Answer): void {
    this.#pending.settle(id, answer);
  }

  settleAll(answer: Answer): void {
    this.#pending.settleAll(answer);
  }

  waitsFor(id: number): boolean {
    return this.#pending.waitsFor(id);
  }

  /** Answers a question of the server's as the desk says, and remembers that it was asked. */
  consult(method: string, params: unknown): ReturnType<ClientDesk['answer']> {
    const answer = this.#options.desk.answer(method, params);
    if (answer.kind === 'unknown') this.notes.addRequest(method);
    this.#hearing?.request(method, answer.kind === 'result');
    return answer;
  }

  #answer(id: unknown, answer: Answer): void {
    const match = this.#pending.match(id);
    if (match.kind === 'stray') this.notes.strayAnswers++;
    if (match.kind !== 'pending') return;
    if (match.retyped) this.notes.retypedIds++;
    if (answer.kind === 'result' && this.era === 'modern' && !('resultType' in answer.result)) {
      this.notes.untypedResults++;
    }
    this.#pending.settle(match.id, answer);
  }

  #asked(method: string, message: JSONRPCMessage): void {
    if (!('id' in message) || message.id === undefined) return;
    const { id } = message;
    if (this.era === 'modern') {
      // A client of this era writes no answers (specification 2026-07-28, stdio).
      this.notes.addRequest(method);
      this.#hearing?.request(method, false);
      return;
    }
    if (method === 'ping') return this.#reply({ jsonrpc: '2.0', id, result: {} });
    const answer = this.consult(method, paramsOf(message));
    if (answer.kind === 'result') return this.#reply({ jsonrpc: '2.0', id, result: { ...answer.result } });
    const { code, message: text } =
      answer.kind === 'declined' ? answer : { code: methodNotFound, message: 'Method not found' };
    return this.#reply({ jsonrpc: '2.0', id, error: { code, message: text } });
  }

  #reply(message: JSONRPCMessage): void {
    this.#wire.send(message).catch(() => {});
  }

  #params(params: Params | null, token: number | null, { hearing, meta }: Partial<RequestOptions>) {
    const own = isRecord(params?.['_meta']) ? params['_meta'] : {};
    const era = this.era === 'modern' ? modernMeta(this.#options.desk.capabilities) : {};
    const progress = hearing === undefined || token === null ? {} : { progressToken: token };
    const all = { ...era, ...progress, ...meta, ...own };
    if (Object.keys(all).length === 0) return params === null ? {} : { params: { ...params } };
    return { params: { ...params, _meta: all } };
  }

  #cancel(id: number, method: string, reason: string): void {
    this.#pending.giveUp(id);
    // The end of its stream says the same in the modern era; initialize must not be cancelled (specification, "Cancellation").
    if (method === 'initialize' || (this.era === 'modern' && this.#wire.streamPerRequest)) return;
    void this.notify('notifications/cancelled', { requestId: id, reason });
  }

  /** A write failed: the reason shows soon; a server that only closed its stdin is of no use either. */
  async #lost(id: number): Promise<void> {
    if (!(await settledWithin(this.#wire.ended, endsAfterFailedWriteMs))) this.#wire.break('closed its stdin');
    this.#pending.settle(id, null);
  }

  async #closed(when: string): Promise<Answer> {
    const { ending } = this.#wire;
    const reason = endingSentence(ending, await this.#options.lastWords(), when);
    return { kind: ending?.kind === 'lost' ? 'lost' : 'closed', reason };
  }
}

function paramsOf(message: JSONRPCMessage): unknown {
  return 'params' in message ? message.params : undefined;
}
