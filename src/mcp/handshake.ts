import type { Finding, Protocol } from '../result/model.ts';
import type { Answer } from './answer.ts';
import type { Connection } from './connection.ts';
import type { StartupFacts } from './startup-facts.ts';
import { cut, isRecord, jsonBytes, quotable } from './text.ts';
import { finding } from './finding.ts';

const maxFact = 64 * 1024;
/** For an exit that follows a failed write. */
const exitMs = 1000;

type Result = Readonly<Record<string, unknown>>;

/** Asks the first request of an era, within the time that the start has. */
export type AskFirst = (method: string, params: Result | null) => Promise<Answer>;

export type HandshakeProblem = Pick<StartupFacts, 'timedOutAfterMs' | 'wrongAnswer' | 'exit' | 'broken' | 'http'>;

export type Handshake =
  | { readonly ok: true; readonly protocol: Protocol; readonly findings: readonly Finding[] }
  | {
      readonly ok: false;
      readonly problem: HandshakeProblem;
      /** `possible`: what it answered may be how a server of the other era refuses; `spoken`: it does speak this one. */
      readonly otherEra: 'possible' | 'no' | 'spoken';
    };

export const noProblem: HandshakeProblem = {
  timedOutAfterMs: null,
  wrongAnswer: null,
  exit: null,
  broken: null,
  http: null,
};

/** What a first request came to that brought neither a result nor an error of the server's. */
export async function withoutAnswer(
  connection: Connection,
  answer: Exclude<Answer, { kind: 'result' | 'error' }>,
  timeoutMs: number,
): Promise<HandshakeProblem> {
  if (answer.kind === 'timeout') return { ...noProblem, timedOutAfterMs: timeoutMs };
  if (answer.kind === 'failed') {
    // Our own process was asked again and again until the time was over.
    const timedOutAfterMs = connection.owned && answer.failure.notYet ? timeoutMs : null;
    return { ...noProblem, http: answer.failure, timedOutAfterMs };
  }
  if (answer.kind === 'aborted') return noProblem;
  // A write that failed may come before the exit.
  const exit = await connection.exitWithin(exitMs);
  const broken = connection.wire.ending?.kind === 'broken';
  const phrase = `by ending the session (${answer.reason})`;
  return { ...noProblem, exit, wrongAnswer: exit === null && !broken ? { text: '', phrase } : null };
}

/** An error of the server's, or an answer that is none. @param hint what the error may mean, continuing the phrase */
export function wrongAnswer(
  connection: Connection,
  { code, message }: Extract<Answer, { kind: 'error' }>,
  more: { readonly hint?: string; readonly advice?: string } = {},
): HandshakeProblem {
  if (connection.wire.overrun !== null) return { ...noProblem, broken: connection.wire.overrun };
  const phrase = code === 0 ? `wrongly (${message})` : `with error ${code} "${quotable(message)}"`;
  const advice = more.advice === undefined ? {} : { advice: more.advice };
  return { ...noProblem, wrongAnswer: { text: message, phrase: `${phrase}${more.hint ?? ''}`, ...advice } };
}

/** The facts of a handshake that succeeded, each bounded; what was too large is named in a finding. */
export function readFacts(
  method: string,
  result: Result,
  serverInfo: unknown,
): Pick<Protocol, 'serverInfo' | 'capabilities' | 'instructions'> & { readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const bounded = (key: string, value: unknown): unknown => {
    if (jsonBytes(value) <= maxFact) return value ?? null;
    findings.push(tooLarge(key, method));
    return null;
  };
  const instructions = typeof result['instructions'] === 'string' ? result['instructions'] : null;
  if (instructions !== null && instructions.length > maxFact) findings.push(tooLarge('instructions', method));
  return {
    serverInfo: bounded('serverInfo', serverInfo),
    capabilities: bounded('capabilities', result['capabilities']),
    instructions: instructions === null ? null : cut(instructions, maxFact),
    findings,
  };
}

/** @returns the name of the first capability that is no object; null where all are */
export function oddCapability(capabilities: Result): string | null {
  return Object.entries(capabilities).find(([, value]) => !isRecord(value))?.[0] ?? null;
}

function tooLarge(key: string, method: string): Finding {
  const message = `\`${key}\` in the answer to ${method} is larger than 64 KiB and was cut.`;
  return finding('initialize-size', 'medium', message);
}
