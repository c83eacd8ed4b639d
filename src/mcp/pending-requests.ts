import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { isRecord } from './text.ts';

export type Match =
  | { readonly kind: 'pending'; readonly id: number; readonly method: string; readonly retyped: boolean }
  /** The answer to a request that was given up. */
  | { readonly kind: 'late' }
  | { readonly kind: 'stray' };

/** Which requests wait for an answer, read off what is sent. The SDK numbers its requests. */
export class PendingRequests {
  readonly #waiting = new Map<number, string>();
  readonly #givenUp = new Set<number>();
  #sent = 0;

  sent(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    if ('id' in message) {
      this.#sent++;
      if (typeof message.id === 'number') this.#waiting.set(message.id, message.method);
    } else if (message.method === 'notifications/cancelled') {
      const id = isRecord(message.params) ? message.params['requestId'] : undefined;
      if (typeof id === 'number' && this.#waiting.delete(id)) this.#givenUp.add(id);
    }
  }

  /** Takes the request that an answer with this id belongs to. */
  take(id: unknown): Match {
    const number = this.#numberOf(id);
    if (number === null) return { kind: 'stray' };
    const method = this.#waiting.get(number);
    if (method === undefined) return this.#givenUp.delete(number) ? { kind: 'late' } : { kind: 'stray' };
    this.#waiting.delete(number);
    return { kind: 'pending', id: number, method, retyped: typeof id === 'string' };
  }

  /** Takes all that wait. */
  takeAll(): { readonly id: number; readonly method: string }[] {
    const all = [...this.#waiting].map(([id, method]) => ({ id, method }));
    this.#waiting.clear();
    return all;
  }

  #numberOf(id: unknown): number | null {
    if (typeof id === 'number') return id;
    if (typeof id === 'string') return /^\d{1,15}$/.test(id) ? Number(id) : null;
    // JSON-RPC lets a server answer without an id when it could not read the request's: clear only while one is out.
    const [only] = this.#waiting.keys();
    return id === null && this.#sent === 1 && only !== undefined ? only : null;
  }
}
