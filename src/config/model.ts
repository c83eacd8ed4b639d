import type { Location } from '../result/model.ts';

/** A configuration that was read, merged with defaults and found free of mistakes. Durations are milliseconds, sizes bytes. */
export interface WorkflowConfig {
  readonly servers: readonly ServerConfig[];
  readonly gate: { readonly onIncomplete: 'fail' | 'neutral' };
}

export interface ServerConfig {
  readonly name: string;
  readonly source: SourceSpec;
  /** Where the source stands in the user's file; null when it came from an input. */
  readonly location: Location | null;
  /** Which of the package's commands to start; null: the only one, or the one named as the package. */
  readonly bin: string | null;
  /** Replaces the start altogether; null: the package's command. */
  readonly command: readonly string[] | null;
  readonly args: readonly string[];
  readonly env: readonly EnvEntry[];
  /** `host`, or an image by digest or tag. */
  readonly image: string;
  readonly installScripts: 'sandboxed' | 'never';
  readonly work: WorkFolder | null;
  readonly mounts: readonly Mount[];
  readonly resources: Resources;
  readonly timeouts: Timeouts;
  /** Attempts in all, for infrastructure faults and idempotent timeouts only. */
  readonly retries: number;
  readonly cases: readonly CaseSpec[];
}

export type SourceSpec =
  | { readonly kind: 'npm'; readonly given: string; readonly name: string; readonly range: string }
  | { readonly kind: 'path'; readonly given: string; /** Absolute, inside the workspace. */ readonly path: string };

export type EnvEntry =
  | { readonly kind: 'plain'; readonly name: string; readonly value: string }
  /** `value` is null where the secret was not granted; then `otherwise` decides. */
  | {
      readonly kind: 'secret';
      readonly name: string;
      readonly secret: string;
      readonly value: string | null;
      readonly otherwise: 'skip' | 'placeholder';
    };

/** A folder of the workspace, copied in and writable for the server. */
export interface WorkFolder {
  /** Absolute on the host, inside the workspace, not in `.git`; null: the folder starts empty. */
  readonly from: string | null;
  /** Absolute in the container. */
  readonly at: string;
}

/** A file or folder of the workspace, copied in and read-only. */
export interface Mount {
  readonly from: string;
  readonly at: string;
}

export interface Resources {
  readonly cpus: number;
  readonly memory: number;
  readonly pids: number;
  readonly disk: number;
}

export interface Timeouts {
  readonly install: number;
  readonly start: number;
  readonly call: number;
  readonly stop: number;
}

export interface CaseSpec {
  readonly id: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly expect: Expectations;
  readonly location: Location;
  /** null: the server's `timeouts.call`. */
  readonly timeout: number | null;
  readonly tags: readonly string[];
  /** A reason, or null when it is to run. */
  readonly skip: string | null;
  readonly only: boolean;
}

/** What a case expects; one spelling each (docs/ASSERTIONS.md). Absent means not asked. */
export interface Expectations {
  readonly isError?: boolean;
  readonly protocolError?: { readonly code?: number; readonly message?: string };
  readonly contains?: readonly string[];
  readonly notContains?: readonly string[];
  /** ECMAScript regular expressions (with the `u` flag), each found somewhere in the text. */
  readonly matches?: readonly string[];
  readonly equals?: unknown;
  /** JSONPath (RFC 9535) to the value expected there. */
  readonly jsonPath?: Readonly<Record<string, unknown>>;
  /** A JSON Schema, already read when it stood in a file. */
  readonly schema?: unknown;
  /** Default true: a declared outputSchema is checked on every result. */
  readonly matchesOutputSchema?: boolean;
  /** Milliseconds. */
  readonly maxLatency?: number;
}

/** What the user gave from outside the file: action inputs or command line flags. */
export interface RunInputs {
  /** Path as given; null: `.github/mcp-workflow.yml` if it exists. */
  readonly config: string | null;
  /** Sources, one each; needs no file. */
  readonly repositories: readonly string[];
  /** Names of servers to run; empty: all. */
  readonly servers: readonly string[];
  /** Tags of cases to run; empty: all. */
  readonly tags: readonly string[];
  /** Names of the granted secrets, and their values by name. */
  readonly secrets: readonly string[];
  readonly failOn: 'failed' | 'error' | 'never';
  /** null: cores, at most 4. */
  readonly concurrency: number | null;
  /** Of the whole run, in milliseconds. */
  readonly timeout: number;
  readonly resultsDirectory: string | null;
  readonly allowUntrustedTrigger: boolean;
}
