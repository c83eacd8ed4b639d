import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/client';
import type { Answer } from './answer.ts';
import { clientInfo } from './client-info.ts';
import type { Connection } from './connection.ts';
import { type AskFirst, type Handshake, noProblem, readFacts, withoutAnswer, wrongAnswer } from './handshake.ts';
import { initializeProblem } from './initialize-answer.ts';

const method = 'initialize';
/** "Unsupported protocol version" (specification 2026-07-28): what a server says that speaks the modern era only. */
const unsupportedVersion = -32022;
/** How servers may refuse a request that their revision does not have, or that lacks its `_meta` or headers. */
const maybeModern = new Set([unsupportedVersion, -32600, -32601, -32602, -32020]);
/** HTTP's way to say the same. */
const badRequest = 400;

/** The handshake up to revision 2025-11-25 (specification, "Lifecycle"): `initialize`, `notifications/initialized`. */
export async function shakeHands(connection: Connection, ask: AskFirst, timeoutMs: number): Promise<Handshake> {
  const [protocolVersion] = SUPPORTED_PROTOCOL_VERSIONS;
  const answer = await ask(method, { protocolVersion, capabilities: connection.desk.capabilities, clientInfo });
  if (answer.kind === 'error') return refused(connection, answer);
  if (answer.kind !== 'result') {
    const problem = await withoutAnswer(connection, answer, timeoutMs);
    return { ok: false, problem, otherEra: problem.http?.status === badRequest ? 'possible' : 'no' };
  }
  const phrase = initializeProblem(answer.result);
  if (phrase !== null) {
    return { ok: false, problem: { ...noProblem, wrongAnswer: { text: '', phrase } }, otherEra: 'spoken' };
  }
  const { findings, ...facts } = readFacts(method, answer.result, answer.result['serverInfo']);
  const revision = String(answer.result['protocolVersion']);
  await connection.peer.notify('notifications/initialized');
  connection.wire.established(revision);
  const clientCapabilities = connection.desk.capabilities;
  return { ok: true, protocol: { revision, era: 'legacy', ...facts, clientCapabilities }, findings };
}

function refused(connection: Connection, answer: Extract<Answer, { kind: 'error' }>): Handshake {
  const certain = answer.code === unsupportedVersion;
  const modern = {
    hint: '; it seems to speak only revisions from 2026-07-28 on',
    advice: 'set `protocol` to `auto` or `modern`',
  };
  const problem = wrongAnswer(connection, answer, certain ? modern : {});
  return { ok: false, problem, otherEra: maybeModern.has(answer.code) ? 'possible' : 'no' };
}
