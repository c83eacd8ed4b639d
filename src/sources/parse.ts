import path from 'node:path';
import type { SourceSpec } from '../config/model.ts';
import { parseImage } from './image.ts';
import { kindOf, resolveInside } from './inside.ts';
import { parsePackage } from './npm.ts';
import { isGitUrl, parseRemote } from './remote.ts';
import { faultOfText, forms, show } from './text.ts';

/** What a source string means: something that can be run, something this version cannot run yet, or a mistake. */
export type ParsedSource = SourceSpec | { readonly unsupported: string } | { readonly invalid: string };

const scheme = /^([a-z][a-z0-9+.-]*):/i;
const shorthand = /^[a-z0-9][a-z0-9-]*\/[a-z0-9._-]+(?:@[^#\s]+)?(?:#\S+)?$/i;
const scpLike = /^[\w.-]+@[\w.-]+:/;

/**
 * Reads one source. Nothing is fetched; for a local path the file system is asked where it really leads.
 *
 * @param text as the user wrote it: never trimmed here
 * @param workspace absolute path of the folder that local paths are relative to and may not leave
 * @returns the source, or one sentence that says why it is none (without a location); one with `http:` is for the
 *   caller to refuse where nobody allows it
 */
export function parseSource(text: string, workspace: string): ParsedSource {
  const fault = faultOfText(text);
  if (fault !== null) return { invalid: fault };
  if (text.startsWith('npm:')) return parsePackage(text);
  if (text.startsWith('oci:')) return parseImage(text);
  const prefix = scheme.exec(text)?.[1]?.toLowerCase();
  if (scpLike.test(text)) return notYet('a git URL', text);
  if (prefix !== undefined) return parseScheme(prefix, text);
  if (/^(?:\.{1,2}(?:\/|$)|\/)/.test(text)) return parseFolder(text, workspace);
  return parseWords(text, workspace);
}

function parseScheme(prefix: string, text: string): ParsedSource {
  if (prefix === 'pypi') return notYet('a Python package', text);
  if (prefix === 'registry') return notYet('a name of the MCP registry', text);
  if (prefix === 'ssh' || prefix === 'git' || prefix.startsWith('git+')) return notYet('a git URL', text);
  if (prefix === 'https' || prefix === 'http') return isGitUrl(text) ? notYet('a git URL', text) : parseRemote(text);
  if (prefix === 'docker') return { invalid: `${show(text)}: an image is written \`oci:IMAGE:TAG\`` };
  if (prefix === 'file')
    return { invalid: `${show(text)}: write a local path without \`file:\`, such as \`./server\`` };
  return { invalid: `${show(text)} has the unknown prefix \`${prefix}:\`; ${forms}` };
}

function parseFolder(given: string, workspace: string): ParsedSource {
  const resolved = resolveInside(given, workspace, 'folder');
  return 'problem' in resolved ? { invalid: resolved.problem } : { kind: 'path', given, path: resolved.path };
}

/** `a/b` is a folder where there is one, else a repository on GitHub; a single word could be anything. */
function parseWords(text: string, workspace: string): ParsedSource {
  if (!text.includes('/')) return { invalid: `${show(text)} is not a source; ${forms}` };
  if (shorthand.test(text) && kindOf(path.resolve(workspace, text)) !== 'folder') {
    return notYet('a repository on GitHub (there is no such folder here)', text);
  }
  return parseFolder(text, workspace);
}

function notYet(what: string, text: string): ParsedSource {
  // What stands before the `@` of a URL may be a password.
  const shown = show(text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1…@').replace(/\?.*$/, '?…'));
  return { unsupported: `${shown} is ${what}, which is not yet supported as a source` };
}
