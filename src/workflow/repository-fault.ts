import { CheckoutRefused, CheckoutUnavailable } from '../checkout/errors.ts';
import { PackageNotFound } from '../install/registry.ts';
import { RegistryFault } from '../install/upstream.ts';

/** Why a repository could not be looked into. `failed`: its own doing, or its user's; `error`: nobody's verdict. */
export interface RepositoryFault {
  readonly state: 'failed' | 'error';
  /** A sentence. */
  readonly reason: string;
}

/** @throws `error` itself where it is a mistake of ours */
export function repositoryFault(error: unknown): RepositoryFault {
  if (error instanceof CheckoutRefused || error instanceof PackageNotFound) {
    return { state: 'failed', reason: error.message };
  }
  if (error instanceof CheckoutUnavailable || error instanceof RegistryFault) {
    return { state: 'error', reason: error.message };
  }
  throw error;
}
