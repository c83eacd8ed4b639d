import type { Contents, ContentReader } from './contents.ts';
import type { Entry } from './entry.ts';
import { CheckoutUnavailable } from './errors.ts';
import { maxTextBytes } from './limits.ts';
import type { Checkout, CheckoutFile, CheckoutPackOptions } from './model.ts';
import { packEntries } from './pack-entries.ts';
import type { PackedFolder } from './tar.ts';

export interface Listing {
  /** The source without credentials. */
  readonly given: string;
  readonly commit: string | null;
  /** Clean and sorted. */
  readonly entries: readonly Entry[];
  readonly notes: readonly string[];
}

/** A checkout of files that were listed once; contents are read when they are asked for. */
export class ListedCheckout implements Checkout {
  readonly given: string;
  readonly commit: string | null;
  readonly files: readonly CheckoutFile[];
  readonly notes: readonly string[];
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #contents: Contents;
  #reader: ContentReader | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(listing: Listing, contents: Contents) {
    this.given = listing.given;
    this.commit = listing.commit;
    this.notes = listing.notes;
    this.files = listing.entries.map(({ path, kind, executable, size }) => ({ path, kind, executable, size }));
    this.#entries = new Map(listing.entries.map((entry) => [entry.path, entry]));
    this.#contents = contents;
  }

  async text(path: string): Promise<string | null> {
    if (this.#closed) throw new CheckoutUnavailable(`The checkout of ${this.given} is closed.`);
    const entry = this.#entries.get(path);
    if (entry === undefined || entry.kind !== 'file' || entry.size > maxTextBytes) return null;
    // One reader gives one content at a time.
    const turn = this.#turn.then(async () => this.#read(entry));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  pack(folder: string, options: CheckoutPackOptions): PackedFolder {
    return packEntries([...this.#entries.values()], folder, options, () => this.#contents.reader());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reader?.close();
    await this.#contents.close();
  }

  async #read(entry: Entry): Promise<string | null> {
    try {
      this.#reader ??= this.#contents.reader();
      const content = await this.#reader.open(entry);
      // A file of a folder may have grown since.
      if (content.size > maxTextBytes) return null;
      return decode(Buffer.concat(await Array.fromAsync(content.chunks)));
    } catch (error) {
      if (error instanceof CheckoutUnavailable) throw error;
      // Gone, or no longer a file: then there is no such text.
      return null;
    }
  }
}

/** @returns null where the bytes are no text */
export function decode(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
