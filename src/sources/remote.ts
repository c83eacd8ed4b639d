import type { ParsedSource } from './parse.ts';
import { show } from './text.ts';

/** Query parameters that services take keys by. */
const secretName =
  /(?:^|[._-])(?:key|token|secret|password|passwd|pwd|auth|authorization|credentials?|signature|sig|jwt|bearer)$|api[._-]?key$|token$|secret$|password$/i;
/** How tokens of well-known services begin, and JSON Web Tokens. */
const secretValue = /^(?:sk-|sk_|pk_live_|gh[pousr]_|github_pat_|glpat-|xox[abpors]-|AKIA|AIza|npm_|hf_|eyJ[\w-]+\.)/;

/** A repository's page is no MCP server, however it is reached. */
const repository = /^https:\/\/(?:github\.com|gitlab\.com|bitbucket\.org)\/[^/?#]+\/[^/?#]+\/?(?:[?#@]|$)/i;

/** Whether a URL with `http:` or `https:` means a git repository. */
export function isGitUrl(text: string): boolean {
  return /\.git(?:[#@/]|$)/.test(text) || repository.test(text);
}

/** Reads the URL of a remote server. Whether `http:` is allowed, its server's settings say. */
export function parseRemote(given: string): ParsedSource {
  const url = readUrl(given);
  return 'problem' in url ? { invalid: url.problem } : { kind: 'remote', given, url: url.value };
}

/**
 * Reads an absolute URL with `http:` or `https:` that holds no secret.
 *
 * @returns its normal form, or a sentence that never shows the parts of it that can be secret
 */
export function readUrl(text: string): { readonly value: string } | { readonly problem: string } {
  if (text.includes('${')) {
    return { problem: 'nothing is expanded in a URL; write it out, and grant secrets by `auth` or `headers`' };
  }
  const url = /^https?:\/\/[^\s\\/][^\s\\]*$/i.test(text) ? URL.parse(text) : null;
  if (url === null)
    return { problem: `${show(text.split(/[?#@]/)[0] ?? '')} is not a URL such as \`https://mcp.example.com/mcp\`` };
  const shown = show(`${url.origin}${url.pathname}`);
  if (url.username !== '' || url.password !== '') {
    return {
      problem: `${shown} is given with a user name or password before its host, which every log would show; grant them as secrets, by \`auth\` or \`headers\``,
    };
  }
  if (text.includes('#'))
    return { problem: `${shown} is given with a fragment (\`#…\`), which is never sent; leave it out` };
  for (const [name, value] of url.searchParams) {
    if (value !== '' && (secretName.test(name) || secretValue.test(value))) {
      const advice = 'a secret in a URL stands in every log; grant it, and send it by `auth` or `headers`';
      return {
        problem: `${shown} is given with the query parameter ${show(name)}, which looks like a secret: ${advice}`,
      };
    }
  }
  return { value: url.href };
}
