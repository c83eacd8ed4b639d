import type { Checkout } from '../checkout/model.ts';
import { FolderRefused } from '../checkout/pack.ts';
import type { ResolvedSource } from '../result/model.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

export interface CopyRequest {
  readonly checkout: Checkout;
  /** Relative to its root; absent: all of it. */
  readonly folder?: string;
  readonly volume: string;
  /** Who owns the files in there. */
  readonly uid: number;
  readonly leaveOut: (name: string) => boolean;
  readonly deadlineMs: number;
}

/**
 * Copies a checkout into a volume.
 * @returns what was copied, or a sentence where it cannot be. @throws PodmanFailed, CheckoutUnavailable
 */
export async function copyCheckout(
  sandbox: Sandbox,
  { checkout, folder = '.', volume, uid, leaveOut, deadlineMs }: CopyRequest,
  signal: AbortSignal,
): Promise<ResolvedSource | string> {
  const packed = checkout.pack(folder, { uid, leaveOut });
  try {
    const importing = sandbox.importVolume(volume, packed.tar, deadlineMs, signal);
    // Where packing fails so does importing, and the packer's reason, which comes first, is the one to tell.
    const [digest] = await Promise.all([packed.digest, importing]);
    const kind = checkout.commit === null ? 'path' : 'git';
    return { kind, name: checkout.given, version: null, integrity: null, digest: checkout.commit ?? digest };
  } catch (error) {
    if (!(error instanceof FolderRefused)) throw error;
    return `${checkout.given} cannot be copied in: ${error.message}.`;
  }
}
