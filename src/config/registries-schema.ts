import * as z from 'zod';
import { secretName } from './program-schema.ts';
import { strict } from './strict.ts';
import { wants } from './values.ts';

const scopeName = /^@[a-z0-9~-][a-z0-9._~-]{0,213}$/i;

/** npm scopes that come from a registry of their own. */
export function registriesSchema() {
  const scope = z.string().regex(scopeName, 'not a scope of npm, such as `"@acme"`');
  const url = z
    .string(wants('a URL such as `https://npm.example.com`'))
    .superRefine((value, issues) => {
      const message = urlProblem(value);
      if (message !== null) issues.addIssue({ code: 'custom', message });
    })
    .describe('Where packages of the scope are taken from.');
  const token = strict({ secret: secretName() }).describe('A granted secret, which never enters a container.');
  const registry = strict({ url, token: token.optional() });
  return z
    .record(scope, registry, wants('a mapping from scopes such as `"@acme"` to registries'))
    .describe('Scopes of npm that are taken from another registry, and from no other.');
}

function urlProblem(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'expected a URL such as `https://npm.example.com`';
  if (url.username !== '' || url.password !== '') return 'holds a user name or password; grant the `token` as a secret';
  if (url.search !== '' || url.hash !== '') return 'holds a query or a fragment; leave it out';
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || isLoopback ? null : 'is not encrypted; write `https:`';
}
