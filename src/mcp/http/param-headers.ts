import { isRecord } from '../text.ts';
import { headerValue } from './headers.ts';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
const types = new Set(['string', 'integer', 'boolean']);
const maxHeaders = 50;
const maxDepth = 32;

/**
 * The headers that a tool wants some of its arguments repeated in: `x-mcp-header` in its inputSchema (specification
 * 2026-07-28, Streamable HTTP, "Custom Headers"). An argument that is absent, null or no primitive has none.
 */
export function paramHeaders(inputSchema: unknown, args: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  collect(inputSchema, args, headers, 0);
  return headers;
}

function collect(schema: unknown, value: unknown, headers: Record<string, string>, depth: number): void {
  if (!isRecord(schema) || !isRecord(schema['properties']) || !isRecord(value) || depth > maxDepth) return;
  for (const [key, property] of Object.entries(schema['properties'])) {
    if (!Object.hasOwn(value, key) || !isRecord(property)) continue;
    const name = property['x-mcp-header'];
    const text = textOf(property['type'], value[key]);
    const room = Object.keys(headers).length < maxHeaders;
    if (typeof name === 'string' && token.test(name) && text !== null && room) {
      headers[`mcp-param-${name.toLowerCase()}`] = headerValue(text);
    }
    collect(property, value[key], headers, depth + 1);
  }
}

function textOf(type: unknown, value: unknown): string | null {
  if (typeof type !== 'string' || !types.has(type)) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}
