/**
 * Registries of which anybody on the internet may read the public images: what a Dockerfile may begin from without being
 * trusted with more. Others answer only to some, by a login or by where the machine is, and `localhost` is the machine.
 */
const publicRegistries: ReadonlySet<string> = new Set([
  'docker.io',
  'ghcr.io',
  'quay.io',
  'gcr.io',
  'mcr.microsoft.com',
  'public.ecr.aws',
  'registry.gitlab.com',
  'registry.k8s.io',
  'registry.access.redhat.com',
  'registry.fedoraproject.org',
  'registry.suse.com',
  'cgr.dev',
]);

export function isPublic(registry: string): boolean {
  return publicRegistries.has(registry);
}

/** @param reference a full one. @returns `docker.io`, `localhost`, `HOST:PORT` */
export function registryOf(reference: string): string {
  return reference.slice(0, reference.indexOf('/'));
}
