import path from 'node:path';
import type { SourceSpec } from './model.ts';

/** @returns the same text for sources that mean the same */
export function identityOf(source: SourceSpec): string {
  const { given: _, ...what } = source;
  return JSON.stringify(what);
}

/** A first name for what a source is: the package's without its scope, the folder's, the image's, the repository's, or the host's. */
export function rawName(source: SourceSpec): string {
  switch (source.kind) {
    case 'npm':
      return lastOf(source.name);
    case 'pypi':
      return source.name;
    case 'path':
      return path.basename(source.path);
    case 'mcpb':
      return path.basename(source.path).replace(/\.[^.]+$/, '');
    case 'remote':
      return new URL(source.url).hostname;
    case 'registry':
      return 'file' in source ? path.basename(path.dirname(source.file)) : lastOf(source.name);
    case 'git': {
      if (source.path !== '.') return lastOf(source.path);
      const { repository } = source;
      return lastOf('slug' in repository ? repository.slug : repository.url).replace(/\.git$/, '');
    }
    case 'oci':
    default:
      return lastOf(source.reference).replace(/[:@].*$/, '');
  }
}

function lastOf(text: string): string {
  return text.replace(/\/+$/, '').split('/').at(-1) ?? text;
}
