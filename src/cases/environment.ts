import type { ClientAnswers, Session } from '../mcp/model.ts';

/** A running server with what belongs to it. */
export interface ServerInstance {
  readonly session: Session;
  /** The state of paths below the work folder. Never rejects; `failed` is a sentence. */
  files(paths: readonly string[]): Promise<FileStates | { readonly failed: string }>;
  /** Ends it. Idempotent; never rejects. */
  close(): Promise<void>;
}

export type FileStates = ReadonlyMap<string, FileState>;

export interface FileState {
  /** A link is never followed. */
  readonly kind: 'file' | 'folder' | 'link' | 'other' | 'absent';
  /** Bytes; 0 for what is no file. */
  readonly size: number;
  /** Of a file's content; null for what is no file. */
  readonly sha256: string | null;
  /** Of a file in UTF-8 of at most 8 MiB; null for others. */
  readonly text: string | null;
}

/** `failed`: the server cannot be had any more, a verdict on it; `error`: our own trouble. Both are sentences. */
export type Offer<T> = T | { readonly failed: string } | { readonly error: string };

/** What the cases of one server run in, made by whoever knows containers. Nothing here rejects. */
export interface CaseEnvironment {
  /** The instance that cases share: always the same one while it lives, another where it has ended. */
  shared(): Promise<Offer<ServerInstance>>;
  /**
   * An instance for one case alone, with these answers (and so these client capabilities), and with its work folder
   * as it was at first where the server's `work.reset` is `case`. The caller closes it.
   */
  own(client: ClientAnswers): Promise<Offer<ServerInstance>>;
}
