import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import type { Exit } from '../process/piped.ts';
import type { Finding } from '../result/model.ts';
import type { Answer } from './answer.ts';
import type { Incoming } from './message.ts';

/** Why no more message can come. */
export type Ending =
  | { readonly kind: 'exited'; readonly exit: Exit }
  | { readonly kind: 'stdoutClosed' }
  /** We ended it; `reason` continues "the server …". */
  | { readonly kind: 'broken'; readonly reason: string }
  /** The connection to a server that runs elsewhere is gone, which is nobody's verdict on it; `reason` as above. */
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'closed' };

/** Who takes what comes over a wire. */
export interface Receiver {
  take(incoming: Exclude<Incoming, { kind: 'dirt' }>): void;
  /** No other answer than this will come to the request with this id. */
  settle(id: number, answer: Answer): void;
  /** The same for all that wait. */
  settleAll(answer: Answer): void;
  waitsFor(id: number): boolean;
}

export interface SendOptions {
  /** Ends the exchange that a request opened, where it opened one. */
  readonly signal?: AbortSignal;
  /** Where the wire knows headers: further ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How messages get to one instance of a server and back: over stdio, or over HTTP. */
export interface Wire {
  /** Whether a request has a stream of its own, whose end tells the server that it was given up. */
  readonly streamPerRequest: boolean;
  /** Nothing here runs the server: a connection may break that it did not break. */
  readonly remote: boolean;
  /** null while the session lives. */
  readonly ending: Ending | null;
  /** Settles when no more message can come; never rejects. */
  readonly ended: Promise<Ending>;
  /** The first lines that stood where only messages may stand. */
  readonly dirt: readonly string[];
  /** Why an answer was lost that the server did send, continuing "the server …"; null where none was. */
  readonly overrun: string | null;
  /** Begins to read. */
  open(receiver: Receiver): void;
  /** The handshake is done, and this revision was agreed. */
  established(revision: string): void;
  /** Settles when what came before an answer, but on another connection, has had its time to arrive. */
  quiet(): Promise<void>;
  /** Resolves when the message was taken over; rejects when it cannot be any more. */
  send(message: JSONRPCMessage, options?: SendOptions): Promise<void>;
  /** What was noticed of the way the server uses the wire. */
  findings(): readonly Finding[];
  /** Ends the session. @param reason continues "the server …" */
  break(reason: string): void;
  /** Takes no more messages. Never rejects. */
  close(): Promise<void>;
}
