import { STATUS_CODES } from 'node:http';
import { failure, type HttpFailure } from './failure.ts';
import type { Secrets } from './secrets.ts';

/** Said by what stands before a server, those of well-known networks included. */
const gateway = (status: number) => [502, 503, 504].includes(status) || (status >= 520 && status <= 530);
const maxChallenge = 200;

export interface StatusFacts {
  readonly status: number;
  /** What was asked, for example `initialize`. */
  readonly asked: string;
  readonly place: string;
  /** The header WWW-Authenticate, where there was one. */
  readonly challenge: string | null;
  /** The beginning of the body, where it was text. */
  readonly text: string;
  readonly authorized: boolean;
}

/** Says what a status that brought no answer means. */
export function statusFailure(facts: StatusFacts, secrets: Secrets): HttpFailure {
  const { status, asked, place, text } = facts;
  const name = STATUS_CODES[status];
  const shown = `HTTP ${status}${name === undefined ? '' : ` (${name})`}`;
  const said = text.trim() === '' ? '' : `: "${secrets.quotable(text, 120)}"`;
  const found = `The server answered ${asked} at ${place} with ${shown}`;
  if (status === 401 || status === 403) return authFailure(facts, found, secrets);
  if (gateway(status)) {
    const notYet = status <= 504;
    return failure('lost', `${found}${said}`, 'look at the gateway before it, and whether it runs', { status, notYet });
  }
  if (status === 429) return failure('lost', found, 'it wants to be asked less often, so run again later', { status });
  if (status === 404 || status === 405 || status === 410) {
    return failure('notMcp', found, 'check the path: streamable HTTP takes POST at its endpoint', { status });
  }
  return failure('status', `${found}${said}`, 'check the path, and look in its log', { status });
}

function authFailure({ status, challenge, authorized }: StatusFacts, found: string, secrets: Secrets): HttpFailure {
  const wants = challenge === null ? '' : ` and asks for "${secrets.quotable(challenge, maxChallenge)}"`;
  const advice = authorized
    ? 'the credentials under `auth` were not accepted, so check their value, scope and expiry'
    : 'give it credentials under `auth` (or `headers`) as `{ secret: NAME }`';
  return failure('auth', `${found}${wants}`, advice, { status });
}
