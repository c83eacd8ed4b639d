import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import semver from 'semver';
import type { SourceSpec } from '../config/model.ts';

/** What a source string means: something that can be run, something this version cannot run yet, or a mistake. */
export type ParsedSource = SourceSpec | { readonly unsupported: string } | { readonly invalid: string };

export type ResolvedPath = { readonly path: string } | { readonly problem: string };

const maxLength = 2048;
/** Characters that no source, name or path needs, and that could disguise one. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const outerSpace = /^\s|\s$/u;
/** The registry's grammar for names, old ones with capital letters included. */
const packageName = /^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/i;
const distributionTag = /^[a-z][a-z0-9._-]*$/i;
const scheme = /^([a-z][a-z0-9+.-]*):/i;
const shorthand = /^[a-z0-9][a-z0-9-]*\/[a-z0-9._-]+(?:@[^#\s]+)?(?:#\S+)?$/i;
const scpLike = /^[\w.-]+@[\w.-]+:/;

const forms = 'write `npm:NAME`, `npm:NAME@VERSION`, or a folder of this repository such as `.` or `./server`';

/**
 * Reads one source. Nothing is fetched; for a local path the file system is asked where it really leads.
 *
 * @param text as the user wrote it: never trimmed here
 * @param workspace absolute path of the folder that local paths are relative to and may not leave
 * @returns the source, or one sentence that says why it is none (without a location)
 */
export function parseSource(text: string, workspace: string): ParsedSource {
  const fault = faultOfText(text);
  if (fault !== null) return { invalid: fault };
  if (text.startsWith('npm:')) return parsePackage(text);
  const prefix = scheme.exec(text)?.[1]?.toLowerCase();
  if (scpLike.test(text)) return notYet('a git URL', text);
  if (prefix !== undefined) return parseScheme(prefix, text);
  if (/^(?:\.{1,2}(?:\/|$)|\/)/.test(text)) return parseFolder(text, workspace);
  return parseWords(text, workspace);
}

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

function parsePackage(given: string): ParsedSource {
  const text = given.slice('npm:'.length);
  // The first character may be the `@` of a scope.
  const at = text.indexOf('@', 1);
  const name = at === -1 ? text : text.slice(0, at);
  const range = at === -1 ? 'latest' : text.slice(at + 1);
  const reserved = ['node_modules', 'favicon.ico'].includes(name.toLowerCase());
  if (name.length > 214 || reserved || !packageName.test(name)) {
    return { invalid: `${show(name)} is not the name of an npm package; ${forms}` };
  }
  const tagged = distributionTag.test(range) && range.length <= 128;
  const ranged = /^[\w.+<>=~^|* -]+$/.test(range) && !range.startsWith('-') && semver.validRange(range) !== null;
  if (!tagged && !ranged) {
    const wanted = 'a version, a range such as `^1.2.0`, or a tag such as `latest`';
    return { invalid: `${show(range)} after \`npm:${name}@\` is not ${wanted}` };
  }
  return { kind: 'npm', given, name, range };
}

function parseScheme(prefix: string, text: string): ParsedSource {
  if (prefix === 'pypi') return notYet('a Python package', text);
  if (prefix === 'oci') return notYet('a container image', text);
  if (prefix === 'registry') return notYet('a name of the MCP registry', text);
  if (prefix === 'ssh' || prefix === 'git' || prefix.startsWith('git+')) return notYet('a git URL', text);
  if (prefix === 'https') {
    return notYet(/\.git(?:[#@]|$)/.test(text) ? 'a git URL' : 'a remote server or a git URL', text);
  }
  if (prefix === 'http') return { invalid: `${show(text)} is not encrypted: \`http:\` is never used as a source` };
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

function faultOfText(text: string): string | null {
  if (text === '') return `found an empty text; ${forms}`;
  if (text.length > maxLength) return `longer than ${maxLength} characters`;
  if (hidden.test(text)) return `${show(text)} holds a control or invisible character`;
  if (outerSpace.test(text)) return `${show(text)} begins or ends with white space`;
  if (text.startsWith('-')) return `${show(text)} begins with \`-\` and would be read as an option`;
  return null;
}

function notYet(what: string, text: string): ParsedSource {
  return { unsupported: `${show(text)} is ${what}, which is not yet supported as a source` };
}

function kindOf(file: string): 'folder' | 'file' | null {
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

function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
