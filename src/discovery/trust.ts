import type { Declaration } from './declaration.ts';
import type { DeclaredIn, ManifestFormat } from './model.ts';

/**
 * Whose word counts where declarations of one server differ, the most trusted first. How a server is started from the
 * checkout is said by the project's own manifest wherever there is one: the others speak of what was published.
 */
export const orderOfTrust: readonly ManifestFormat[] = [
  'server.json',
  'mcpb',
  'docker server.yaml',
  'fastmcp.json',
  'package.json',
  'pyproject.toml',
  'requirements.txt',
  'go.mod',
  'Cargo.toml',
  'nuget',
  'client configuration',
  'gemini-extension.json',
  'smithery.yaml',
  'Dockerfile',
];

export function byTrust(one: DeclaredIn, other: DeclaredIn): number {
  const rank = (by: DeclaredIn) => orderOfTrust.indexOf(by.format);
  return rank(one) - rank(other) || compare(one.file, other.file) || one.line - other.line;
}

/** @returns declarations, the most trusted first */
export function trustedFirst(said: readonly Declaration[]): readonly Declaration[] {
  return [...said].sort((one, other) => byTrust(one.by, other.by));
}

export function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
