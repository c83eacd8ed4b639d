import type { PackedFolder } from './pack.ts';

/** One file of a checkout. Folders are not listed; submodules, and what paths of an attacker's name, are left out. */
export interface CheckoutFile {
  /**
   * Relative to the root, segments separated by `/`: never absolute, never with `.`, `..` or `.git` among them, without
   * control characters and backslashes. Never below the path of another file or link.
   */
  readonly path: string;
  readonly kind: 'file' | 'link';
  readonly executable: boolean;
  /** Bytes; of a link, of the text that says where it leads. */
  readonly size: number;
}

/** The files of a repository as they are at one commit, or of a folder as it is now. Read-only, and never trusted. */
export interface Checkout {
  /** The source as the user wrote it, without credentials. */
  readonly given: string;
  /** The commit, as hexadecimal digits; null for a folder that differs from every commit. */
  readonly commit: string | null;
  /** Sorted by path, folder by folder. */
  readonly files: readonly CheckoutFile[];
  /** Sentences about what is not as one might expect: files left out, a repository that has moved. */
  readonly notes: readonly string[];
  /**
   * @returns the text of a regular file; null where there is none, where it is larger than 1 MiB, or is no UTF-8 text
   *   (a byte order mark is taken off). Never follows a link. Never rejects for what a file is.
   * @throws CheckoutUnavailable where nothing can be read any more, as after `close`
   */
  text(path: string): Promise<string | null>;
  /**
   * A tar of everything below `folder` (`.`: all of it), with names relative to it. Links that lead out of it stay out.
   * Equal files have equal digests, wherever they come from (empty folders apart). @see packFolder
   * Stream and digest fail with FolderRefused, or with CheckoutUnavailable where nothing can be read any more.
   */
  pack(folder: string, options: CheckoutPackOptions): PackedFolder;
  /** Removes what it keeps on the disk. Idempotent. */
  close(): Promise<void>;
}

export interface CheckoutPackOptions {
  /** Owner of everything in the tar, as the container counts. */
  readonly uid: number;
  /** @returns true for what stays out; `name` is one path segment. */
  readonly leaveOut: (name: string) => boolean;
}
