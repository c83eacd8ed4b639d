import type { Finding } from '../result/model.ts';
import { type Answer, malformed } from './answer.ts';
import { askForLogs } from './era.ts';
import { Hearing } from './heard.ts';
import { isInfrastructure } from './http/failure.ts';
import { paramHeaders } from './http/param-headers.ts';
import type { CallOutcome, SessionRequest, Surface } from './model.ts';
import { listMethods, readPagedList } from './paged-list.ts';
import type { Peer, RequestOptions } from './peer.ts';
import { requestInRounds } from './rounds.ts';
import { isRecord } from './text.ts';
import type { Wire } from './wire.ts';

type Params = Readonly<Record<string, unknown>>;

export interface CallParts {
  readonly peer: Peer;
  readonly wire: Wire;
  readonly surface: Surface;
  /** Takes what was noticed by the way. */
  readonly onFindings: (findings: readonly Finding[], dropped: number) => void;
}

/** Sends one request of a case and hears what comes meanwhile. Never rejects. */
export async function call(parts: CallParts, request: SessionRequest, timeoutMs: number): Promise<CallOutcome> {
  const { peer, wire } = parts;
  const hearing = new Hearing();
  const started = performance.now();
  peer.hear(hearing);
  const answer =
    request.method === 'list'
      ? await readList(parts, request.list, { timeoutMs, hearing, ...extras(parts) })
      : await requestInRounds(peer, request.method, request.params, {
          timeoutMs,
          hearing,
          ...extras(parts),
          headers: headersOf(parts, request),
        });
  const durationMs = performance.now() - started;
  if (answer.kind === 'result' || answer.kind === 'error') await wire.quiet();
  peer.hear(null);
  if (hearing.dropped > 0) parts.onFindings([], hearing.dropped);
  return outcomeOf(answer, { durationMs, timeoutMs, remote: wire.remote }, hearing);
}

/** All pages of a list as one result; what ends it early ends the request. */
async function readList(
  { peer, onFindings }: CallParts,
  name: keyof typeof listMethods,
  options: RequestOptions,
): Promise<Answer> {
  const deadline = performance.now() + options.timeoutMs;
  const method = listMethods[name];
  const list = await readPagedList(name, { emptyCursorEnds: peer.era === 'legacy' }, (params) => {
    const timeoutMs = deadline - performance.now();
    return requestInRounds(peer, method, params, { ...options, timeoutMs });
  });
  onFindings(list.findings, 0);
  if (list.refusal !== null) return list.refusal;
  if (list.malformed) return malformed(list.findings[0]?.message ?? `${method} was answered with no list.`);
  return { kind: 'result', result: { [name]: list.items } };
}

/** A server of the modern era sends its log only with requests that ask for it. */
function extras({ peer, surface }: CallParts): Pick<RequestOptions, 'meta'> {
  const { capabilities } = surface.protocol;
  const logs = peer.era === 'modern' && isRecord(capabilities) && 'logging' in capabilities;
  return logs ? { meta: askForLogs } : {};
}

function headersOf({ peer, surface }: CallParts, { method, params }: { method: string; params: Params }) {
  if (peer.era === 'legacy' || method !== 'tools/call') return {};
  const tool = surface.tools.find(({ name }) => name === params['name']);
  return paramHeaders(tool?.inputSchema, params['arguments']);
}

interface CallFacts {
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly remote: boolean;
}

function outcomeOf(answer: Answer, facts: CallFacts, hearing: Hearing): CallOutcome {
  const { durationMs, timeoutMs } = facts;
  const heard = hearing.heard();
  if (answer.kind === 'result') return { ...answer, durationMs, heard };
  if (answer.kind === 'error') {
    const { kind: _, ...error } = answer;
    return { kind: 'protocolError', ...error, durationMs, heard };
  }
  if (answer.kind === 'timeout') return { kind: 'timeout', timeoutMs, durationMs };
  if (answer.kind !== 'failed') return { ...answer, durationMs };
  const sentence = `${answer.failure.found}.`;
  if (isInfrastructure(answer.failure)) {
    return { kind: facts.remote ? 'lost' : 'closed', reason: sentence, durationMs };
  }
  return { kind: 'protocolError', code: 0, message: sentence, durationMs, heard };
}
