import { isShallow } from '../message.ts';
import type { HttpEndpoint } from '../model.ts';
import { isRecord, quotable } from '../text.ts';

const shown = '[secret]';
/** Shorter values of headers are words that stand everywhere. */
const shortestHeader = 4;
const longestQuoted = 64 * 1024;

/**
 * What must not be seen, whatever a server echoes. Credentials are taken out of everything it sends; values of headers,
 * which may be plain words too, only out of what is said about it.
 */
export class Secrets {
  readonly #credentials = new Set<string>();
  readonly #headers: readonly string[];

  constructor({ auth, headers }: Pick<HttpEndpoint, 'auth' | 'headers'>) {
    this.#headers = Object.values(headers).filter((value) => value.length >= shortestHeader);
    if (auth?.kind === 'bearer') this.add(auth.token);
    if (auth?.kind !== 'clientCredentials') return;
    this.add(auth.clientSecret);
    this.add(Buffer.from(`${auth.clientId}:${auth.clientSecret}`).toString('base64'));
  }

  /** From here on this one is a secret too. */
  add(secret: string): void {
    for (const form of [secret, encodeURIComponent(secret.toWellFormed())])
      if (form !== '') this.#credentials.add(form);
  }

  /** @returns what a server sent as JSON, without credentials */
  cleanse(value: unknown): unknown {
    return this.#credentials.size > 0 && isShallow(value) ? this.#cleanse(value) : value;
  }

  /** @returns foreign text for use inside a sentence, without any secret */
  quotable(text: string, length?: number): string {
    const whole = text.slice(0, longestQuoted);
    const clean = this.#headers.reduce((left, secret) => left.replaceAll(secret, shown), this.#without(whole));
    return quotable(clean, length);
  }

  #cleanse(value: unknown): unknown {
    if (typeof value === 'string') return this.#without(value);
    if (Array.isArray(value)) return value.map((item) => this.#cleanse(item));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.#without(key), this.#cleanse(item)]));
  }

  #without(text: string): string {
    let left = text;
    for (const secret of this.#credentials) left = left.replaceAll(secret, shown);
    return left;
  }
}
