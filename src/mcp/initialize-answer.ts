import { specTypeSchemas, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/client';
import { oddCapability } from './handshake.ts';
import { isRecord, kindOf, quotable } from './text.ts';

type Result = Readonly<Record<string, unknown>>;

/** @returns what is wrong with a result of `initialize`, continuing "it answered `initialize` …"; null when nothing is. */
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
  const odd = oddCapability(capabilities);
  if (odd !== null) return lacks(`capabilities.${quotable(odd, 60)}`, capabilities[odd], 'an object');
  return schemaProblem(result);
}

/** What a client of the official SDK would stumble over; a wrong `_meta` alone is no reason to refuse a server. */
function schemaProblem({ _meta, ...result }: Result): string | null {
  const issue = specTypeSchemas.InitializeResult['~standard'].validate(result).issues?.[0];
  if (issue === undefined) return null;
  const path = issue.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.') ?? '';
  return `in a way that cannot be used (${quotable(path, 60)}: ${quotable(issue.message)})`;
}

function lacks(field: string, found: unknown, expected: string): string {
  return `with ${kindOf(found)} as \`${field}\`, where ${expected} was expected`;
}
