import type { ClientAnswers } from './model.ts';
import { isRecord } from './text.ts';

export type DeskAnswer =
  | { readonly kind: 'result'; readonly result: Readonly<Record<string, unknown>> }
  /** Asked of a capability that was declared, and refused as a user would. */
  | { readonly kind: 'declined'; readonly code: number; readonly message: string }
  /** Asked of a capability that was not declared, or of none at all. */
  | { readonly kind: 'unknown' };

const unknown = { kind: 'unknown' } as const;
/** The specification's own example of a user who says no (sampling, "Error Handling"). */
const rejectedByUser = -1;

/** Answers what a server asks its client. What is declared is settled when it is made; the answers may be replaced. */
export class ClientDesk {
  /** The client's capabilities, as they stand in the handshake. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  #answers: ClientAnswers;
  #given = { elicitation: 0, sampling: 0 };

  constructor(answers: ClientAnswers) {
    this.#answers = answers;
    const kinds = (['elicitation', 'sampling', 'roots'] as const).filter((kind) => answers[kind] !== undefined);
    this.capabilities = Object.fromEntries(kinds.map((kind) => [kind, {}]));
  }

  /** The next question gets the first of these. */
  answerWith(answers: ClientAnswers): void {
    this.#answers = answers;
    this.#given = { elicitation: 0, sampling: 0 };
  }

  answer(method: string, params: unknown): DeskAnswer {
    switch (method) {
      case 'elicitation/create':
        return this.#declared('elicitation') ? this.#elicit(params) : unknown;
      case 'sampling/createMessage':
        return this.#declared('sampling') ? this.#sample() : unknown;
      case 'roots/list':
        return this.#declared('roots') ? { kind: 'result', result: { roots: this.#answers.roots ?? [] } } : unknown;
      default:
        return unknown;
    }
  }

  #declared(kind: string): boolean {
    return kind in this.capabilities;
  }

  #elicit(params: unknown): DeskAnswer {
    const answer = pick(this.#answers.elicitation, this.#given.elicitation++);
    // Only the form mode is declared. A page to visit cannot be filled in: content is for a form, and is no consent.
    const page = isRecord(params) && params['mode'] === 'url';
    if (answer === undefined || (page && answer.content !== undefined)) {
      return { kind: 'result', result: { action: 'decline' } };
    }
    return { kind: 'result', result: { ...answer } };
  }

  #sample(): DeskAnswer {
    const answer = pick(this.#answers.sampling, this.#given.sampling++);
    if (answer === undefined) {
      return { kind: 'declined', code: rejectedByUser, message: 'User rejected sampling request' };
    }
    const { text, model } = answer;
    const content = { type: 'text', text };
    return { kind: 'result', result: { role: 'assistant', content, model, stopReason: 'endTurn' } };
  }
}

/** Of several answers the last one is given again and again. */
function pick<T>(answers: readonly T[] | undefined, given: number): T | undefined {
  return answers?.[Math.min(given, answers.length - 1)];
}
