import type { SourceSpec } from '../config/model.ts';
import type { FoundServer } from '../discovery/model.ts';
import { parseSource } from '../sources/parse.ts';

/**
 * What a found server is run from: the repository that holds it, or what a manifest names as its place. A manifest's
 * words pass the same door as a user's; what does not pass stays with the repository, and the install says why.
 */
export function sourceOfFound(repository: SourceSpec, { start }: FoundServer): SourceSpec {
  const text = start.kind === 'remote' ? start.url : start.kind === 'package' ? packageText(start.package) : null;
  if (text === null) return repository;
  const parsed = parseSource(text, '/nonexistent');
  if (!('kind' in parsed) || !['npm', 'pypi', 'oci', 'remote'].includes(parsed.kind)) return repository;
  // Nobody has allowed a manifest to leave encryption out.
  return parsed.kind === 'remote' && !parsed.url.startsWith('https:') ? repository : parsed;
}

function packageText({
  registry,
  name,
  version,
}: {
  registry: string;
  name: string;
  version: string | null;
}): string | null {
  if (registry === 'npm') return `npm:${name}${version === null ? '' : `@${version}`}`;
  if (registry === 'pypi') return `pypi:${name}${version === null ? '' : `==${version}`}`;
  if (registry !== 'oci') return null;
  const tagged = name.includes('@sha256:') || /:[^/]+$/u.test(name);
  return `oci:${name}${tagged ? '' : `:${version ?? 'latest'}`}`;
}
