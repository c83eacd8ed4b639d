import type { Heard } from './model.ts';
import { cut, isRecord, jsonBytes } from './text.ts';

const maxKept = 1000;
const maxBytes = 64 * 1024;
const maxBytesInAll = 4 * 1024 * 1024;
const maxMethod = 200;

type Params = Readonly<Record<string, unknown>>;

/** Gathers what comes from the server during one call. Of each kind 1,000 are kept, each of at most 64 KiB, 4 MiB in all. */
export class Hearing {
  readonly #progress: Params[] = [];
  readonly #logs: Params[] = [];
  readonly #requests: { method: string; answered: boolean }[] = [];
  /** A call of several rounds has a token for each. */
  readonly #tokens = new Set<number>();
  #dropped = 0;
  #bytes = 0;

  /** How many notifications were too many or too large to be kept. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Progress under this token belongs to the call. */
  expect(token: number): void {
    this.#tokens.add(token);
  }

  notification(method: string, params: unknown): void {
    if (!isRecord(params)) return;
    if (method === 'notifications/message') this.#keep(this.#logs, params);
    if (method === 'notifications/progress' && this.#owns(params['progressToken'])) this.#keep(this.#progress, params);
  }

  request(method: string, answered: boolean): void {
    if (this.#requests.length < maxKept) this.#requests.push({ method: cut(method, maxMethod), answered });
  }

  heard(): Heard {
    return { progress: [...this.#progress], logs: [...this.#logs], requests: [...this.#requests] };
  }

  #owns(token: unknown): boolean {
    return typeof token === 'number' && this.#tokens.has(token);
  }

  #keep(list: Params[], params: Params): void {
    const bytes = list.length < maxKept ? jsonBytes(params) : 0;
    if (list.length === maxKept || bytes > maxBytes || this.#bytes + bytes > maxBytesInAll) {
      this.#dropped++;
      return;
    }
    this.#bytes += bytes;
    list.push(params);
  }
}
