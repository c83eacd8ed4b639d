import type { PublishedAs } from './model.ts';

type Registry = PublishedAs['registry'];

const registries: Readonly<Record<string, Registry>> = {
  npm: 'npm',
  pypi: 'pypi',
  oci: 'oci',
  docker: 'oci',
  'docker-hub': 'oci',
  nuget: 'nuget',
  cargo: 'cargo',
  crates: 'cargo',
  mcpb: 'mcpb',
};

/** @returns the registry that a manifest names, or null for one that is not known here */
export function registryOf(name: string): Registry | null {
  return Object.hasOwn(registries, name.toLowerCase()) ? (registries[name.toLowerCase()] ?? null) : null;
}

/** @returns a package; of an image, the tag that stands in its name is the version */
export function publishedAs(registry: Registry, identifier: string, version: string | null): PublishedAs {
  if (registry !== 'oci') return { registry, name: identifier, version: usableVersion(version) };
  const [, name = identifier, tag = null] = /^([^@]+?)(?::([^:/@]+))?(?:@sha256:[0-9a-f]+)?$/.exec(identifier) ?? [];
  return { registry, name, version: usableVersion(tag ?? version) };
}

/** @returns a version that says something; null for a placeholder */
function usableVersion(version: string | null): string | null {
  return version === null || isVersionPlaceholder(version) ? null : version;
}

export function isVersionPlaceholder(version: string): boolean {
  return /[${}<>]|^(?:VERSION|TBD|0\.0\.0-(?:development|placeholder|semantically-released))$/.test(version);
}

/** @returns whether it means a different version tomorrow: `latest`, `^1.2`, `1.x` */
export function isMovingVersion(version: string): boolean {
  return /^(?:latest|next|stable|main|edge)$|^[\^~><=*]|(?:^|\.)[x*](?:\.|$)|\|\|/.test(version);
}

/** @returns the form in which names of packages are compared: npm's as they are, Python's by PEP 503. */
export function packageKey(registry: Registry, name: string): string {
  const small = name.toLowerCase();
  const same =
    registry === 'pypi' ? small.replaceAll(/[-_.]+/g, '-') : small.replace(/^(?:docker\.io\/)?(?:library\/)?/, '');
  return `${registry}:${same}`;
}
