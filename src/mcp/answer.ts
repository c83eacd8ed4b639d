import type { HttpFailure } from './http/failure.ts';
import { isRecord, kindOf, quotable } from './text.ts';

/** What one request came to. `reason` is a sentence; code 0 marks an answer that is no JSON-RPC answer. */
export type Answer =
  | { readonly kind: 'result'; readonly result: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data?: unknown }
  /** HTTP gave no answer to it. */
  | { readonly kind: 'failed'; readonly failure: HttpFailure }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'closed'; readonly reason: string }
  /** The connection to a server that runs elsewhere broke. */
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'aborted' };

/** Reads an answer as it came over the wire, malformed ones included. */
export function readAnswer(message: Readonly<Record<string, unknown>>): Answer {
  if ('error' in message) return readError(message['error']);
  const result = message['result'];
  if (isRecord(result)) return { kind: 'result', result };
  return malformed(`The server answered with ${kindOf(result)} as result; an object was expected.`);
}

export function malformed(message: string): Answer {
  return { kind: 'error', code: 0, message };
}

function readError(error: unknown): Answer {
  if (!isRecord(error)) return malformed(`The server answered with ${kindOf(error)} as error; an object was expected.`);
  const { code, message } = error;
  if (typeof code !== 'number' || !Number.isSafeInteger(code) || typeof message !== 'string') {
    const shown = typeof message === 'string' ? ` ("${quotable(message)}")` : '';
    return malformed(`The server answered with an error that lacks an integer code or a message${shown}.`);
  }
  return { kind: 'error', code, message, ...('data' in error ? { data: error['data'] } : {}) };
}
