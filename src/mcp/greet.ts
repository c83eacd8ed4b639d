import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Connection } from './connection.ts';
import type { Handshake } from './handshake.ts';
import { shakeHands } from './legacy-handshake.ts';
import { discover } from './modern-handshake.ts';

type Params = Readonly<Record<string, unknown>>;

/** How soon a server that does not listen yet is asked again, first and later. */
const firstPauseMs = 25;
const longestPauseMs = 250;

/** Shakes hands in the era of the connection. @param deadline as `performance.now()` counts */
export function greet(connection: Connection, deadline: number, startTimeoutMs: number): Promise<Handshake> {
  const ask = (method: string, params: Params | null) => askUntilItListens(connection, method, params, deadline);
  return (connection.peer.era === 'legacy' ? shakeHands : discover)(connection, ask, startTimeoutMs);
}

/** A process of ours listens when it is ready, and says so in no other way. */
async function askUntilItListens(
  connection: Connection,
  method: string,
  params: Params | null,
  deadline: number,
): Promise<Answer> {
  let lastFailure: Answer | null = null;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const timeoutMs = deadline - performance.now();
    const answer =
      timeoutMs <= 0 ? ({ kind: 'timeout' } as const) : await connection.peer.request(method, params, { timeoutMs });
    // That nothing listened says more than that the time is over.
    if (answer.kind === 'timeout') return lastFailure ?? answer;
    if (answer.kind !== 'failed' || !answer.failure.notYet || !connection.owned) return answer;
    lastFailure = answer;
    await Promise.race([delay(pauseMs), connection.wire.ended]);
  }
}
