import path from 'node:path';
import type { SourceSpec } from '../config/model.ts';
import { isShorthand, parseGitUrl, parseShorthand, refuseSsh } from './git.ts';
import { parseImage } from './image.ts';
import { kindOf, resolveInside } from './inside.ts';
import { parsePackage } from './npm.ts';
import { parsePypi } from './pypi.ts';
import { parseRegistryName } from './registry.ts';
import { isGitUrl, parseRemote } from './remote.ts';
import { faultOfText, forms, show } from './text.ts';

/** What a source string means, or a sentence on why it means nothing. */
export type ParsedSource = SourceSpec | { readonly invalid: string };

const scheme = /^([a-z][a-z0-9+.-]*):/i;
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
  if (scpLike.test(text)) return refuseSsh(text);
  if (prefix !== undefined) return parseScheme(prefix, text, workspace);
  if (/^(?:\.{1,2}(?:\/|$)|\/)/.test(text)) return parseFolder(text, workspace);
  return parseWords(text, workspace);
}

function parseScheme(prefix: string, text: string, workspace: string): ParsedSource {
  if (text.startsWith('pypi:')) return parsePypi(text);
  if (text.startsWith('registry:')) return parseRegistryName(text, workspace);
  if (['ssh', 'git+ssh'].includes(prefix)) return refuseSsh(text);
  if (['git+https', 'git+http', 'git+file', 'file'].includes(prefix)) return parseGitUrl(text);
  if (prefix === 'https' || prefix === 'http') return isGitUrl(text) ? parseGitUrl(text) : parseRemote(text);
  if (prefix === 'docker') return { invalid: `${show(text)}: an image is written \`oci:IMAGE:TAG\`` };
  return { invalid: `${show(text)} has the unknown prefix \`${prefix}:\`; ${forms}` };
}

function parseFolder(given: string, workspace: string): ParsedSource {
  const bundle = /\.(?:mcpb|dxt)$/i.test(given);
  const resolved = resolveInside(given, workspace, bundle ? 'any' : 'folder');
  if ('problem' in resolved) return { invalid: resolved.problem };
  const isBundle = bundle && kindOf(resolved.path) === 'file';
  return { kind: isBundle ? 'mcpb' : 'path', given, path: resolved.path };
}

/** `a/b` is a folder where there is one, else a repository on GitHub; a single word could be anything. */
function parseWords(text: string, workspace: string): ParsedSource {
  if (!text.includes('/') && !/\.(?:mcpb|dxt)$/i.test(text))
    return { invalid: `${show(text)} is not a source; ${forms}` };
  if (isShorthand(text) && kindOf(path.resolve(workspace, text)) === null) return parseShorthand(text);
  return parseFolder(text, workspace);
}
