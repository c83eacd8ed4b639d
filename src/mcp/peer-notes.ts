import type { Finding } from '../result/model.ts';
import type { Era } from './era.ts';
import { finding } from './finding.ts';
import { cut } from './text.ts';

const methodLength = 200;
const countedMethods = 3;

/** Messages of a server that it should not have sent, counted whatever the wire; bounded. */
export class PeerNotes {
  /** Answers to requests that were never made, or made and answered before. */
  strayAnswers = 0;
  /** Answers whose id is the request's number written as a string. */
  retypedIds = 0;
  /** Results of the modern era without `resultType`. */
  untypedResults = 0;
  #requests = 0;
  #listChanges = 0;
  readonly #methods: string[] = [];

  /** A request that the client declared no capability for, or, in the modern era, any. */
  addRequest(method: string): void {
    this.#requests++;
    const name = cut(method, methodLength);
    if (this.#methods.length < countedMethods && !this.#methods.includes(name)) this.#methods.push(name);
  }

  /** What was listed may be another list by now. */
  addListChange(): void {
    this.#listChanges++;
  }

  /** What was said before the lists were read is in them. */
  listsWereRead(): void {
    this.#listChanges = 0;
  }

  findings(era: Era): Finding[] {
    const findings: Finding[] = [];
    if (this.strayAnswers > 0) {
      const message = `${this.strayAnswers} answers had an id that no open request has; they were ignored.`;
      findings.push(finding('answer-ids', 'medium', message));
    }
    if (this.retypedIds > 0) {
      const message = `${this.retypedIds} answers gave back the request's numeric id as a string; strict clients ignore them.`;
      findings.push(finding('answer-ids', 'medium', message));
    }
    if (this.untypedResults > 0) {
      const message = `${this.untypedResults} results lacked \`resultType\`, which revision 2026-07-28 demands; they were taken as complete.`;
      findings.push(finding('result-type', 'medium', message));
    }
    if (this.#requests > 0) findings.push(this.#requestFinding(era));
    if (this.#listChanges > 0) {
      const message = `The server said ${this.#listChanges} times during its cases that its lists have changed; what stands here is what was listed at the start.`;
      findings.push(finding('list-changed', 'info', message));
    }
    return findings;
  }

  #requestFinding(era: Era): Finding {
    const evidence = [...this.#methods];
    if (era === 'modern') {
      const message = `The server asked ${this.#requests} times for what this client declared no capability for, or by a request of its own, which revision 2026-07-28 forbids.`;
      return finding('client-capabilities', 'high', message, { evidence });
    }
    const message = `The server sent ${this.#requests} requests that this client declared no capability for.`;
    return finding('client-capabilities', 'medium', message, { evidence });
  }
}
