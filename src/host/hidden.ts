import { redactor, type Redact } from '../text/untrusted.ts';

/** What a host hides in everything that it writes. */
export class Hidden {
  readonly #secrets = new Set<string>();
  #redact: Redact = (text) => text;

  add(secret: string): void {
    this.#secrets.add(secret);
    this.#redact = redactor([...this.#secrets]);
  }

  /** @returns `text` without any of them, also where they are encoded */
  in(text: string): string {
    return this.#redact(text);
  }
}
