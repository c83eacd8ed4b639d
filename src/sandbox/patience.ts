import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateDirectories } from './state.ts';

/** One hosted image had podman hang in a third of the jobs: no call is without a deadline. */
export const shortDeadlineMs = 30_000;
/** For every call after one that hung, until one does not: a cleanup would wait for each of them. */
const hangingDeadlineMs = 2000;
/** Of `podman info` to the first call of a cleanup, which may come while the machine is busier than it was. */
const slack = 4;
const leastMs = 5000;

/** On this machine, whoever called it. */
let podman: 'unknown' | 'answers' | 'hangs' = 'unknown';

/**
 * How long a cleanup from outside waits for podman. Its time is short (a runner gives a cancelled job five minutes for all
 * post steps), and a podman that hangs once mostly hangs again: the first call gets what this machine should need, the next
 * ones little until one is answered.
 */
export class Patience {
  readonly #firstMs: number;

  /** @param answerMs milliseconds that podman took to answer when it did; null where nobody knows */
  constructor(answerMs: number | null) {
    this.#firstMs = answerMs === null ? shortDeadlineMs : Math.max(leastMs, slack * answerMs);
  }

  /** @returns the deadline of the next call, not above what it would have otherwise */
  deadline(deadlineMs: number): number {
    if (podman === 'answers') return deadlineMs;
    return Math.min(deadlineMs, podman === 'hangs' ? hangingDeadlineMs : this.#firstMs);
  }

  /** To be told how each call ended. */
  heard(result: { readonly timedOut: boolean }): void {
    podman = result.timedOut ? 'hangs' : 'answers';
  }
}

/** Kept from run to run: post comes also where main removed all that it had written. */
const noteName = 'podman-ms';

/** Notes the milliseconds that podman took to answer. Never rejects: a cleanup can do without. */
export async function noteAnswer({ cache }: StateDirectories, answerMs: number): Promise<void> {
  await mkdir(cache, { recursive: true })
    .then(() => writeFile(join(cache, noteName), String(Math.round(answerMs))))
    .catch(() => {});
}

/** With what {@link noteAnswer} noted last on this machine. Never rejects. */
export async function patienceHere({ cache }: StateDirectories): Promise<Patience> {
  const text = await readFile(join(cache, noteName), 'utf8').catch(() => '');
  return new Patience(/^\d+$/u.test(text) ? Number(text) : null);
}
