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
