/** What a checkout may cost at most. */
export interface CheckoutLimits {
  /** Milliseconds for everything that is asked of the network. */
  readonly deadlineMs: number;
  /** Bytes that git may put on the disk while it fetches. */
  readonly receivedBytes: number;
  readonly files: number;
  /** Bytes of all files together. */
  readonly unpackedBytes: number;
}

export const defaultLimits: CheckoutLimits = {
  deadlineMs: 5 * 60_000,
  receivedBytes: 512 * 1024 ** 2,
  files: 50_000,
  unpackedBytes: 1024 ** 3,
};

/** Bytes of a file that is read as text. */
export const maxTextBytes = 1024 ** 2;

/** @returns a size for a sentence, such as `512 MiB`. */
export function mebibytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1024 ** 2))} MiB`;
}
