import { SERVER_INFO_META_KEY } from '@modelcontextprotocol/client';
import type { Answer } from './answer.ts';
import type { Connection } from './connection.ts';
import { modernRevision } from './era.ts';
import {
  type AskFirst,
  type Handshake,
  noProblem,
  oddCapability,
  readFacts,
  withoutAnswer,
  wrongAnswer,
} from './handshake.ts';
import { isRecord, kindOf, quotable } from './text.ts';

const method = 'server/discover';
const unsupportedVersion = -32022;
const shownVersions = 5;

type Result = Readonly<Record<string, unknown>>;

/** Asks a server of the modern era what it is (specification 2026-07-28, "Discovery"); no session comes of that. */
export async function discover(connection: Connection, ask: AskFirst, timeoutMs: number): Promise<Handshake> {
  const answer = await ask(method, null);
  if (answer.kind === 'error') return refused(connection, answer);
  if (answer.kind !== 'result') {
    const problem = await withoutAnswer(connection, answer, timeoutMs);
    return { ok: false, problem, otherEra: 'possible' };
  }
  const phrase = discoverProblem(answer.result);
  if (phrase !== null) {
    return { ok: false, problem: { ...noProblem, wrongAnswer: { text: '', phrase } }, otherEra: 'spoken' };
  }
  const meta = answer.result['_meta'];
  const { findings, ...facts } = readFacts(method, answer.result, isRecord(meta) ? meta[SERVER_INFO_META_KEY] : null);
  connection.wire.established(modernRevision);
  const clientCapabilities = connection.desk.capabilities;
  return { ok: true, protocol: { revision: modernRevision, era: 'modern', ...facts, clientCapabilities }, findings };
}

function refused(connection: Connection, answer: Extract<Answer, { kind: 'error' }>): Handshake {
  if (answer.code === unsupportedVersion) {
    const supported = isRecord(answer.data) ? answer.data['supported'] : undefined;
    const hint = Array.isArray(supported)
      ? `; it supports ${listed(supported)}, and this client ${modernRevision}`
      : '';
    return { ok: false, problem: wrongAnswer(connection, answer, { hint }), otherEra: 'spoken' };
  }
  const legacy = {
    hint: '; it seems to speak only revisions before 2026-07-28',
    advice: 'set `protocol` to `auto` or `legacy`',
  };
  return { ok: false, problem: wrongAnswer(connection, answer, legacy), otherEra: 'possible' };
}

/** @returns what is wrong with a result, continuing "it answered `server/discover` …"; null when nothing is. */
function discoverProblem({ supportedVersions, capabilities }: Result): string | null {
  if (!Array.isArray(supportedVersions)) return lacks('supportedVersions', supportedVersions, 'an array');
  if (!supportedVersions.includes(modernRevision)) {
    return `with the protocol revisions ${listed(supportedVersions)}, and this client speaks ${modernRevision}`;
  }
  if (!isRecord(capabilities)) return lacks('capabilities', capabilities, 'an object');
  const odd = oddCapability(capabilities);
  return odd === null ? null : lacks(`capabilities.${quotable(odd, 60)}`, capabilities[odd], 'an object');
}

function listed(versions: readonly unknown[]): string {
  const shown = versions.slice(0, shownVersions).map((version) => `"${quotable(String(version), 40)}"`);
  return shown.length === 0 ? 'none' : shown.join(', ');
}

function lacks(field: string, found: unknown, expected: string): string {
  return `with ${kindOf(found)} as \`${field}\`, where ${expected} was expected`;
}
