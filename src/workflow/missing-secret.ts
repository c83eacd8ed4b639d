import type { ServerConfig } from '../config/model.ts';

/** @returns the name of a secret that a server cannot do without and that was not granted, or null. */
export function missingSecret({ env, services, transport }: ServerConfig): string | null {
  const remote = transport.kind === 'remote' ? transport : null;
  const entries = [...env, ...services.flatMap((service) => service.env), ...(remote?.headers ?? [])];
  for (const entry of entries) {
    if (entry.kind === 'secret' && entry.value === null && entry.otherwise === 'skip') return entry.secret;
  }
  const auth = remote?.auth ?? null;
  const credential = auth === null ? null : auth.kind === 'bearer' ? auth.token : auth.clientSecret;
  return credential?.value === null ? credential.secret : null;
}
