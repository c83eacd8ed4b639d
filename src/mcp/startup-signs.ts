import { stripVTControlCharacters } from 'node:util';
import { quotable } from './text.ts';

/**
 * What programs print when they cannot start, read as signs of what they lack. The wordings are those of the common
 * runtimes and command line libraries, not of single servers.
 */

/** A sign found: the line that showed it, fit for a sentence, and the names of variables where it names any. */
export interface Sign {
  readonly line: string;
  readonly names: readonly string[];
}

const longestLine = 2048;
const shownNames = 6;

// Frames and the lists around them carry words (`path`, `require`, upper-case names) that mean nothing here.
const noise = /^\s*(at |File "|- \/|Require stack|requireStack|Node\.js v|\d+ \|)/;

// From here on a program explains its use, in lines that are indented: words such as "required" ask for nothing there.
const helpBegins = /^\W{0,4}(?:\[\d+\]\s*)?(?:usage\b|(?:options|flags|commands):\s*$)/i;

/** @returns the lines worth reading of what a server printed. */
export function tellingLines(texts: readonly string[]): string[] {
  const lines = texts
    .flatMap((text) => stripVTControlCharacters(text).split(/[\r\n]+/))
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line))
    .filter((line) => line.trim() !== '' && !noise.test(line));
  const help = lines.findIndex((line) => helpBegins.test(line));
  return help === -1 ? lines : lines.filter((line, index) => index <= help || !explains(line));
}

function explains(line: string): boolean {
  return /^(?:\s{2}|\t|\s*-)/.test(line) && !(/\brequired\b/i.test(line) && namesIn(line).length > 0);
}

const trouble =
  /\b(?:\w*error|\w*exception|fatal|panic|failed|failure|can ?not|can't|could not|couldn't|unable|invalid|must|required|missing|not (?:found|set|provided|configured|defined|given))\b/i;

/** @returns of lines as {@link tellingLines} gives them, the last one that names a trouble; null where none does */
export function troubleLine(lines: readonly string[]): string | null {
  const line = lines.findLast((candidate) => trouble.test(candidate));
  return line === undefined ? null : quotable(line);
}

const variableName = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;
const loneName =
  /(?:\benv(?:ironment)?[- ]var(?:iable)?s?:?\s+|\bprocess\.env\.|\benviron\[|KeyError: |(?<!=["']?)\$|\bexport\s+)["'`]?([A-Z][A-Z0-9_]{2,})\b|\b([A-Z][A-Z0-9_]{2,})["'`]?\s+(?:env(?:ironment)?[- ]var|must be set|is not set|not set in)/g;
// Error codes and other constants that look like names of variables.
const constant =
  /^(ERR_|MODULE_|GLIBC|CXXABI|HTTP_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|SIG|NODE_MODULE)|_(NOT_FOUND|ERROR|EXCEPTION|FAILED|REFUSED|CODE|INVALID|MISSING|REQUIRED|WARNING)$|^[EW]\d|^E[A-Z]{3,}$|^(API|URL|HTTP|HTTPS|JSON|MCP|STDIO|ERROR|WARN|WARNING|INFO|FATAL|DEBUG|USAGE|NOT|MUST|THE|AND|PATH)$/;
const wanting =
  /requir|missing|\bmust\b|\bplease\b|\bneed(s|ed)?\b|\b(un)?set\b|\bnot\s+(been\s+)?(found|provided|defined|configured|specified|present|available)|n't (found|provided|defined|configured)|\bundefined\b|\bempty\b|\bprovide\b|\bspecify\b|\bconfigure\b|\bno\b.{0,60}\b(found|given)|\bexport\b|KeyError|NotPresent|\binvalid\b|received undefined/i;
// "Missing argument 'DATABASE_URL'": upper-case placeholders of command line libraries are no variables.
const placeholder = /\b(missing|required|positional)\b.{0,40}\b(arguments?|options?|parameters?)\b|\busage:/i;
const environment = /environ|\benv\b|\.env\b/i;
const secretWanted =
  /\b(missing|no|without|provide|set|requires?|needs?|supply)\b.{0,40}\b(api[ _-]?keys?|access[ _-]tokens?|auth(entication|orization)?[ _-]tokens?|api[ _-]?tokens?|credentials?|environment variables?|env vars?)\b|\b(api[ _-]?keys?|(access|auth|api|bot)[ _-]?tokens?|tokens?|credentials?|environment variables?|env vars?)\b.{0,60}\b(required|missing|unset|undefined|not (been )?(set|found|provided|configured|specified)|must be (set|provided|configured)|needed)\b|could not load the default credentials/i;
// Of what to do about a secret that the line before has missed.
const telling = /\b(pass|use|add|supply|give|define|put|store|via|through|with)\b/i;
const flag = /(^|[\s"'`([])--?[a-z][\w-]*/;

/** Wanted environment variables; `names` is empty where only "an API key" is asked for. */
export function environmentSign(lines: readonly string[]): Sign | null {
  const names = new Set<string>();
  let first: string | null = null;
  for (const [index, line] of lines.entries()) {
    const found = namesIn(line);
    if (found.length === 0 || !wantsVariable(lines, index)) continue;
    first ??= line;
    for (const name of found) names.add(name);
  }
  if (first !== null) return { line: quotable(first), names: [...names].slice(0, shownNames) };
  const unnamed = lines.find((line) => secretWanted.test(line) && (!flag.test(line) || environment.test(line)));
  return unnamed === undefined ? null : { line: quotable(unnamed), names: [] };
}

function namesIn(line: string): string[] {
  const names = [...line.matchAll(variableName)].map((match) => match[0]);
  for (const match of line.matchAll(loneName)) names.push(match[1] ?? match[2] ?? '');
  return names.filter((name) => name !== '' && !constant.test(name));
}

function wantsVariable(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  if (service[0].test(line)) return false;
  if (placeholder.test(line) && !environment.test(line)) return false;
  if (wanting.test(line)) return true;
  // "No access token was provided." and, on the next line, "Pass `--access-token` / `ACME_TOKEN`."
  if (telling.test(line) && secretWanted.test(lines[index - 1] ?? '')) return true;
  // Validation libraries print the name on a line of its own and the complaint beside it.
  const alone = /^\s*(?:[-*•]|path:?|"path":)?[\s["'`]*[A-Z][A-Z0-9_]+[\]"'`,:\s]*$/.test(line);
  return alone && lines.slice(Math.max(0, index - 4), index + 5).some((near) => wanting.test(near));
}

// Where no variable and no argument is named: by which of them it is set, only the server's documentation says.
const settingWanted = [
  /\b(ur[il]|endpoint|host(name)?|domain|account|project|region|organi[sz]ation|workspace|tenant|subscription|config(uration)?)( id| name)?\b.{0,20}\b((can ?not|can't|must not|may not) be empty|is (required|missing|empty)|(is |was |were )?not (been )?(set|configured|provided|specified|given))\b/i,
] as const;

const argumentsWanted = [
  /^\W*(\[\d+\]\s*)?usage:?\s/i,
  /\b(missing|required?|requires|expected|expects|needs?|provide|specify|supply|pass|no|too few|not enough|at least one)\b.{0,60}\b(arguments?|args?|parameters?|options?|flags?|subcommands?|command[- ]line|positional|director(y|ies)|(file|folder|database|config(uration)?) path|connection[- ]string|(database|server|remote|base) ur[il])\b/i,
  /\b(arguments?|options?|parameters?|(sub)?commands?)\b.{0,40}\b(required|missing|not (provided|specified|given)|expected|must be)/i,
  /\b(required|missing|specify|provide|supply|pass|needs?)\b.{0,60}\s["'`]?--?[a-z][\w-]+/i,
  /(^|\s)["'`]?--[a-z][\w-]+.{0,60}\b(required|missing|must be|not (provided|specified|given|set))/i,
  /\b(unknown|unrecognized|unexpected|invalid|no such) (option|argument|command|subcommand|flag)/i,
  /\bplease (provide|specify|pass|supply)\b/i,
] as const;

const login = [
  /\b401\b|\bunauthori[sz]ed\b|\bunauthenticated\b/i,
  /\b(not|no longer) (logged|signed) in\b|\bplease (log|sign) ?in\b|\b(log ?in|sign ?in|authentication|authorization) (is )?(required|needed|failed)\b/i,
  /\b(invalid|expired|rejected|wrong) (api[ _-]?key|access token|token|credentials?)\b/i,
] as const;

const service = [
  /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET|UND_ERR_CONNECT_TIMEOUT)\b|\bgetaddrinfo\b/,
  /\bfetch failed\b|\bconnection (refused|timed out|reset)\b|\bconnect timeout\b|\bnetwork is unreachable\b|\bno route to host\b/i,
  /\bname or service not known\b|\btemporary failure in name resolution\b|\bcould not resolve host\b|\bno such host\b/i,
  /\b(could ?n[o']t|can ?not|can't|failed to|unable to|error) (connect|reach|connecting)\b/i,
  /\bconnect(ion)? to .{0,80}\b(database|server|host|redis|postgres|mysql|mongo\w*|daemon|broker|cluster)\b.{0,40}\b(failed|refused|timed out|error)/i,
] as const;

const platform = [
  /\bEBADPLATFORM\b|\bunsupported (platform|operating system|os|architecture|cpu|arch)\b/i,
  /\b(platform|operating system|architecture|os|cpu)\b.{0,40}\b(is )?(not|un)[ -]?supported\b/i,
  /\bGLIBC(XX)?_[\d.]+'? not found\b|\bld-(linux|musl)\b.*(not found|no such file)|\berror while loading shared libraries\b/i,
  /\b(only (supports?|works on|runs on|available on)|requires) (macos|windows|darwin|os x)\b/i,
  /\brequires? (a (minimum )?)?node(\.js)? ?(version )?(of )?[>v\d]|\bunsupported (engine|node)|\brequires python ?[>\d]/i,
  /\bincompatible cpu\b|\bincompatible architecture\b|\billegal instruction\b|\bexec format error\b/i,
] as const;

const brokenProgram = [
  /\bcannot find (module|package)\b|\b(ERR_)?MODULE_NOT_FOUND\b|\bModuleNotFoundError\b|\bImportError\b|\bNoClassDefFoundError\b/i,
  /\bSyntaxError\b|\bERR_REQUIRE_ESM\b|\bERR_UNKNOWN_FILE_EXTENSION\b|\bIndentationError\b/,
  /\bfailed to exec pid1\b|\bexecutable file not found\b|\bcommand not found\b|\bcannot execute\b/i,
] as const;

/** Limits of the sandbox that programs run into, as the runtimes say it, and what is to be done. */
const limits = [
  [
    /\b(spawn|fork|clone|thread|process)\w*\b.{0,80}(\bEAGAIN\b|resource temporarily unavailable|unavailable, try again)|\bcan(no|')t start new thread\b|\bpthread_create\b|\bunable to create (native )?thread\b|\bfailed to (create|spawn) (new )?(OS )?thread\b/i,
    'it may have no more processes and threads, so raise `resources.pids`',
  ],
  [/\bEMFILE\b|\btoo many open files\b/i, 'the sandbox lets it open 4,096 files at a time'],
  [/\bEFBIG\b|\bfile too large\b/i, 'a file may not become larger, so raise `resources.disk`'],
  [
    /\bENOSPC\b|\bno space left on device\b/i,
    '`/tmp` holds 256 MiB and HOME 64 MiB, so let it write to a `work` folder what is larger',
  ],
] as const;

// A server's own address, or the words of web frameworks; "running on stdio" is the opposite.
const http =
  /\blisten(ing|s)? (on|at)\b|\b(uvicorn|express|fastify|http|sse|streamable ?http)\b.{0,40}\b(running|started|listening|available|ready|endpoint)\b|\bhttps?:\/\/(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])|\b(running|started|ready|serving|available) (on|at) (port|https?:|localhost|:\d)/i;

const firstOf =
  (patterns: readonly RegExp[]) =>
  (lines: readonly string[]): Sign | null => {
    const line = lines.find((candidate) => patterns.some((pattern) => pattern.test(candidate)));
    return line === undefined ? null : { line: quotable(line), names: [] };
  };

export const settingSign = firstOf(settingWanted);
export const loginSign = firstOf(login);
export const serviceSign = firstOf(service);
export const platformSign = firstOf(platform);
export const brokenProgramSign = firstOf(brokenProgram);

/** "No such file or directory" asks for nothing. */
export function argumentsSign(lines: readonly string[]): Sign | null {
  return firstOf(argumentsWanted)(lines.filter((line) => !/\bno such file\b/i.test(line)));
}

export function httpSign(lines: readonly string[]): Sign | null {
  return firstOf([http])(lines.filter((line) => !/\bstdio\b/i.test(line)));
}

/** @returns the line that tells of a limit, and the advice that fits it */
export function limitSign(lines: readonly string[]): { readonly sign: Sign; readonly advice: string } | null {
  for (const [pattern, advice] of limits) {
    const line = lines.find((candidate) => pattern.test(candidate));
    if (line !== undefined) return { sign: { line: quotable(line), names: [] }, advice };
  }
  return null;
}
