import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { faultOfText } from './text.ts';

export type ResolvedPath = { readonly path: string } | { readonly problem: string };

/**
 * Where a path of the user's really leads.
 *
 * @param text relative to the workspace, or absolute and inside it
 * @param kind what must stand there
 * @returns the absolute path after all symbolic links, or a sentence that says why it may not be used
 */
export function resolveInside(text: string, workspace: string, kind: 'folder' | 'file' | 'any'): ResolvedPath {
  const shown = JSON.stringify(text);
  const fault = faultOfText(text);
  if (fault !== null) return { problem: fault };
  const real = realPath(workspace);
  if (real === null) return { problem: 'the workspace folder cannot be read; check out the repository first' };
  const lexical = path.resolve(real, text);
  // A user may name the workspace by a path that itself holds a link.
  const viaLink = path.relative(path.resolve(workspace), lexical);
  const wanted = path.isAbsolute(text) && isBelow(viaLink) ? path.join(real, viaLink) : lexical;
  // Looked at before the file system is: what lies outside is not even asked for.
  if (!isBelow(path.relative(real, wanted))) {
    return { problem: `${shown} leads out of the workspace; only paths inside it may be used` };
  }
  const inRepository = { problem: `${shown} lies in \`.git\`, which holds credentials and history and is never used` };
  if (inGit(path.relative(real, wanted))) return inRepository;
  const target = realPath(wanted);
  if (target === null) return { problem: `${shown} does not exist in the workspace, or cannot be read` };
  const relative = path.relative(real, target);
  if (!isBelow(relative)) return { problem: `${shown} leads out of the workspace by a symbolic link` };
  if (inGit(relative)) return inRepository;
  return ofKind(target, kind, shown);
}

function ofKind(target: string, kind: 'folder' | 'file' | 'any', shown: string): ResolvedPath {
  const actual = kindOf(target);
  if (actual === null) return { problem: `${shown} is neither a file nor a folder` };
  if (kind !== 'any' && kind !== actual) return { problem: `${shown} is not a ${kind}` };
  return { path: target };
}

/** What stands at a path, after all links; null where nothing does, or nothing that can be used. */
export function kindOf(file: string): 'folder' | 'file' | null {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : null;
  } catch {
    return null;
  }
}

function realPath(file: string): string | null {
  try {
    return realpathSync(file);
  } catch {
    return null;
  }
}

/** @param relative a result of `path.relative` */
function isBelow(relative: string): boolean {
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function inGit(relative: string): boolean {
  // Some file systems do not tell capitals apart.
  return relative.split(path.sep).some((part) => part.toLowerCase() === '.git');
}
