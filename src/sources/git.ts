import type { ParsedSource } from './parse.ts';
import { show } from './text.ts';

const shorthand =
  /^([a-z0-9][a-z0-9-]{0,38}\/(?!\.{1,2}(?:[@#]|$))[a-z0-9._-]{1,100}?)(?:\.git)?(?:@([^#]*))?(?:#(.*))?$/i;
/** What git allows as a name (git-check-ref-format(1)), less what a command line would read as an option. */
const refName = /^(?![-/.@])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)))[^\s~^:?*[\]\\\p{Cc}]{1,250}(?<![/.])$/u;

/** Whether a text has the form `owner/repo[@ref][#path]`. */
export function isShorthand(text: string): boolean {
  return shorthand.test(text);
}

/** Reads `owner/repo[@ref][#path]`: a repository of the GitHub server that the run belongs to. */
export function parseShorthand(given: string): ParsedSource {
  const [, slug = '', ref, path] = shorthand.exec(given) ?? [];
  return withPlace(given, { slug }, ref, path);
}

/**
 * Reads `URL[@ref][#path]` with `https:`, `http:` or `file:`, each with or without `git+` before it. Whether `http:` and
 * `file:` may be used, where it is used says.
 *
 * @returns the source, or a sentence that never shows what may be a password
 */
export function parseGitUrl(given: string): ParsedSource {
  const text = given.replace(/^git\+/i, '');
  const hash = text.indexOf('#');
  const [before, path] = hash === -1 ? [text, undefined] : [text.slice(0, hash), text.slice(hash + 1)];
  // An `@` before the last slash is a user's, or part of a folder.
  const at = before.indexOf('@', before.lastIndexOf('/'));
  const [address, ref] = at === -1 ? [before, undefined] : [before.slice(0, at), before.slice(at + 1)];
  const url = /^(?:https?|file):\/\/\S+$/i.test(address) ? URL.parse(address) : null;
  if (url === null)
    return {
      invalid: `${shownUrl(given)} is not the URL of a git repository, such as \`https://HOST/OWNER/REPO.git\``,
    };
  if (url.username !== '' || url.password !== '') {
    const advice = 'every log would show it; the input `github-token` lets private repositories of GitHub be read';
    return { invalid: `${shownUrl(given)} is given with a user name or password before its host: ${advice}` };
  }
  if (url.search !== '') return { invalid: `${shownUrl(given)} is given with a query, which no git repository has` };
  return withPlace(given, { url: url.href }, ref, path);
}

/** Keys of a machine's user never go near a repository that is tested. */
export function refuseSsh(given: string): ParsedSource {
  return {
    invalid: `${shownUrl(given)}: repositories are fetched by HTTPS, never by SSH; write \`OWNER/REPO\` or \`https://HOST/OWNER/REPO.git\``,
  };
}

function withPlace(
  given: string,
  repository: { readonly slug: string } | { readonly url: string },
  ref: string | undefined,
  path: string | undefined,
): ParsedSource {
  if (ref !== undefined && !refName.test(ref)) {
    return { invalid: `${show(ref)} after \`@\` is not a branch, a tag or a commit` };
  }
  const folder = (path ?? '').replace(/^\.\//, '').replace(/\/$/, '');
  if (folder !== '' && folder !== '.' && !isPlainPath(folder)) {
    return { invalid: `${show(path ?? '')} after \`#\` is not a folder of a repository, such as \`src/server\`` };
  }
  return { kind: 'git', given, repository, ref: ref ?? null, path: folder === '' ? '.' : folder };
}

function isPlainPath(path: string): boolean {
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !/^\.git$/i.test(part) && !part.includes('\\'));
}

/** What stands before the `@` of a URL may be a password. */
function shownUrl(text: string): string {
  return show(text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1…@').replace(/\?.*$/, '?…'));
}
