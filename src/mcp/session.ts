import type { Finding } from '../result/model.ts';
import { type CallParts, call } from './call.ts';
import { HealthMonitor } from './health-monitor.ts';
import type { HealthCheck, Session } from './model.ts';
import { Noticed } from './noticed.ts';
import { healthOf } from './session-health.ts';
import type { Started } from './start-try.ts';
import type { SurfaceReading } from './surface.ts';
import { isRecord } from './text.ts';
import { Turns } from './turns.ts';

/** The answer says nothing that is needed. */
const loggingMs = 5000;

export interface SessionParts {
  readonly reading: SurfaceReading;
  readonly timings: Session['timings'];
  readonly health: HealthCheck | null;
  readonly signal: AbortSignal;
}

/** @returns the session over a connection whose handshake is done. Calls made at the same time are sent one after another. */
export function liveSession(started: Started, { reading, timings, health, signal }: SessionParts): Session {
  const { connection } = started;
  const turns = new Turns();
  const noticed = new Noticed();
  const { surface } = reading;
  const { peer, wire } = connection;
  const parts: CallParts = { peer, wire, surface, onFindings: (found, dropped) => noticed.add(found, dropped) };
  if (peer.era === 'legacy' && isRecord(surface.protocol.capabilities) && 'logging' in surface.protocol.capabilities) {
    // Asked for once, and of those only that declare it: without it a server may send its log, or parts, or nothing.
    void turns.take(() => peer.request('logging/setLevel', { level: 'debug' }, { timeoutMs: loggingMs }));
  }
  const monitor =
    health === null ? null : new HealthMonitor(healthOf(started, turns, health, signal), health.intervalMs);
  return {
    surface,
    timings,
    get alive() {
      return connection.alive;
    },
    request: (request, timeoutMs) => turns.take(() => call(parts, request, timeoutMs)),
    answerWith: (client) => connection.desk.answerWith(client),
    findings: (): readonly Finding[] => [
      ...reading.findings,
      ...noticed.findings(),
      ...connection.findings(),
      ...(monitor?.findings() ?? []),
    ],
    stderrTail: () => connection.outputTail(),
    close: () => {
      monitor?.stop();
      return connection.stop();
    },
  };
}
