import type { Checkout } from '../checkout/model.ts';
import type { FoundServer } from '../discovery/model.ts';

/** What a server that comes from a repository is made from. */
export interface Origin {
  readonly checkout: Checkout;
  /** null: discovery found nothing that fits, and the folder is taken for a package as it stands. */
  readonly found: FoundServer | null;
  /** Of the package, relative to the root of the checkout. */
  readonly folder: string;
}
