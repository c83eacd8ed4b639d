import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { type Era, modernRevision } from '../era.ts';
import { isRecord } from '../text.ts';

const both = 'application/json, text/event-stream';
/** Which parameter a method is routed by (specification 2026-07-28, Streamable HTTP, "Standard Request Headers"). */
const nameOf: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};
const plain = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;
const looksEncoded = /^=\?base64\?.*\?=$/;

/** Of the legacy era: what was agreed so far. */
export interface Agreed {
  readonly revision: string | null;
  readonly sessionId: string | null;
}

/** The headers of a message that is posted. */
export function postHeaders(message: JSONRPCMessage, era: Era, agreed: Agreed): Record<string, string> {
  const common = { accept: both, 'content-type': 'application/json' };
  if (era === 'legacy') return { ...common, ...agreedHeaders(agreed) };
  const revision = { 'mcp-protocol-version': modernRevision };
  if (!('method' in message)) return { ...common, ...revision };
  const key = nameOf[message.method];
  const name = key !== undefined && isRecord(message.params) ? message.params[key] : undefined;
  const named = typeof name === 'string' ? { 'mcp-name': headerValue(name) } : {};
  return { ...common, ...revision, 'mcp-method': headerValue(message.method), ...named };
}

/** The headers of a stream that is opened by GET, or of the end of a session. */
export function agreedHeaders({ revision, sessionId }: Agreed): Record<string, string> {
  return {
    ...(revision === null ? {} : { 'mcp-protocol-version': revision }),
    ...(sessionId === null ? {} : { 'mcp-session-id': sessionId }),
  };
}

/** @returns a text as a header takes it; what does not fit as it is, in Base64 (same section, "Value Encoding") */
export function headerValue(text: string): string {
  if (plain.test(text) && !looksEncoded.test(text)) return text;
  return `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
