import type { Location } from '../result/model.ts';
import type { CaseSpec } from './case-model.ts';
import type { WrittenConfig } from './written.ts';
import type { FoundEntry, FoundServers, RegistrySpec, RepositorySpec } from './repository-model.ts';

export type * from './case-model.ts';

/** A configuration that was read, merged with defaults and found free of mistakes. Durations are milliseconds, sizes bytes. */
export interface WorkflowConfig {
  /** Those that are known before anything is fetched. */
  readonly servers: readonly ServerConfig[];
  /** Where more are to be found. */
  readonly repositories: readonly RepositorySpec[];
  /**
   * Puts together what was found in the repositories, each refined by what the file says under its name, and leaves what
   * the inputs select. Names must be unique.
   */
  readonly withFound: (found: readonly FoundEntry[]) => FoundServers;
  /** What stands in the result for a repository that no server comes from. */
  readonly standIn: (name: string, repository: RepositorySpec) => ServerConfig;
  /** Scopes of npm with registries of their own. */
  readonly registries: readonly RegistrySpec[];
  /** For a variable that a manifest requires and nobody grants. */
  readonly otherwise: 'skip' | 'placeholder';
  readonly gate: { readonly onIncomplete: 'fail' | 'neutral' };
  /** Every snapshot that any case of the files asks for, selected for this run or not: absolute file to its keys. */
  readonly snapshots: ReadonlyMap<string, readonly string[]>;
  /** What the files say, as they say it; null unless only what changed is to run. */
  readonly written: WrittenConfig | null;
}

export interface ServerConfig {
  readonly name: string;
  readonly source: SourceSpec;
  /** How the server is reached once it runs, or where it runs already. */
  readonly transport: Transport;
  /** Which handshake: `auto` tries `initialize` and, where that is refused as unsupported, `server/discover`. */
  readonly protocol: 'auto' | 'legacy' | 'modern';
  /** Programs that the server needs beside it, by name; started before it, in its network namespace. */
  readonly services: readonly ServiceConfig[];
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
  /** How the image that it runs in is built from its source; null: none is built. */
  readonly build: BuildConfig | null;
  readonly installScripts: 'sandboxed' | 'never';
  readonly work: WorkFolder | null;
  readonly mounts: readonly Mount[];
  readonly resources: Resources;
  readonly timeouts: Timeouts;
  /** Attempts in all, for infrastructure faults and idempotent timeouts only. */
  readonly retries: number;
  readonly cases: readonly CaseSpec[];
}

/** Paths are relative to the root of the source, without `..`. */
export interface BuildConfig {
  /** null: that of the server's folder, or else of the root. */
  readonly dockerfile: string | null;
  /** null: the folder of the Dockerfile. */
  readonly context: string | null;
  /** null: the last stage. */
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
  /** `HOST` or `HOST:PORT`, beside those of the package managers. */
  readonly hosts: readonly string[];
  /** As they stand in references: images of these are used as the machine's user may use them; `localhost`: its own. */
  readonly registries: readonly string[];
}

export type SourceSpec =
  | { readonly kind: 'npm'; readonly given: string; readonly name: string; readonly range: string }
  | { readonly kind: 'path'; readonly given: string; /** Absolute, inside the workspace. */ readonly path: string }
  | {
      readonly kind: 'pypi';
      readonly given: string;
      readonly name: string;
      /** Exact. */ readonly version: string | null;
    }
  /** A repository: what it holds is found out when it was fetched. */
  | {
      readonly kind: 'git';
      readonly given: string;
      /** `owner/repo` on the GitHub server that the run belongs to, or a URL without credentials. */
      readonly repository: { readonly slug: string } | { readonly url: string };
      /** A branch, a tag or a commit; null: what its HEAD names. */
      readonly ref: string | null;
      /** The folder in it that servers are looked for in; `.` for all of it. */
      readonly path: string;
    }
  /** An MCP bundle (`*.mcpb`) of the workspace: absolute. */
  | { readonly kind: 'mcpb'; readonly given: string; readonly path: string }
  /** A server of the official MCP registry, or a `server.json` of the workspace: absolute. */
  | { readonly kind: 'registry'; readonly given: string; readonly name: string; readonly version: string }
  | { readonly kind: 'registry'; readonly given: string; readonly file: string }
  | {
      readonly kind: 'oci';
      readonly given: string;
      /** With tag or digest, as podman takes it. */ readonly reference: string;
    }
  /** A server that runs elsewhere: nothing is installed, and no container is started. */
  | { readonly kind: 'remote'; readonly given: string; readonly url: string };

export type Transport =
  | { readonly kind: 'stdio' }
  /** Streamable HTTP on the loopback of the server's own sandbox. */
  | { readonly kind: 'http'; readonly port: number; /** Begins with `/`. */ readonly path: string }
  /** Streamable HTTP to a remote server; goes with a `remote` source, and only with that. */
  | {
      readonly kind: 'remote';
      readonly url: string;
      readonly auth: RemoteAuth | null;
      /** Further request headers; a secret value is never shown. */
      readonly headers: readonly EnvEntry[];
      readonly health: Health | null;
    };

export type RemoteAuth =
  | { readonly kind: 'bearer'; readonly token: SecretValue }
  /** OAuth 2.1 client credentials (RFC 6749, section 4.4). */
  | {
      readonly kind: 'clientCredentials';
      /** null: found by the server's protected resource metadata (RFC 9728) and its authorization server (RFC 8414). */
      readonly tokenUrl: string | null;
      readonly clientId: string;
      readonly clientSecret: SecretValue;
      readonly scope: string | null;
    };

export interface SecretValue {
  readonly secret: string;
  /** null where the secret was not granted: the server is then skipped. */
  readonly value: string | null;
}

/** A remote server's health is asked for before its session, and again and again while it is tested. */
export interface Health {
  /** Path on the server's origin, asked by GET for a 2xx; null: by the protocol (`ping`, or `server/discover`). */
  readonly path: string | null;
  readonly interval: number;
  readonly timeout: number;
}

export interface ServiceConfig {
  readonly name: string;
  /** `host`, or an image by tag or digest. */
  readonly image: string;
  /** null: the image's own entry point and command. */
  readonly command: readonly string[] | null;
  readonly args: readonly string[];
  readonly env: readonly EnvEntry[];
  /** When the server may be started; null: at once. */
  readonly ready: ReadyCheck | null;
  /** Milliseconds until it must be ready. */
  readonly startTimeout: number;
  readonly resources: Resources;
  readonly location: Location;
}

export type ReadyCheck =
  | { readonly kind: 'tcp'; readonly port: number }
  /** GET answers with 2xx. */
  | { readonly kind: 'http'; readonly port: number; readonly path: string }
  /** A line of its output (stdout or stderr) contains this text. */
  | { readonly kind: 'log'; readonly contains: string };

export type EnvEntry =
  | { readonly kind: 'plain'; readonly name: string; readonly value: string }
  /** `value` is null where the secret was not granted; then `otherwise` decides. */
  | {
      readonly kind: 'secret';
      readonly name: string;
      readonly secret: string;
      readonly value: string | null;
      readonly otherwise: 'skip' | 'placeholder';
      /** Not the user's file but a manifest asks for it, there: it is never given what the file does not grant. */
      readonly askedBy?: string;
    };

/** A folder of the workspace, copied in and writable for the server. */
export interface WorkFolder {
  /** Absolute on the host, inside the workspace, not in `.git`; null: the folder starts empty. */
  readonly from: string | null;
  /** Absolute in the container. */
  readonly at: string;
  /** `case`: each case gets the folder anew, and therefore a process of the server of its own. */
  readonly reset: 'server' | 'case';
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
  /** Only servers run that are not the same as in the base of the event, or in `base`. */
  readonly changedOnly: boolean;
  /** Only from the command line: the commit that `changedOnly` compares with. */
  readonly base: string | null;
  /** Only from the command line: snapshots are written instead of compared. */
  readonly updateSnapshots: boolean;
  /** Only from the command line: the part of the cases that this run is for, `index` from 1; null: all. */
  readonly shard: { readonly index: number; readonly count: number } | null;
}
