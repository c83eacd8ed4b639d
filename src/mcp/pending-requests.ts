import type { Answer } from './answer.ts';

export type Match =
  | { readonly kind: 'pending'; readonly id: number; readonly retyped: boolean }
  /** The answer to a request that was given up. */
  | { readonly kind: 'late' }
  | { readonly kind: 'stray' };

/** Which requests wait for an answer. */
export class PendingRequests {
  readonly #waiting = new Map<number, (answer: Answer | null) => void>();
  readonly #givenUp = new Set<number>();
  #sent = 0;

  /** @returns a new id, and what settles with its answer, or with null when none can come any more */
  open(): { readonly id: number; readonly answer: Promise<Answer | null> } {
    const id = this.#sent++;
    const answer = new Promise<Answer | null>((resolve) => this.#waiting.set(id, resolve));
    return { id, answer };
  }

  waitsFor(id: number): boolean {
    return this.#waiting.has(id);
  }

  giveUp(id: number): void {
    if (this.#waiting.delete(id)) this.#givenUp.add(id);
  }

  settle(id: number, answer: Answer | null): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(answer);
  }

  settleAll(answer: Answer | null): void {
    for (const id of this.#waiting.keys()) this.settle(id, answer);
  }

  /** Finds the request that an answer with this id belongs to. */
  match(id: unknown): Match {
    const number = this.#numberOf(id);
    if (number === null) return { kind: 'stray' };
    if (this.#waiting.has(number)) return { kind: 'pending', id: number, retyped: typeof id === 'string' };
    return this.#givenUp.delete(number) ? { kind: 'late' } : { kind: 'stray' };
  }

  #numberOf(id: unknown): number | null {
    if (typeof id === 'number') return id;
    if (typeof id === 'string') return /^\d{1,15}$/.test(id) ? Number(id) : null;
    // JSON-RPC lets a server answer without an id when it could not read the request's: clear only while one is out.
    const [only] = this.#waiting.keys();
    return id === null && this.#sent === 1 && only !== undefined ? only : null;
  }
}
