import type { Annotation } from '../result/annotation.ts';

/** Where a run stands: a GitHub job or somebody's terminal. The engine knows nothing else of either. */
export interface Host {
  readonly kind: 'github' | 'terminal';
  /** The directory that configuration paths are relative to. */
  readonly workspace: string;
  /** Where results go unless the user says otherwise. */
  readonly defaultResultsDirectory: string;
  /**
   * What tells this step of this job apart from every other one on the machine, the same in main and in post.
   * In a terminal, it names the invocation.
   */
  readonly stepKey: string;

  /** The GitHub that `owner/repo` means, and a token for reading its repositories, where there is one. */
  readonly platform: { readonly serverUrl: string; readonly apiUrl: string; readonly token: string | null };

  /**
   * The commit that the workspace is compared with where only what changed is to run.
   * @param given names one, from the command line; null: what the job's event says
   */
  baseCommit(given: string | null): Promise<BaseCommit>;
  /** The platform's copy of the job's repository, for commits that are not in the workspace; null where there is none. */
  readonly repository: PlatformRepository | null;

  /**
   * Why what lies in the workspace may not be trusted with this job's secrets, as a sentence; null when it may.
   * @param files of the workspace that the run would read its configuration or sources from.
   */
  untrustedWorkspace(files: readonly string[]): Promise<string | null>;

  /** Writes one or more lines to the log. Anything in `text` may be foreign: no line of it becomes a command. */
  info(text: string): void;
  warning(text: string): void;
  /** Shown only where the user asked for debug logs. */
  debug(text: string): void;
  /** A collapsible section; `lines` are written inside it. */
  group(title: string, lines: readonly string[]): void;
  annotate(annotations: readonly Annotation[]): void;

  setOutput(name: string, value: string): void;
  /**
   * Hides a value in everything the host writes from now on, also where it is encoded. Values shorter than 4 characters
   * are not hidden. The summary comes without secrets already.
   */
  mask(secret: string): void;
  /** Replaces the job summary (Markdown, already within the platform's limit). A no-op in a terminal. */
  writeSummary(markdown: string): Promise<void>;
}

/** `unknown`: why there is none, as the end of a sentence. */
export type BaseCommit = { readonly revision: string } | { readonly unknown: string };

export interface PlatformRepository {
  /** @returns all files, links and submodules of a commit, by git's modes. @throws PlatformUnavailable */
  tree(commit: string): Promise<readonly { readonly path: string; readonly mode: string; readonly oid: string }[]>;
  /** @returns the content; null where it is larger than 1 MiB. @throws PlatformUnavailable */
  blob(oid: string): Promise<Buffer | null>;
}

/** The message is for the user: the beginning of a sentence. */
export class PlatformUnavailable extends Error {
  override readonly name = 'PlatformUnavailable';
}
