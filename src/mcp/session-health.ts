import type { AskHealth } from './health-monitor.ts';
import { askForHealth } from './http/health.ts';
import type { HealthCheck } from './model.ts';
import type { Started } from './start-try.ts';
import { showMs } from './text.ts';
import type { Turns } from './turns.ts';

const well = { kind: 'well' } as const;
const notAsked = { kind: 'notAsked' } as const;

/** How a server is asked for its health during its session: by its path at any time, by the protocol between calls. */
export function healthOf(
  { connection, http }: Started,
  turns: Turns,
  health: HealthCheck,
  signal: AbortSignal,
): AskHealth {
  const { path, timeoutMs } = health;
  const { peer } = connection;
  const over = () => !connection.alive || signal.aborted;
  return async () => {
    if (over()) return notAsked;
    if (http !== null && path !== null) {
      const problem = await askForHealth(http.client, path, timeoutMs, signal);
      if (problem === null) return well;
      // What ends the session ends the question as well.
      return over() ? notAsked : { kind: 'ill', found: problem.found };
    }
    if (turns.busy) return notAsked;
    const method = peer.era === 'legacy' ? 'ping' : 'server/discover';
    const answer = await turns.take(() => peer.request(method, null, { timeoutMs }));
    if (answer.kind === 'result') return well;
    if (answer.kind === 'timeout') return ill(`${method} was not answered within ${showMs(timeoutMs)}`);
    if (answer.kind === 'error') return ill(`${method} was answered with error ${answer.code}`);
    return answer.kind === 'failed' ? ill(answer.failure.found) : notAsked;
  };
}

function ill(found: string) {
  return { kind: 'ill', found } as const;
}
