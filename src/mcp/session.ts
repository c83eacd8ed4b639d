import type { Finding } from '../result/model.ts';
import type { Answer } from './answer.ts';
import type { Connection } from './connection.ts';
import type { CallOutcome, Session } from './model.ts';
import { stdoutFindings } from './stdout-findings.ts';
import type { SurfaceReading } from './surface.ts';

/** @returns the session over an initialized connection. Calls made at the same time are sent one after another. */
export function liveSession(connection: Connection, reading: SurfaceReading, timings: Session['timings']): Session {
  let previous: Promise<unknown> = Promise.resolve();
  return {
    surface: reading.surface,
    timings,
    get alive() {
      return connection.alive;
    },
    callTool(name, args, timeoutMs) {
      const call = previous.then(() => callTool(connection, { name, arguments: args }, timeoutMs));
      previous = call;
      return call;
    },
    findings: (): readonly Finding[] => [...reading.findings, ...stdoutFindings(connection.transport.notes)],
    stderrTail: () => connection.stderr.tail(),
    close: () => connection.stop(),
  };
}

async function callTool(
  connection: Connection,
  params: Readonly<Record<string, unknown>>,
  timeoutMs: number,
): Promise<CallOutcome> {
  const started = performance.now();
  const answer = await connection.request('tools/call', params, timeoutMs);
  return outcomeOf(answer, performance.now() - started);
}

function outcomeOf(answer: Answer, durationMs: number): CallOutcome {
  if (answer.kind !== 'error') return { ...answer, durationMs };
  const { kind: _, ...error } = answer;
  return { kind: 'protocolError', ...error, durationMs };
}
