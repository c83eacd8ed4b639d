import type { StepRequest } from '../config/model.ts';
import type { CallOutcome, Heard } from '../mcp/model.ts';
import { type Subject, type View, viewOf } from './view.ts';

/** What the assertions look at: the answer to one request, taken apart once. */
export type Answer = ResultAnswer | ErrorAnswer;

export interface ResultAnswer {
  readonly kind: 'result';
  readonly request: StepRequest;
  readonly result: Readonly<Record<string, unknown>>;
  readonly view: View;
  /** Only a tool's result can have it. */
  readonly isError: boolean;
  readonly text: string;
  readonly durationMs: number;
  readonly heard: Heard;
}

export interface ErrorAnswer {
  readonly kind: 'protocolError';
  readonly code: number;
  readonly message: string;
  readonly durationMs: number;
  readonly heard: Heard;
}

/** Never throws, whatever the server put in its result. */
export function readAnswer(
  request: StepRequest,
  outcome: Extract<CallOutcome, { kind: 'result' | 'protocolError' }>,
): Answer {
  if (outcome.kind === 'protocolError') {
    const { kind, code, message, durationMs, heard } = outcome;
    return { kind, code, message, durationMs, heard };
  }
  const { kind, result, durationMs, heard } = outcome;
  const view = viewOf(request);
  const isError = request.kind === 'tool' && result['isError'] === true;
  return { kind, request, result, view, isError, text: view.text(result), durationMs, heard };
}

/** What `jsonPath`, `schema`, `snapshot` and `capture` look at: docs/ASSERTIONS.md has the table. */
export function subjectOf(answer: ResultAnswer): Subject {
  return answer.view.value(answer.result) ?? jsonText(answer) ?? { name: 'the result', value: answer.result };
}

/** The value where the answer has one of its own, else the text: read as JSON where neither side is a string. */
export function subjectForEquals(answer: ResultAnswer, expected: unknown): Subject {
  const text: Subject = { name: 'the text', value: answer.text };
  const own = answer.view.value(answer.result);
  if (own !== null) return typeof expected === 'string' && own.name !== 'structuredContent' ? text : own;
  const json = typeof expected === 'string' ? null : jsonText(answer);
  return json === null || typeof json.value === 'string' ? text : json;
}

function jsonText({ view, text }: ResultAnswer): Subject | null {
  if (!view.readsJson) return null;
  try {
    return { name: 'the text read as JSON', value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}
