import type { Finding } from '../result/model.ts';
import { finding } from './finding.ts';
import { longestTimer } from './limited.ts';

/** What one question for the health came to; `found` is a sentence without its full stop. */
export type Health = { readonly kind: 'well' | 'notAsked' } | { readonly kind: 'ill'; readonly found: string };

export type AskHealth = () => Promise<Health>;

/** Asks a server for its health every interval, for as long as its session lives. */
export class HealthMonitor {
  readonly #ask: AskHealth;
  readonly #timer: NodeJS.Timeout;
  #asking = false;
  #asked = 0;
  #failed = 0;
  #last = '';

  constructor(ask: AskHealth, intervalMs: number) {
    this.#ask = ask;
    this.#timer = setInterval(() => void this.#turn(), Math.min(intervalMs, longestTimer));
    // It must not keep a process alive that is done otherwise.
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  findings(): Finding[] {
    if (this.#failed === 0) return [];
    const message = `${this.#failed} of ${this.#asked} health checks failed during the session; the last that did: ${this.#last}.`;
    return [finding('health', 'medium', message, { evidence: { asked: this.#asked, failed: this.#failed } })];
  }

  async #turn(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const health = await this.#ask();
    this.#asking = false;
    if (health.kind !== 'notAsked') this.#asked++;
    if (health.kind !== 'ill') return;
    this.#failed++;
    this.#last = health.found;
  }
}
