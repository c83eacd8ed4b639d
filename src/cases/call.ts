import pRetry from 'p-retry';
import type { CaseSpec, ServerConfig } from '../config/model.ts';
import type { CallOutcome, Session } from '../mcp/model.ts';
import type { CaseAttempt, ToolResult } from '../result/model.ts';
import { sentence } from './show.ts';
import { unlistedTool } from './unlisted-tool.ts';

/** `failed`: the server is gone. `error`: our own trouble. Both are sentences. */
export type SessionOffer = { readonly session: Session } | { readonly failed: string } | { readonly error: string };

export interface CallOptions {
  readonly server: ServerConfig;
  /** Never rejects. */
  readonly session: () => Promise<SessionOffer>;
  readonly signal: AbortSignal;
}

/** How the calling of one case ended: with an outcome to judge, or before there was one. */
export type CallEnd =
  | { readonly kind: 'called'; readonly outcome: CallOutcome; readonly tool: ToolResult | undefined }
  | { readonly kind: 'failed' | 'error' | 'interrupted'; readonly reason: string };

/** Carries a timeout that may be tried again through the retry library. */
class Again extends Error {
  readonly end: CallEnd;
  constructor(end: CallEnd) {
    super('timeout');
    this.end = end;
  }
}

const firstWaitMs = 1000;
const longestWaitMs = 10_000;
export const interrupted = 'the run was interrupted';

/**
 * Calls the tool of a case, again after a timeout where the tool says that this does no harm (readOnlyHint or
 * idempotentHint), at most `server.retries` times in all. Every attempt is added to `attempts`. Never rejects.
 */
export async function callTool(spec: CaseSpec, options: CallOptions, attempts: CaseAttempt[]): Promise<CallEnd> {
  let waitedMs = 0;
  const attempt = async () => {
    const end = await callOnce(spec, options);
    if (end.kind === 'called')
      attempts.push({ durationMs: end.outcome.durationMs, outcome: describe(end.outcome), waitedMs });
    if (end.kind === 'called' && end.outcome.kind === 'timeout' && mayRepeat(end.tool)) throw new Again(end);
    return end;
  };
  try {
    return await pRetry(attempt, {
      retries: Math.max(0, options.server.retries - 1),
      minTimeout: firstWaitMs,
      maxTimeout: longestWaitMs,
      signal: options.signal,
      shouldRetry: ({ error }) => error instanceof Again,
      onFailedAttempt: ({ retryDelay }) => {
        waitedMs = retryDelay;
      },
    });
  } catch (error) {
    if (options.signal.aborted) return { kind: 'interrupted', reason: interrupted };
    if (error instanceof Again) return error.end;
    return { kind: 'error', reason: sentence(`the case could not be run: ${messageOf(error)}`) };
  }
}

async function callOnce(spec: CaseSpec, { server, session: open }: CallOptions): Promise<CallEnd> {
  const offer = await open();
  if ('failed' in offer) return { kind: 'failed', reason: sentence(offer.failed) };
  if ('error' in offer) return { kind: 'error', reason: sentence(offer.error) };
  const { session } = offer;
  const { tools } = session.surface;
  const tool = tools.find(({ name }) => name === spec.tool);
  if (tool === undefined && !expectsError(spec)) {
    const names = tools.map(({ name }) => name);
    return { kind: 'failed', reason: sentence(unlistedTool(spec.tool, names)) };
  }
  const started = performance.now();
  try {
    const outcome = await session.callTool(spec.tool, spec.args, spec.timeout ?? server.timeouts.call);
    return { kind: 'called', outcome, tool };
  } catch (error) {
    const reason = `the call broke off: ${messageOf(error)}`;
    return { kind: 'called', outcome: { kind: 'closed', reason, durationMs: performance.now() - started }, tool };
  }
}

/** A case about an unknown tool is a fair question; only one that expects success can be answered without asking. */
function expectsError({ expect }: CaseSpec): boolean {
  return expect.isError === true || expect.protocolError !== undefined;
}

function mayRepeat(tool: ToolResult | undefined): boolean {
  const hints = tool?.annotations;
  if (typeof hints !== 'object' || hints === null) return false;
  return (
    ('readOnlyHint' in hints && hints.readOnlyHint === true) ||
    ('idempotentHint' in hints && hints.idempotentHint === true)
  );
}

function describe(outcome: CallOutcome): string {
  if (outcome.kind === 'timeout') return 'timeout';
  if (outcome.kind === 'closed') return sentence(outcome.reason);
  return outcome.kind === 'aborted' ? interrupted : 'answered';
}

/** Of what was thrown: never a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'for an unknown reason';
}
