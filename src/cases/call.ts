import pRetry from 'p-retry';
import type { ServerConfig, StepSpec } from '../config/model.ts';
import type { CallOutcome, Session } from '../mcp/model.ts';
import type { CaseAttempt, ToolResult } from '../result/model.ts';
import type { ServerInstance } from './environment.ts';
import type { FileView } from './expect/files.ts';
import { pathsToRemember } from './expect/files.ts';
import type { InstanceSource } from './instances.ts';
import { messageOf } from './message-of.ts';
import { sessionRequest } from './request.ts';
import { sentence } from './show.ts';
import { unlistedTool } from './unlisted-tool.ts';

export interface CallOptions {
  readonly server: ServerConfig;
  readonly instances: InstanceSource;
  /** The session of the steps before, which has to be that of this one too; null where it may be any. */
  readonly session: Session | null;
  readonly signal: AbortSignal;
}

/** How the calling of one step ended: with an outcome to judge, or before there was one. Reasons are sentences. */
export type CallEnd =
  | Called
  | { readonly kind: 'unlisted' | 'restarted' | 'interrupted'; readonly reason: string }
  /** There is no server to ask: gone (`failed`), or by our own trouble (`error`). */
  | { readonly kind: 'noServer'; readonly state: 'failed' | 'error'; readonly reason: string };

export interface Called {
  readonly kind: 'called';
  readonly outcome: CallOutcome;
  readonly tool: ToolResult | undefined;
  readonly instance: ServerInstance;
  /** Of the paths to remember, before the first attempt; null where there were none. */
  readonly filesBefore: FileView | null;
}

/** Carries what may be tried again through the retry library. */
class Again extends Error {
  readonly end: Called;
  constructor(end: Called) {
    super('again');
    this.end = end;
  }
}

const firstWaitMs = 1000;
const longestWaitMs = 10_000;
export const interrupted = 'the run was interrupted';
const restarted = 'the server ended after the step before, and what it knew of this case is gone';

/**
 * Sends the request of a step, again after a timeout or a lost connection where that does no harm (all that only reads, and tools with
 * readOnlyHint or idempotentHint), at most `server.retries` times in all. Every attempt is added to `attempts`.
 * Never rejects.
 */
export async function callStep(step: StepSpec, options: CallOptions, attempts: CaseAttempt[]): Promise<CallEnd> {
  let waitedMs = 0;
  let filesBefore: FileView | null = null;
  const attempt = async () => {
    const end = await callOnce(step, options, filesBefore);
    if (end.kind !== 'called') return end;
    filesBefore = end.filesBefore;
    const { durationMs } = end.outcome;
    attempts.push({ durationMs, outcome: describe(end.outcome), waitedMs, step: step.name });
    if (isWorthAnother(end.outcome) && mayRepeat(step, end.tool)) throw new Again(end);
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
    const reason = sentence(`the case could not be run: ${messageOf(error)}`);
    return { kind: 'noServer', state: 'error', reason };
  }
}

async function callOnce(step: StepSpec, options: CallOptions, known: FileView | null): Promise<CallEnd> {
  const offer = await options.instances.take();
  if ('failed' in offer) return { kind: 'noServer', state: 'failed', reason: sentence(offer.failed) };
  if ('error' in offer) return { kind: 'noServer', state: 'error', reason: sentence(offer.error) };
  if (options.session !== null && options.session !== offer.session) return { kind: 'restarted', reason: restarted };
  const { request } = step;
  const { tools } = offer.session.surface;
  const tool = request.kind === 'tool' ? tools.find(({ name }) => name === request.name) : undefined;
  if (request.kind === 'tool' && tool === undefined && !expectsError(step)) {
    const names = tools.map(({ name }) => name);
    return { kind: 'unlisted', reason: sentence(unlistedTool(request.name, names)) };
  }
  const filesBefore = known ?? (await remember(step, offer));
  const outcome = await ask(step, offer, options.server);
  return { kind: 'called', outcome, tool, instance: offer, filesBefore };
}

async function ask(step: StepSpec, { session }: ServerInstance, server: ServerConfig): Promise<CallOutcome> {
  const started = performance.now();
  try {
    return await session.request(sessionRequest(step.request), step.timeout ?? server.timeouts.call);
  } catch (error) {
    const reason = `the call broke off: ${messageOf(error)}`;
    return { kind: 'closed', reason, durationMs: performance.now() - started };
  }
}

async function remember({ expect }: StepSpec, instance: ServerInstance): Promise<FileView | null> {
  const paths = expect.files === undefined ? [] : pathsToRemember(expect.files);
  return paths.length === 0 ? null : instance.files(paths);
}

/** A step about an unknown tool is a fair question; only one that expects success can be answered without asking. */
function expectsError({ expect }: StepSpec): boolean {
  return expect.isError === true || expect.protocolError !== undefined;
}

function isWorthAnother({ kind }: CallOutcome): boolean {
  return kind === 'timeout' || kind === 'lost';
}

function mayRepeat({ request }: StepSpec, tool: ToolResult | undefined): boolean {
  if (request.kind !== 'tool') return true;
  const hints = tool?.annotations;
  if (typeof hints !== 'object' || hints === null) return false;
  return (
    ('readOnlyHint' in hints && hints.readOnlyHint === true) ||
    ('idempotentHint' in hints && hints.idempotentHint === true)
  );
}

function describe(outcome: CallOutcome): string {
  if (outcome.kind === 'timeout') return 'timeout';
  if (outcome.kind === 'closed' || outcome.kind === 'lost') return sentence(outcome.reason);
  return outcome.kind === 'aborted' ? interrupted : 'answered';
}
