import type { CallOutcome } from '../mcp/model.ts';

/** What the assertions look at: the answer to one call, taken apart once. */
export type Answer = ResultAnswer | ErrorAnswer;

export interface ResultAnswer {
  readonly kind: 'result';
  readonly result: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
  /** All text blocks and the text of embedded resources, joined by newlines. */
  readonly text: string;
  readonly durationMs: number;
}

export interface ErrorAnswer {
  readonly kind: 'protocolError';
  readonly code: number;
  readonly message: string;
  readonly durationMs: number;
}

/** The value that `equals`, `jsonPath` and `schema` look at, and what to call it in a message. */
export interface Subject {
  readonly name: 'structuredContent' | 'the text read as JSON' | 'the text' | 'the result';
  readonly value: unknown;
}

/** Never throws, whatever the server put in its result. */
export function readAnswer(outcome: Extract<CallOutcome, { kind: 'result' | 'protocolError' }>): Answer {
  if (outcome.kind === 'protocolError') {
    const { kind, code, message, durationMs } = outcome;
    return { kind, code, message, durationMs };
  }
  const { result, durationMs } = outcome;
  return { kind: 'result', result, isError: result['isError'] === true, text: textOf(result['content']), durationMs };
}

/** structuredContent, else the text read as JSON, else the whole result. */
export function subjectOf(answer: ResultAnswer): Subject {
  return structured(answer) ?? jsonText(answer) ?? { name: 'the result', value: answer.result };
}

/** structuredContent, else the text read as JSON where neither side is a string, else the text. */
export function subjectForEquals(answer: ResultAnswer, expected: unknown): Subject {
  const text: Subject = { name: 'the text', value: answer.text };
  const json = typeof expected === 'string' ? null : jsonText(answer);
  return structured(answer) ?? (json === null || typeof json.value === 'string' ? text : json);
}

/** `null` stands for absence with servers that write every field of their type; where it is meant, the text says it too. */
function structured({ result }: ResultAnswer): Subject | null {
  const value = result['structuredContent'];
  return value === undefined || value === null ? null : { name: 'structuredContent', value };
}

function jsonText({ text }: ResultAnswer): Subject | null {
  try {
    return { name: 'the text read as JSON', value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return '';
  return content
    .map(blockText)
    .filter((text) => text !== null)
    .join('\n');
}

function blockText(block: unknown): string | null {
  if (!isRecord(block)) return null;
  const text = block['type'] === 'text' ? block['text'] : block['type'] === 'resource' ? resourceText(block) : null;
  return typeof text === 'string' ? text : null;
}

function resourceText(block: Readonly<Record<string, unknown>>): unknown {
  return isRecord(block['resource']) ? block['resource']['text'] : null;
}

/** An object that is no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
