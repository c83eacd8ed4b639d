import * as z from 'zod';
import { readUrl } from '../sources/remote.ts';
import { headerNameProblem, headerValueProblem } from './header-rules.ts';
import { plainText, secretName } from './program-schema.ts';
import { strict } from './strict.ts';
import { urlPath } from './transport-schema.ts';
import { duration, label, settle, wants } from './values.ts';

const maxHeaders = 50;

/** How a run proves to a remote server who it is. */
export function authSchema() {
  const clientCredentials = strict({
    clientId: label('the name of the client').describe('Name of the client.'),
    clientSecret: secretReference().describe("The client's secret, by the name of a granted secret."),
    tokenUrl: tokenUrl().optional().describe("Where tokens are issued; found by the server's metadata otherwise."),
    scope: scope().optional().describe('What is asked for: scopes, separated by spaces.'),
  }).describe('OAuth 2.1 client credentials.');
  return strict({
    bearer: secretReference().optional().describe('A token, by the name of a granted secret.'),
    clientCredentials: clientCredentials.optional(),
  }).meta({
    description: 'How the run proves to the server who it is: one of these.',
    examples: [{ bearer: { secret: 'SEARCH_TOKEN' } }],
    minProperties: 1,
    maxProperties: 1,
  });
}

/** Further headers of every request to a remote server. */
export function headersSchema() {
  const name = z.string().superRefine((value, issues) => {
    const message = headerNameProblem(value);
    if (message !== null) issues.addIssue({ code: 'custom', message });
  });
  const value = plainText().superRefine((given, issues) => {
    const message = headerValueProblem(given);
    if (message !== null) issues.addIssue({ code: 'custom', message });
  });
  const either = z.union([value, secretReference()], wants('a text (put numbers in quotes) or `{ secret: NAME }`'));
  return z
    .record(name, either, wants('a mapping from names to values'))
    .refine((given) => Object.keys(given).length <= maxHeaders, `expected at most ${maxHeaders} headers`)
    .describe('Further headers of every request.');
}

export function healthSchema() {
  return strict({
    path: urlPath('/health')
      .optional()
      .describe("Path on the server's host, asked by GET for a 2xx; the protocol itself is asked otherwise."),
    interval: duration().optional().describe('How often; `30s` otherwise.'),
    timeout: duration().optional().describe('How long an answer may take; `5s` otherwise.'),
  }).describe("The server's health, asked for before and while it is tested.");
}

function secretReference() {
  const wanted = '`{ secret: NAME }`, the name of a granted secret: its value never stands in a file';
  return strict({ secret: secretName() }, {}, wanted);
}

function tokenUrl() {
  return z
    .string(wants('a URL such as `https://auth.example.com/token`'))
    .transform((value, issues) => settle(readUrl(value), issues));
}

/** RFC 6749, section 3.3. */
function scope() {
  const what = 'scopes separated by single spaces';
  return z
    .string(wants(what))
    .max(1000, `expected ${what}, at most 1000 characters`)
    .regex(
      /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/,
      `expected ${what}, such as \`tools.read tools.call\``,
    );
}
