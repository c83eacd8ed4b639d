import type { ServerConfig } from '../config/model.ts';

/** @returns why a server cannot do without a secret that was not granted, or null. */
export function missingSecret({ env, services, transport }: ServerConfig): string | null {
  const remote = transport.kind === 'remote' ? transport : null;
  const entries = [...env, ...services.flatMap((service) => service.env), ...(remote?.headers ?? [])];
  for (const entry of entries) {
    if (entry.kind === 'secret' && entry.value === null && entry.otherwise === 'skip') return notGranted(entry);
  }
  const auth = remote?.auth ?? null;
  const credential = auth === null ? null : auth.kind === 'bearer' ? auth.token : auth.clientSecret;
  return credential?.value === null ? notGranted(credential) : null;
}

function notGranted({ secret, askedBy }: { readonly secret: string; readonly askedBy?: string }): string {
  if (askedBy === undefined) return `grant ${secret}: it is not among the step's granted secrets`;
  // What a repository asks for is never given because it asks.
  return `grant ${secret}: ${askedBy} asks for it; give it a value or \`{ secret: ${secret} }\` under \`env\` of this server`;
}
