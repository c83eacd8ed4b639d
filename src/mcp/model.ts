import type { PipedProcess } from '../process/piped.ts';
import type { Finding, Protocol, Startup, ToolResult } from '../result/model.ts';

/** Starts one instance of the server under test; this room knows nothing of where it runs. */
export type StartServer = () => PipedProcess;

/** How a server is reached. */
export type Reach =
  | { readonly kind: 'stdio'; readonly start: StartServer }
  /**
   * Streamable HTTP. `start` is null where the server runs elsewhere already; where it is not, its streams are only
   * listened to, and readiness is that the protocol answers, not a pause.
   */
  | { readonly kind: 'http'; readonly start: StartServer | null; readonly endpoint: HttpEndpoint };

export interface HttpEndpoint {
  /** Where requests go; redirects to other hosts are refused. */
  readonly url: string;
  /** A Unix socket to dial instead of the URL's host; null: the network. */
  readonly socketPath: string | null;
  /** Values may be secrets: they stand in no message, finding or log. */
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: HttpAuth | null;
  /** null: `ping` or `server/discover` before the session is enough. */
  readonly health: HealthCheck | null;
}

export type HttpAuth =
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      readonly kind: 'clientCredentials';
      /** null: found by the server's metadata. */
      readonly tokenUrl: string | null;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string | null;
    };

export interface HealthCheck {
  /** On the endpoint's origin; null: by the protocol. */
  readonly path: string | null;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export interface SessionOptions {
  /** Milliseconds from the start of the process to the end of the handshake, and for all lists together. */
  readonly startTimeoutMs: number;
  /** Milliseconds that the server gets to exit after its stdin was closed, before it is killed. */
  readonly stopTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Every line of the server's stderr, cut to a bounded length, already without its line end. */
  readonly onStderr?: (line: string) => void;
  /** `auto` where absent: `initialize` first; where that is refused as unsupported, a second process and `server/discover`. */
  readonly protocol?: 'auto' | 'legacy' | 'modern';
  /** Each that is given is declared as a capability of the client; absent: none is. */
  readonly client?: ClientAnswers;
}

/** What the client answers when the server asks it; of several answers the last one is given again and again. */
export interface ClientAnswers {
  readonly elicitation?: readonly {
    readonly action: 'accept' | 'decline' | 'cancel';
    readonly content?: Readonly<Record<string, unknown>>;
  }[];
  readonly sampling?: readonly { readonly text: string; readonly model: string }[];
  readonly roots?: readonly { readonly uri: string; readonly name?: string }[];
}

/** What a server said about itself after the handshake. Lists are complete (all pages) or say in `findings` why not. */
export interface Surface {
  readonly protocol: Protocol;
  readonly tools: readonly ToolResult[];
  readonly prompts: readonly unknown[];
  readonly resources: readonly unknown[];
  readonly resourceTemplates: readonly unknown[];
}

/** What a case may ask of a server; `list` gathers all pages into one result. */
export type SessionRequest =
  | {
      readonly method: 'tools/call' | 'prompts/get' | 'resources/read' | 'completion/complete';
      readonly params: Readonly<Record<string, unknown>>;
    }
  | { readonly method: 'list'; readonly list: 'tools' | 'prompts' | 'resources' | 'resourceTemplates' };

/** What came from the server between a request and its answer, in order of arrival; each list is bounded. */
export interface Heard {
  /** `params` of `notifications/progress` for this request. */
  readonly progress: readonly Readonly<Record<string, unknown>>[];
  /** `params` of `notifications/message`. */
  readonly logs: readonly Readonly<Record<string, unknown>>[];
  /** What the server asked the client, and whether there was an answer for it. */
  readonly requests: readonly { readonly method: string; readonly answered: boolean }[];
}

/** The answer to one request, as it came over the wire. */
export type CallOutcome =
  | {
      readonly kind: 'result';
      readonly result: Readonly<Record<string, unknown>>;
      readonly durationMs: number;
      readonly heard: Heard;
    }
  | {
      readonly kind: 'protocolError';
      readonly code: number;
      readonly message: string;
      readonly data?: unknown;
      readonly durationMs: number;
      readonly heard: Heard;
    }
  /** `timeoutMs` is what it was given, `durationMs` what was measured. */
  | { readonly kind: 'timeout'; readonly timeoutMs: number; readonly durationMs: number }
  /** The server ended, or broke the session, before it answered; `reason` is a sentence for the user. */
  | { readonly kind: 'closed'; readonly reason: string; readonly durationMs: number }
  /** The connection to a server that runs elsewhere broke: nobody's verdict on it; `reason` as above. */
  | { readonly kind: 'lost'; readonly reason: string; readonly durationMs: number }
  /** The run itself was aborted. */
  | { readonly kind: 'aborted'; readonly durationMs: number };

/** A live session with one process of the server, or one that runs elsewhere. Calls run one after another. */
export interface Session {
  readonly surface: Surface;
  readonly timings: { readonly startMs: number; readonly listMs: number };
  /** false once the process has ended or the stream was broken. */
  readonly alive: boolean;
  /** Sends one request; a progress token goes with it, so that progress can be heard. Never rejects. */
  request(request: SessionRequest, timeoutMs: number): Promise<CallOutcome>;
  /** From here on the client answers with these; the capabilities stay as they were declared. */
  answerWith(client: ClientAnswers): void;
  /** What was noticed so far: dirty stdout, pages that never end, broken tools. */
  findings(): readonly Finding[];
  stderrTail(): string;
  /** Closes stdin, waits `stopTimeoutMs`, kills. Idempotent; never rejects. */
  close(): Promise<void>;
}

export type OpenResult =
  | {
      readonly ok: true;
      readonly session: Session;
      /** Each try to shake hands: two where a second era was needed. */
      readonly attempts: Startup['attempts'];
    }
  | { readonly ok: false; readonly startup: Startup; readonly findings: readonly Finding[] };
