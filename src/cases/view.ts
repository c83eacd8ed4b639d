import type { StepRequest } from '../config/model.ts';
import { isRecord, listOf } from './record.ts';

type Result = Readonly<Record<string, unknown>>;

/** A value that assertions look at, and what to call it in a message. */
export interface Subject {
  readonly name:
    | 'structuredContent'
    | 'completion.values'
    | 'the list'
    | 'the messages'
    | 'the text read as JSON'
    | 'the text'
    | 'the result';
  readonly value: unknown;
}

/** A piece of content, by its `type` and MIME type where it has them. */
export interface Block {
  readonly type: string;
  readonly mimeType: string | null;
}

/** How the results of one kind of request are looked at. Nothing here throws, whatever the result is. */
export interface View {
  /** The result's texts, joined by newlines. */
  text(result: Result): string;
  /** null: the result has no value of its own. */
  value(result: Result): Subject | null;
  /** Where there is no value of its own, the text is tried as JSON. */
  readonly readsJson: boolean;
  /** null: this kind of result has no content. */
  blocks(result: Result): readonly Block[] | null;
  /** The list that the result is made of; null: it lies in the value, if anywhere. */
  list(result: Result): Subject | null;
}

/** Result shapes: MCP 2025-11-25, schema: CallToolResult, GetPromptResult, ReadResourceResult, CompleteResult, List…Result. */
export function viewOf(request: StepRequest): View {
  if (request.kind === 'list') return listView(request.list);
  return { tool, prompt, resource, complete }[request.kind];
}

const tool: View = {
  text: (result) => join(listOf(result['content']).map(blockText)),
  // `null` stands for absence with servers that write every field of their type; where it is meant, the text says it too.
  value: ({ structuredContent: value }) =>
    value === undefined || value === null ? null : { name: 'structuredContent', value },
  readsJson: true,
  blocks: (result) => listOf(result['content']).map(blockOf),
  list: () => null,
};

const prompt: View = {
  text: (result) => join(messagesOf(result).map(blockText)),
  value: (value) => ({ name: 'the result', value }),
  readsJson: false,
  blocks: (result) => messagesOf(result).map(blockOf),
  list: (result) => ({ name: 'the messages', value: result['messages'] }),
};

const resource: View = {
  text: (result) => join(listOf(result['contents']).map((each) => member(each, 'text'))),
  value: () => null,
  readsJson: true,
  blocks: (result) =>
    listOf(result['contents']).map((each) => ({
      type: typeof member(each, 'text') === 'string' ? 'text' : 'blob',
      mimeType: textOrNull(member(each, 'mimeType')),
    })),
  list: () => null,
};

const complete: View = {
  text: (result) => join(listOf(member(result['completion'], 'values'))),
  value: (result) => ({ name: 'completion.values', value: member(result['completion'], 'values') }),
  readsJson: false,
  blocks: () => null,
  list: (result) => complete.value(result),
};

/** What an entry of a list is known by; it stands for the entry in the text. */
const identities = { tools: 'name', prompts: 'name', resources: 'uri', resourceTemplates: 'uriTemplate' } as const;

function listView(list: keyof typeof identities): View {
  const value = (result: Result): Subject => ({ name: 'the list', value: result[list] });
  return {
    text: (result) => join(listOf(result[list]).map((entry) => member(entry, identities[list]))),
    value,
    readsJson: false,
    blocks: () => null,
    list: value,
  };
}

function messagesOf(result: Result): unknown[] {
  return listOf(result['messages']).map((message) => member(message, 'content'));
}

function blockText(block: unknown): unknown {
  if (member(block, 'type') === 'text') return member(block, 'text');
  return member(block, 'type') === 'resource' ? member(member(block, 'resource'), 'text') : null;
}

function blockOf(block: unknown): Block {
  const mimeType = member(block, 'mimeType') ?? member(member(block, 'resource'), 'mimeType');
  return { type: textOrNull(member(block, 'type')) ?? 'unknown', mimeType: textOrNull(mimeType) };
}

function member(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function join(parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === 'string').join('\n');
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
