import type { StartupOutcome } from '../../result/model.ts';

/** Why HTTP gave no answer to a request. Its texts hold no secret. */
export interface HttpFailure {
  readonly kind:
    /** No connection came about. */
    | 'unreachable'
    /** A connection was lost, or a gateway before the server gave up. */
    | 'lost'
    | 'auth'
    /** A status that says no. */
    | 'status'
    /** Whatever speaks there does not speak MCP over streamable HTTP. */
    | 'notMcp';
  /** What was found, a sentence without its full stop. */
  readonly found: string;
  /** What to do about it, continuing the sentence after a colon. */
  readonly advice: string;
  readonly status: number | null;
  /** As when nothing listens yet: it is worth asking again while the server starts. */
  readonly notYet: boolean;
}

const outcomes: Readonly<Record<HttpFailure['kind'], Exclude<StartupOutcome, 'ok'>>> = {
  unreachable: 'unreachable',
  lost: 'unreachable',
  auth: 'auth_required',
  status: 'not_mcp',
  notMcp: 'not_mcp',
};

/** @returns what a start that ended so is called */
export function outcomeOf({ kind }: HttpFailure): Exclude<StartupOutcome, 'ok'> {
  return outcomes[kind];
}

/** Nobody's verdict on the server: the way to it broke. */
export function isInfrastructure({ kind }: HttpFailure): boolean {
  return kind === 'unreachable' || kind === 'lost';
}

export function failure(
  kind: HttpFailure['kind'],
  found: string,
  advice: string,
  more: { readonly status?: number; readonly notYet?: boolean } = {},
): HttpFailure {
  return { kind, found, advice, status: more.status ?? null, notYet: more.notYet ?? false };
}
