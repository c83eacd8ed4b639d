import { lstatSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { resolveInside } from '../sources/inside.ts';
import { maxFileSize } from './document.ts';
import type { Parsed } from './units.ts';

export interface TextFile {
  /** Relative to the workspace, for locations. */
  readonly name: string;
  /** Absolute, after all symbolic links. */
  readonly real: string;
  readonly text: string;
}

/**
 * Reads a small text file of the workspace.
 *
 * @param given as the user wrote it, or as a glob found it
 * @param read gathers what was read, by its real path: all that decides what a run does
 * @returns its text, or a sentence without a location
 */
export function readTextFile(given: string, workspace: string, read: Set<string>): Parsed<TextFile> {
  const resolved = resolveInside(given, workspace, 'file');
  if ('problem' in resolved) return resolved;
  const shown = JSON.stringify(given);
  try {
    const size = statSync(resolved.path).size;
    if (size > maxFileSize) return { problem: `${shown} is larger than 1 MiB, too large for a configuration` };
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(resolved.path));
    read.add(resolved.path);
    return { value: { name: nameOf(given, workspace), real: resolved.path, text } };
  } catch (error) {
    if (error instanceof TypeError) return { problem: `${shown} is not UTF-8 text` };
    return { problem: `${shown} cannot be read; check its permissions` };
  }
}

function nameOf(given: string, workspace: string): string {
  const relative = path.isAbsolute(given) ? path.relative(workspace, given) : path.normalize(given);
  return relative.split(path.sep).join('/');
}

/** Whether something stands at this path, also a link that leads nowhere: it is no reason to look elsewhere. */
export function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
