import type { Finding } from '../result/model.ts';
import type { Answer } from './answer.ts';
import { finding } from './finding.ts';
import { jsonBytes, kindOf, quotable } from './text.ts';

export type ListName = 'tools' | 'prompts' | 'resources' | 'resourceTemplates';

/** What each list is asked by; its items stand under its name. */
export const listMethods: Readonly<Record<ListName, string>> = {
  tools: 'tools/list',
  prompts: 'prompts/list',
  resources: 'resources/list',
  resourceTemplates: 'resources/templates/list',
};

/** Asks for one page; without a cursor, for the first. */
export type AskPage = (params: Readonly<Record<string, unknown>> | null) => Promise<Answer>;

export interface PagedList {
  readonly items: readonly unknown[];
  readonly findings: readonly Finding[];
  /** The answer that ended the list before its last page; null when the server answered every page. */
  readonly refusal: Exclude<Answer, { kind: 'result' }> | null;
  /** A page was answered with something that is no list. */
  readonly malformed: boolean;
}

export interface PageRules {
  /** In the legacy era an empty cursor ends a list; in the modern one it is a cursor like any other. */
  readonly emptyCursorEnds: boolean;
}

const maxPages = 200;
const maxItems = 10_000;
const maxBytes = 64 * 1024 * 1024;
const maxCursor = 16 * 1024;

/**
 * Reads a list page by page until no cursor follows. Stops with a finding at a repeated or unusable cursor, after 200
 * pages, 10,000 items or 64 MiB.
 */
export async function readPagedList(name: ListName, rules: PageRules, ask: AskPage): Promise<PagedList> {
  const items: unknown[] = [];
  const cursors = new Set<string>();
  let bytes = 0;
  let cursor: string | null = null;
  for (let page = 1; page <= maxPages; page++) {
    const answer = await ask(cursor === null ? null : { cursor });
    if (answer.kind !== 'result') return { items, findings: [], refusal: answer, malformed: false };
    const list = answer.result[name];
    if (!Array.isArray(list)) return { items, findings: [noList(name, list)], refusal: null, malformed: true };
    for (const item of list as unknown[]) {
      bytes += jsonBytes(item);
      if (items.length >= maxItems || bytes > maxBytes) return stopped(name, items, limitReached(bytes));
      items.push(item);
    }
    const next: unknown = answer.result['nextCursor'];
    const ends = next === undefined || next === null || (next === '' && rules.emptyCursorEnds);
    if (ends) return { items, findings: [], refusal: null, malformed: false };
    const unusable = unusableCursor(next, cursors);
    if (unusable !== null || typeof next !== 'string') return stopped(name, items, unusable ?? '');
    cursors.add(next);
    cursor = next;
  }
  return stopped(name, items, `there were still more after ${maxPages} pages`);
}

function unusableCursor(cursor: unknown, seen: ReadonlySet<string>): string | null {
  if (typeof cursor !== 'string') return `nextCursor is ${kindOf(cursor)} instead of a string`;
  if (cursor.length > maxCursor) return `nextCursor is longer than ${maxCursor} characters`;
  return seen.has(cursor) ? `the cursor "${quotable(cursor, 60)}" came twice` : null;
}

function limitReached(bytes: number): string {
  return bytes > maxBytes ? `it is larger than ${maxBytes / 1024 / 1024} MiB` : `it has more than ${maxItems} items`;
}

function stopped(name: ListName, items: readonly unknown[], why: string): PagedList {
  const message = `${listMethods[name]} was read no further than ${items.length} items, because ${why}.`;
  const findings = [finding('list-ends', 'high', message, { subject: `list:${name}` })];
  return { items, findings, refusal: null, malformed: false };
}

function noList(name: ListName, list: unknown): Finding {
  const message = `${listMethods[name]} was answered with ${kindOf(list)} as \`${name}\`; an array was expected.`;
  return finding('list-answered', 'high', message, { subject: `list:${name}` });
}
