import { type CircuitBreakerPolicy, circuitBreaker, ConsecutiveBreaker, handleWhenResult } from 'cockatiel';
import { sentence } from './show.ts';

/** What a case that was not run for want of a server begins its reason with. */
export const circuitBreakerPrefix = 'circuit breaker: ';

/** So many cases one after another that lost the server end the cases of that server. */
const threshold = 3;

/** What the breaker wants to know of a case that was run. */
export interface Breakable {
  /** How the server was lost, as a sentence; null where it was not. */
  readonly lost: string | null;
  /** The server could not be started again: it is not asked for once more. */
  readonly gone: boolean;
}

/** Keeps the cases of one server from starting a server again and again that always ends. */
export class CaseBreaker {
  readonly #circuit: CircuitBreakerPolicy = circuitBreaker(handleWhenResult(isLost), {
    breaker: new ConsecutiveBreaker(threshold),
    // The cases of one run take minutes: what is given up stays given up.
    halfOpenAfter: Infinity,
  });
  #reason: string | null = null;

  constructor() {
    this.#circuit.onBreak((why) => {
      const lost = 'value' in why && isBreakable(why.value) ? why.value.lost : null;
      this.#reason ??= reasonOf(`the server was lost in ${threshold} cases one after another`, lost);
    });
  }

  /** Why no further case is run, as a sentence that begins with the prefix; null while they are. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Runs one case. Must not be called where there is a `reason`. */
  async run<T extends Breakable>(runCase: () => Promise<T>): Promise<T> {
    const result = await this.#circuit.execute(runCase);
    if (result.gone) this.#reason ??= reasonOf('the server is gone', result.lost);
    return result;
  }
}

function reasonOf(what: string, lost: string | null): string {
  return sentence(`${circuitBreakerPrefix}${what}${lost === null ? '' : `: ${lost}`}`);
}

function isLost(result: unknown): boolean {
  return isBreakable(result) && result.lost !== null;
}

function isBreakable(value: unknown): value is Breakable {
  return typeof value === 'object' && value !== null && 'lost' in value && 'gone' in value;
}
