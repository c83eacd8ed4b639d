import { ProtocolError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import type { PipedProcess } from '../process/piped.ts';
import type { Startup } from '../result/model.ts';
import { Connection } from './connection.ts';
import { initializeProblem, readProtocol } from './initialize-answer.ts';
import type { OpenResult, SessionOptions, StartServer } from './model.ts';
import { liveSession } from './session.ts';
import { type StartupFacts, startupOutcome, type StartupVerdict } from './startup-outcome.ts';
import { stdoutFindings } from './stdout-findings.ts';
import { readSurface } from './surface.ts';
import { quotable } from './text.ts';

/** The server refuses `initialize` because it speaks only a revision without it. */
const unsupportedVersion = -32022;

/**
 * Starts a server, shakes hands (`initialize`, no client capabilities) and lists what it offers. `startTimeoutMs`
 * bounds the handshake, and once more all lists together. Never rejects: a start that ends in no session is told by
 * its outcome with one sentence of advice, and its process has been ended.
 */
export async function openSession(start: StartServer, options: SessionOptions): Promise<OpenResult> {
  const startedAt = performance.now();
  const process = tryStart(start);
  if ('failure' in process) return refused(process.failure, null, startedAt);
  const connection = new Connection(process, options);
  const problem = await shakeHands(connection, options.startTimeoutMs);
  const startMs = performance.now() - startedAt;
  if (problem !== null) return giveUp(connection, problem, startedAt);

  const answer = connection.transport.initializeAnswer;
  const { protocol, findings } = readProtocol(answer?.kind === 'result' ? answer.result : {});
  const reading = await readSurface(connection, protocol, options.startTimeoutMs);
  const listMs = performance.now() - startedAt - startMs;
  if (connection.aborted || !connection.alive) return giveUp(connection, noProblem, startedAt);
  const all = { ...reading, findings: [...findings, ...reading.findings] };
  return { ok: true, session: liveSession(connection, all, { startMs, listMs }) };
}

type HandshakeProblem = Pick<StartupFacts, 'timedOutAfterMs' | 'initError' | 'exit' | 'broken'>;
const noProblem: HandshakeProblem = { timedOutAfterMs: null, initError: null, exit: null, broken: null };
/** For an exit that follows a failed write. */
const exitMs = 1000;

function tryStart(start: StartServer): PipedProcess | { failure: StartupVerdict } {
  try {
    return start();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const advice = `The process that runs the server could not be started (${quotable(said)}): check that this machine can run it.`;
    return { failure: { outcome: 'unreachable', advice } };
  }
}

async function shakeHands(connection: Connection, timeoutMs: number): Promise<HandshakeProblem | null> {
  try {
    await connection.initialize(timeoutMs);
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return wrongAnswer(connection, error.message);
    if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) {
      return { ...noProblem, timedOutAfterMs: timeoutMs };
    }
    const said = error instanceof Error ? error.message : String(error);
    if (connection.transport.initializeAnswer !== null) return wrongAnswer(connection, said);
    await connection.settled();
    // The SDK closes the transport when a write fails, and that may come before the exit.
    return { ...noProblem, exit: await connection.exitWithin(exitMs) };
  }
}

/** An answer came, and no session from it. @param said what the SDK says of it, for want of anything better */
async function wrongAnswer(connection: Connection, said: string): Promise<HandshakeProblem> {
  const answer = connection.transport.initializeAnswer;
  if (connection.transport.notes.tooLong > 0) {
    return { ...noProblem, broken: 'wrote a line of more than 16 MiB on stdout' };
  }
  if (answer?.kind === 'result') {
    const known = initializeProblem(answer.result);
    // A good answer, and the server was gone before it could be told so.
    const exit = known === null ? await connection.exitWithin(exitMs) : null;
    if (exit !== null) return { ...noProblem, exit };
    return {
      ...noProblem,
      initError: { text: '', phrase: known ?? `in a way that cannot be used (${quotable(said)})` },
    };
  }
  if (answer?.kind !== 'error' || answer.code === 0)
    return { ...noProblem, initError: { text: said, phrase: `wrongly (${said})` } };
  const modern =
    answer.code === unsupportedVersion
      ? '; it may speak only revisions from 2026-07-28 on, which are not yet supported'
      : '';
  const phrase = `with error ${answer.code} "${quotable(answer.message)}"${modern}`;
  return { ...noProblem, initError: { text: answer.message, phrase } };
}

async function giveUp(connection: Connection, problem: HandshakeProblem, startedAt: number): Promise<OpenResult> {
  const { transport, stderr } = connection;
  const { ending, notes } = transport;
  const facts: StartupFacts = {
    ...problem,
    exit: ending?.kind === 'exited' ? ending.exit : problem.exit,
    stderrTail: stderr.tail(),
    lastStderrLine: stderr.lastLine(),
    stdoutDirt: notes.dirt,
    broken: ending?.kind === 'broken' ? ending.reason : problem.broken,
  };
  const verdict = connection.aborted ? abortedVerdict : startupOutcome(facts);
  await connection.stop();
  return refused(verdict, connection, startedAt, facts.exit);
}

/** No verdict on the server: the run did not let it finish. */
const abortedVerdict: StartupVerdict = {
  outcome: 'unreachable',
  advice: 'The run was aborted before the server was ready: run it again.',
};

function refused(
  { outcome, advice }: StartupVerdict,
  connection: Connection | null,
  startedAt: number,
  exit: StartupFacts['exit'] = null,
): OpenResult {
  const startup: Startup = {
    outcome,
    advice,
    stderrTail: connection?.stderr.tail() ?? '',
    exitCode: exit?.exitCode ?? null,
    signal: exit?.signal ?? null,
    attempts: [{ durationMs: performance.now() - startedAt, error: advice }],
  };
  return { ok: false, startup, findings: connection === null ? [] : stdoutFindings(connection.transport.notes) };
}
