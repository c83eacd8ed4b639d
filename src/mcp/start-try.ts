import type { Finding, Protocol, Startup } from '../result/model.ts';
import { Connection } from './connection.ts';
import type { Era } from './era.ts';
import { greet } from './greet.ts';
import { type Handshake, type HandshakeProblem, noProblem } from './handshake.ts';
import { untilHealthy } from './http/health.ts';
import type { HttpWire } from './http/http-wire.ts';
import { servesOldTransport } from './http/old-transport.ts';
import { failure } from './http/failure.ts';
import { openLine } from './line.ts';
import type { Reach, SessionOptions } from './model.ts';
import type { StartupFacts, StartupVerdict } from './startup-facts.ts';
import { startupOutcome } from './startup-outcome.ts';
import { quotable } from './text.ts';

/** A start that came to a handshake. */
export interface Started {
  readonly ok: true;
  readonly connection: Connection;
  readonly http: HttpWire | null;
  readonly protocol: Protocol;
  readonly findings: readonly Finding[];
  readonly startMs: number;
}

/** A start that did not; what was started for it has been ended. */
export interface Refusal {
  readonly ok: false;
  readonly startup: Startup;
  readonly findings: readonly Finding[];
  readonly otherEra: Extract<Handshake, { ok: false }>['otherEra'];
}

/** Starts one instance of a server (or reaches one that runs) and shakes hands in one era. Never rejects. */
export async function tryEra(reach: Reach, era: Era, options: SessionOptions): Promise<Started | Refusal> {
  const startedAt = performance.now();
  const opened = openLine(reach, era, options);
  if ('failed' in opened) return notStarted(opened.failed, reach, startedAt);
  const { line, http } = opened;
  const connection = new Connection(line, era, options);
  const deadline = startedAt + options.startTimeoutMs;
  const shaken =
    (await unhealthy(reach, http, deadline, options)) ?? (await greet(connection, deadline, options.startTimeoutMs));
  if (shaken.ok) {
    const { protocol, findings } = shaken;
    return { ok: true, connection, http, protocol, findings, startMs: performance.now() - startedAt };
  }
  const problem = era === 'legacy' ? await seeOldTransport(shaken.problem, http) : shaken.problem;
  return giveUp(connection, { problem, reach, era, startedAt, otherEra: shaken.otherEra });
}

/** Ends what was started and says why it came to no session. */
export async function giveUp(
  connection: Connection,
  {
    problem = noProblem,
    reach,
    era,
    startedAt,
    otherEra = 'no',
  }: {
    readonly problem?: HandshakeProblem;
    readonly reach: Reach;
    readonly era: Era;
    readonly startedAt: number;
    readonly otherEra?: Refusal['otherEra'];
  },
): Promise<Refusal> {
  const { wire } = connection;
  const { ending } = wire;
  const lastStderrLine = await connection.lastWords();
  const facts: StartupFacts = {
    ...problem,
    exit: ending?.kind === 'exited' ? ending.exit : problem.exit,
    stderrHead: connection.outputHead(),
    stderrTail: connection.outputTail(),
    lastStderrLine,
    stdoutDirt: wire.dirt,
    broken: ending?.kind === 'broken' ? ending.reason : problem.broken,
    reach: reach.kind === 'http' && reach.start === null ? 'remote' : reach.kind,
    asked: era === 'legacy' ? 'initialize' : 'server/discover',
  };
  const verdict = connection.aborted ? abortedVerdict : startupOutcome(facts);
  await connection.stop();
  const startup: Startup = {
    ...verdict,
    stderrTail: connection.outputTail(),
    exitCode: facts.exit?.exitCode ?? null,
    signal: facts.exit?.signal ?? null,
    attempts: [{ durationMs: performance.now() - startedAt, error: verdict.advice }],
  };
  return { ok: false, startup, findings: connection.findings(), otherEra: connection.aborted ? 'no' : otherEra };
}

/** No verdict on the server: the run did not let it finish. */
const abortedVerdict: StartupVerdict = {
  outcome: 'unreachable',
  advice: 'The run was aborted before the server was ready: run it again.',
};

function notStarted(said: string, reach: Reach, startedAt: number): Refusal {
  const advice =
    reach.start === null
      ? `The server cannot be asked at its address (${quotable(said)}): check the address, and the proxy where one is configured.`
      : `The process that runs the server could not be started (${quotable(said)}): check that this machine can run it.`;
  const attempts = [{ durationMs: performance.now() - startedAt, error: advice }];
  const none = { stderrTail: '', exitCode: null, signal: null };
  return { ok: false, startup: { outcome: 'unreachable', advice, ...none, attempts }, findings: [], otherEra: 'no' };
}

async function unhealthy(
  reach: Reach,
  http: HttpWire | null,
  deadline: number,
  { signal }: SessionOptions,
): Promise<Handshake | null> {
  const health = reach.kind === 'http' ? reach.endpoint.health : null;
  const path = health?.path ?? null;
  if (http === null || health === null || path === null) return null;
  const ended = new AbortController();
  void http.ended.then(() => ended.abort());
  const problem = await untilHealthy(
    http.client,
    { ...health, path },
    deadline,
    AbortSignal.any([signal, ended.signal]),
  );
  return problem === null ? null : { ok: false, problem: { ...noProblem, http: problem }, otherEra: 'no' };
}

/** A server of the transport of 2024 refuses what is posted to it, and can be told by its stream. */
async function seeOldTransport(problem: HandshakeProblem, http: HttpWire | null): Promise<HandshakeProblem> {
  const status = problem.http?.status ?? null;
  if (http === null || http.ending !== null || status === null || ![400, 404, 405].includes(status)) return problem;
  if (!(await servesOldTransport(http.client))) return problem;
  const found = 'The server speaks the old transport HTTP+SSE of revision 2024-11-05, which is not supported';
  return {
    ...problem,
    http: failure('notMcp', found, 'give the address of its streamable HTTP endpoint, often `/mcp`'),
  };
}
