import type { PipedProcess } from '../process/piped.ts';
import type { Finding, Protocol, Startup, ToolResult } from '../result/model.ts';

/** Starts one instance of the server under test; this room knows nothing of where it runs. */
export type StartServer = () => PipedProcess;

export interface SessionOptions {
  /** Milliseconds from the start of the process to the answer to `initialize`, and for all lists together. */
  readonly startTimeoutMs: number;
  /** Milliseconds that the server gets to exit after its stdin was closed, before it is killed. */
  readonly stopTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Every line of the server's stderr, cut to a bounded length, already without its line end. */
  readonly onStderr?: (line: string) => void;
}

/** What a server said about itself after the handshake. Lists are complete (all pages) or say in `findings` why not. */
export interface Surface {
  readonly protocol: Protocol;
  readonly tools: readonly ToolResult[];
  readonly prompts: readonly unknown[];
  readonly resources: readonly unknown[];
}

/** The answer to one `tools/call`, as it came over the wire. */
export type CallOutcome =
  | { readonly kind: 'result'; readonly result: Readonly<Record<string, unknown>>; readonly durationMs: number }
  | {
      readonly kind: 'protocolError';
      readonly code: number;
      readonly message: string;
      readonly data?: unknown;
      readonly durationMs: number;
    }
  | { readonly kind: 'timeout'; readonly durationMs: number }
  /** The server ended, or broke the session, before it answered; `reason` is a sentence for the user. */
  | { readonly kind: 'closed'; readonly reason: string; readonly durationMs: number }
  /** The run itself was aborted. */
  | { readonly kind: 'aborted'; readonly durationMs: number };

/** A live session with one process of the server. Calls run one after another. */
export interface Session {
  readonly surface: Surface;
  readonly timings: { readonly startMs: number; readonly listMs: number };
  /** false once the process has ended or the stream was broken. */
  readonly alive: boolean;
  callTool(name: string, args: Readonly<Record<string, unknown>>, timeoutMs: number): Promise<CallOutcome>;
  /** What was noticed so far: dirty stdout, pages that never end, broken tools. */
  findings(): readonly Finding[];
  stderrTail(): string;
  /** Closes stdin, waits `stopTimeoutMs`, kills. Idempotent; never rejects. */
  close(): Promise<void>;
}

export type OpenResult =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly startup: Startup; readonly findings: readonly Finding[] };
