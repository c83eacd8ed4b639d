import type { Dispatcher } from 'undici';
import type { HttpEndpoint } from '../model.ts';
import { ClientCredentials } from './client-credentials.ts';
import type { HttpFailure } from './failure.ts';
import type { Secrets } from './secrets.ts';

/** Gives requests their credentials. */
export interface Authorization {
  /** The value of the header Authorization, or why there is none. */
  header(signal: AbortSignal): Promise<string | HttpFailure>;
  /** The last one was refused. @returns whether the next one will be another */
  renew(): boolean;
}

/** @returns null where the endpoint wants no credentials of ours */
export function authorizationFor(
  endpoint: HttpEndpoint,
  dispatcher: Dispatcher,
  secrets: Secrets,
): Authorization | null {
  const { auth } = endpoint;
  if (auth === null) return null;
  if (auth.kind === 'clientCredentials') return new ClientCredentials(endpoint.url, auth, dispatcher, secrets);
  return { header: () => Promise.resolve(`Bearer ${auth.token}`), renew: () => false };
}
