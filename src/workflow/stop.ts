/** When a run is to stop: by the platform's signal, or by its own deadline, whichever comes first. */
export class Stop {
  readonly #controller = new AbortController();
  readonly #deadline: number;
  #by: string | null = null;

  /** @param interrupt aborted with the signal's name */
  constructor(timeoutMs: number, interrupt: AbortSignal) {
    this.#deadline = Date.now() + timeoutMs;
    setTimeout(() => this.#stop(`the run's timeout of ${Math.round(timeoutMs / 1000)} s`), timeoutMs).unref();
    if (interrupt.aborted) this.#stop(String(interrupt.reason));
    interrupt.addEventListener('abort', () => this.#stop(String(interrupt.reason)), { once: true });
  }

  /** Aborts what is under way. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What ended the run, for a sentence; null while nothing did. */
  get by(): string | null {
    return this.#by;
  }

  secondsLeft(): number {
    return Math.max(1, Math.ceil((this.#deadline - Date.now()) / 1000));
  }

  /** Settles when the run is to stop, and never where it is not. */
  stopped(): Promise<void> {
    const { signal } = this.#controller;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** For a fault of ours: nothing may be made any more, but nobody interrupted the run. */
  abort(error: unknown): void {
    this.#controller.abort(error);
  }

  #stop(by: string): void {
    if (this.#by !== null) return;
    this.#by = by;
    this.#controller.abort(new Error(by));
  }
}
