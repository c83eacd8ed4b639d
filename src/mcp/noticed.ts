import type { Finding } from '../result/model.ts';
import { finding } from './finding.ts';

const maxFindings = 100;

/** What calls noticed by the way, each once. */
export class Noticed {
  readonly #findings = new Map<string, Finding>();
  #dropped = 0;

  add(findings: readonly Finding[], dropped: number): void {
    this.#dropped += dropped;
    for (const found of findings) {
      if (this.#findings.size < maxFindings) this.#findings.set(`${found.check} ${found.message}`, found);
    }
  }

  findings(): Finding[] {
    const found = [...this.#findings.values()];
    if (this.#dropped === 0) return found;
    const message = `${this.#dropped} notifications during calls were not kept: more than 1,000 or 4 MiB in one call, or larger than 64 KiB.`;
    return [...found, finding('notifications-bounded', 'info', message)];
  }
}
