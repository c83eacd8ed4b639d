import type { CallOutcome } from '../mcp/model.ts';
import { isRecord, typeName } from './json-value.ts';

const mostKeys = 5;
const mostBlocks = 10;
/** Names that a JSONPath takes as they are. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]{0,60}$/;

/**
 * What an answer is like, as assertions: of an object which keys of which types it has, of anything else of which
 * blocks it is made. Values are left out, since they may be others tomorrow.
 */
export function expectationsOf(outcome: CallOutcome): Record<string, unknown> {
  if (outcome.kind !== 'result') return {};
  const { content, structuredContent } = outcome.result;
  const blocks: unknown[] = Array.isArray(content) ? content : [];
  const value = isRecord(structuredContent) ? structuredContent : objectIn(blocks);
  if (value !== null) {
    const keys = Object.keys(value).filter((key) => plainName.test(key));
    const paths = keys.slice(0, mostKeys).map((key) => [`$.${key}`, { type: typeName(value[key]) }]);
    if (paths.length > 0) return { jsonPath: Object.fromEntries(paths) };
  }
  const types = blocks.map((block) => (isRecord(block) ? block['type'] : null));
  if (types.length === 0 || types.length > mostBlocks || !types.every((type) => typeof type === 'string')) return {};
  return { contentTypes: types, ...(hasText(blocks) ? { notEmpty: true } : {}) };
}

/** @returns what two answers had in common: the same assertions, and of an object the keys that both had */
export function commonOf(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const entries = Object.entries(one).flatMap(([key, value]): [string, unknown][] => {
    const second = other[key];
    if (JSON.stringify(value) === JSON.stringify(second)) return [[key, value]];
    if (key !== 'jsonPath' || !isRecord(value) || !isRecord(second)) return [];
    const paths = commonOf(value, second);
    return Object.keys(paths).length === 0 ? [] : [[key, paths]];
  });
  return Object.fromEntries(entries);
}

/** The object that the text of an answer is, as assertions look at it. */
function objectIn(blocks: readonly unknown[]): Readonly<Record<string, unknown>> | null {
  const [only, ...others] = blocks;
  if (others.length > 0 || !isRecord(only) || typeof only['text'] !== 'string') return null;
  try {
    const value: unknown = JSON.parse(only['text']);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function hasText(blocks: readonly unknown[]): boolean {
  return blocks.some((block) => isRecord(block) && typeof block['text'] === 'string' && block['text'].trim() !== '');
}
