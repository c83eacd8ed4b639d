import type { Entry } from './entry.ts';
import type { Sized } from './tar.ts';

/** Reads contents of entries, one after the other. */
export interface ContentReader {
  /**
   * @returns the content, to be read to its end, or given up, before the next is opened
   * @throws an Error whose message says, for the user, why it cannot be read
   */
  open(entry: Entry): Promise<Sized>;
  /** Idempotent; never rejects. */
  close(): Promise<void>;
}

/** Where the files of a checkout lie. */
export interface Contents {
  /** A reader of its own, for one who reads much. */
  reader(): ContentReader;
  /** Ends all readers and removes what is kept. Idempotent. */
  close(): Promise<void>;
}
