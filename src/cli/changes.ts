/** Editors write a file in several steps: a change counts when nothing followed it for this long. */
const quietMs = 150;

/** Gathers what changed until somebody asks for it. */
export class Changes {
  readonly #interrupt: AbortSignal;
  #paths = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #settled: (() => void) | null = null;
  #quiet = true;

  constructor(interrupt: AbortSignal) {
    this.#interrupt = interrupt;
    interrupt.addEventListener('abort', () => this.#settled?.(), { once: true });
  }

  add(path: string): void {
    this.#paths.add(path);
    this.#quiet = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#quiet = true;
      this.#settled?.();
    }, quietMs);
  }

  /** @returns what has changed since it was asked last, sorted; waits for something. Nothing after an interruption. */
  async next(): Promise<string[]> {
    while (!this.#interrupt.aborted) {
      if (this.#paths.size > 0 && this.#quiet) {
        const paths = [...this.#paths].sort();
        this.#paths = new Set();
        return paths;
      }
      await new Promise<void>((resolve) => (this.#settled = resolve));
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    return [];
  }
}
