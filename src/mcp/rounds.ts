import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, malformed } from './answer.ts';
import type { Peer, RequestOptions } from './peer.ts';
import { isRecord, jsonBytes, kindOf, quotable } from './text.ts';

const maxRounds = 10;
const maxInputs = 100;
const maxState = 1024 * 1024;
/** A server that only wants to be asked again is not asked at once. */
const pauseMs = 250;

type Params = Readonly<Record<string, unknown>>;

/**
 * Sends a request; where a server of the modern era answers that it needs input first, gives it what the client
 * answers and asks again, at most ten times (specification 2026-07-28, "Multi round-trip requests"). Without an
 * answer to give it comes to an error with code 0.
 */
export async function requestInRounds(
  peer: Peer,
  method: string,
  params: Params | null,
  options: RequestOptions,
): Promise<Answer> {
  const deadline = performance.now() + options.timeoutMs;
  let sent = params;
  for (let round = 0; ; round++) {
    const answer = await peer.request(method, sent, { ...options, timeoutMs: deadline - performance.now() });
    if (peer.era === 'legacy' || answer.kind !== 'result') return answer;
    if (answer.result['resultType'] !== 'input_required') return answer;
    if (round === maxRounds) return malformed(`The server still wanted input for ${method} after ${maxRounds} rounds.`);
    const next = answerInputs(peer, method, answer.result);
    if ('problem' in next) return malformed(next.problem);
    if (!('inputResponses' in next.more)) await delay(Math.min(pauseMs, Math.max(0, deadline - performance.now())));
    sent = { ...params, ...next.more };
  }
}

function answerInputs(peer: Peer, method: string, result: Params): { problem: string } | { more: Params } {
  const { inputRequests = {}, requestState } = result;
  const wanted = `The server wanted input for ${method}`;
  if (!isRecord(inputRequests)) return { problem: `${wanted} and gave ${kindOf(inputRequests)} as inputRequests.` };
  const requests = Object.entries(inputRequests);
  const state = typeof requestState === 'string' ? { requestState } : {};
  if (requests.length === 0 && !('requestState' in state)) {
    return { problem: `${wanted} and gave neither inputRequests nor a requestState.` };
  }
  if (requests.length > maxInputs || jsonBytes(requestState) > maxState) {
    return { problem: `${wanted}, with more than ${maxInputs} inputRequests or a requestState larger than 1 MiB.` };
  }
  const responses: [string, Params][] = [];
  for (const [key, request] of requests) {
    const answer = answerInput(peer, request);
    if ('problem' in answer) return { problem: `${wanted}: ${answer.problem}.` };
    responses.push([key, answer.result]);
  }
  const inputs = responses.length === 0 ? {} : { inputResponses: Object.fromEntries(responses) };
  return { more: { ...inputs, ...state } };
}

function answerInput(peer: Peer, request: unknown): { problem: string } | { result: Params } {
  const method = isRecord(request) ? request['method'] : undefined;
  if (!isRecord(request) || typeof method !== 'string') return { problem: 'one of its inputRequests has no method' };
  const answer = peer.consult(method, request['params']);
  if (answer.kind === 'result') return { result: answer.result };
  const shown = `it asked for ${quotable(method, 60)}`;
  if (answer.kind === 'declined') return { problem: `${shown}, and the case has no answer to it` };
  return { problem: `${shown}, and this client declared no capability for that (a case declares it by \`client\`)` };
}
