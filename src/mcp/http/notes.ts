import type { Finding } from '../../result/model.ts';
import { finding } from '../finding.ts';
import type { Secrets } from './secrets.ts';

const keptTexts = 3;

/** What a server does over HTTP that the specification wants otherwise; bounded, whatever comes. */
export class HttpNotes {
  /** Events, or parts of batches, that are no JSON-RPC messages. */
  dirty = 0;
  /** Answers in JSON under another content type. */
  mistyped = 0;
  /** Notifications answered with another status than 202. */
  unaccepted = 0;
  /** An `Mcp-Session-Id` that no client can send back. */
  badSessionId = false;
  readonly #dirt: string[] = [];
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  addDirt(text: string): void {
    this.dirty++;
    if (this.#dirt.length < keptTexts) this.#dirt.push(this.#secrets.quotable(text));
  }

  findings(): Finding[] {
    const findings: Finding[] = [];
    if (this.dirty > 0) {
      const message = `Answers over HTTP carried ${this.dirty} events or items that are no JSON-RPC messages.`;
      findings.push(finding('http-messages', 'medium', message, { evidence: [...this.#dirt] }));
    }
    if (this.mistyped > 0) {
      const message = `${this.mistyped} answers in JSON came with a Content-Type other than application/json; strict clients refuse them.`;
      findings.push(finding('http-content-type', 'medium', message));
    }
    if (this.unaccepted > 0) {
      const message = `${this.unaccepted} notifications or answers of the client were answered with another status than 202.`;
      findings.push(finding('http-accepted', 'low', message));
    }
    if (this.badSessionId) {
      const message = 'Mcp-Session-Id is longer than 1 KiB or not visible ASCII, so it was not used.';
      findings.push(finding('http-session-id', 'medium', message));
    }
    return findings;
  }
}
