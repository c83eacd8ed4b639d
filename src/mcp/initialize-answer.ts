import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/client';
import type { Finding, Protocol } from '../result/model.ts';
import { clientCapabilities } from './client-info.ts';
import { finding } from './finding.ts';
import { cut, isRecord, jsonBytes, kindOf, quotable } from './text.ts';

const maxFact = 64 * 1024;

type Result = Readonly<Record<string, unknown>>;

/** @returns what is wrong with a result of `initialize`, continuing "it answered `initialize` …"; null when nothing is known. */
export function initializeProblem(result: Result): string | null {
  const { protocolVersion, capabilities, serverInfo } = result;
  if (typeof protocolVersion !== 'string') return lacks('protocolVersion', protocolVersion, 'a string');
  if (!SUPPORTED_PROTOCOL_VERSIONS.includes(protocolVersion)) {
    const known = SUPPORTED_PROTOCOL_VERSIONS.join(', ');
    return `with the protocol revision "${quotable(protocolVersion, 60)}", and this client speaks ${known}`;
  }
  if (!isRecord(capabilities)) return lacks('capabilities', capabilities, 'an object');
  if (!isRecord(serverInfo)) return lacks('serverInfo', serverInfo, 'an object');
  for (const key of ['name', 'version']) {
    if (typeof serverInfo[key] !== 'string') return lacks(`serverInfo.${key}`, serverInfo[key], 'a string');
  }
  for (const [name, value] of Object.entries(capabilities)) {
    if (!isRecord(value)) return lacks(`capabilities.${quotable(name, 60)}`, value, 'an object');
  }
  return null;
}

function lacks(field: string, found: unknown, expected: string): string {
  return `with ${kindOf(found)} as \`${field}\`, where ${expected} was expected`;
}

/** The facts of a handshake that succeeded, each bounded; what was too large is named in a finding. */
export function readProtocol(result: Result): { protocol: Protocol; findings: Finding[] } {
  const findings: Finding[] = [];
  const bounded = (key: string): unknown => {
    if (jsonBytes(result[key]) <= maxFact) return result[key];
    findings.push(tooLarge(key));
    return null;
  };
  const instructions = typeof result['instructions'] === 'string' ? result['instructions'] : null;
  if (instructions !== null && instructions.length > maxFact) findings.push(tooLarge('instructions'));
  const protocol: Protocol = {
    revision: String(result['protocolVersion']),
    era: 'legacy',
    serverInfo: bounded('serverInfo'),
    capabilities: bounded('capabilities'),
    clientCapabilities,
    instructions: instructions === null ? null : cut(instructions, maxFact),
  };
  return { protocol, findings };
}

function tooLarge(key: string): Finding {
  return finding(
    'initialize-size',
    'medium',
    `\`${key}\` in the answer to initialize is larger than 64 KiB and was cut.`,
  );
}
