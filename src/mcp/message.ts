import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { maxDepth, whyCostly } from './json-cost.ts';
import { isRecord } from './text.ts';

/** Whether a value that came as JSON is nested no deeper than any real message is: recursive readers downstream would run out of stack. */
export function isShallow(value: unknown): boolean {
  return withinDepth(value, maxDepth);
}

/** One message of a server, read as JSON-RPC 2.0. */
export type Incoming =
  | { readonly kind: 'answer'; readonly id: unknown; readonly message: Readonly<Record<string, unknown>> }
  /** It looks like the answer to `id` but cannot be taken as one; `reason` continues "the server …". */
  | { readonly kind: 'spoiledAnswer'; readonly id: unknown; readonly reason: string }
  | { readonly kind: 'request' | 'notification'; readonly method: string; readonly message: JSONRPCMessage }
  /** It was not even read, and nobody can tell what it would have answered; `reason` as above. */
  | { readonly kind: 'unread'; readonly reason: string }
  | { readonly kind: 'dirt' };

const dirt = { kind: 'dirt' } as const;

/** Reads one line. Never throws: what is no JSON-RPC message is `dirt`. */
export function readMessage(line: string): Incoming {
  // Only an object can be a message, and a parser that throws takes its time for every line of a flood.
  if (!/^\s*\{/u.test(line)) return dirt;
  const costly = whyCostly(line);
  return costly === null ? readValue(jsonOf(line)) : { kind: 'unread', reason: costly };
}

/** The same for what was JSON. */
export function readValue(value: unknown): Incoming {
  if (!isRecord(value)) return dirt;
  const answers = 'id' in value && ('result' in value || 'error' in value);
  if (!isShallow(value)) {
    return answers
      ? { kind: 'spoiledAnswer', id: value['id'], reason: `answered with JSON nested deeper than ${maxDepth} levels` }
      : dirt;
  }
  if (value['jsonrpc'] !== '2.0') {
    return answers ? { kind: 'spoiledAnswer', id: value['id'], reason: 'answered without `"jsonrpc": "2.0"`' } : dirt;
  }
  const method = value['method'];
  if (typeof method === 'string') return readCall(value, method);
  return 'result' in value || 'error' in value ? { kind: 'answer', id: value['id'], message: value } : dirt;
}

function readCall(value: Readonly<Record<string, unknown>>, method: string): Incoming {
  const params = isRecord(value['params']) ? { params: value['params'] } : {};
  if (!('id' in value)) return { kind: 'notification', method, message: { jsonrpc: '2.0', method, ...params } };
  const id = value['id'];
  if (typeof id !== 'string' && (typeof id !== 'number' || !Number.isSafeInteger(id))) return dirt;
  return { kind: 'request', method, message: { jsonrpc: '2.0', id, method, ...params } };
}

/** @returns undefined where it is no JSON, or JSON that costs too much to be read */
export function parseJson(text: string): unknown {
  return whyCostly(text) === null ? jsonOf(text) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function withinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  for (const child of Object.values(value)) if (!withinDepth(child, depth - 1)) return false;
  return true;
}
