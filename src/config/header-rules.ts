import { show } from './words.ts';

/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** Written by the client for each request, or by the connection itself. */
const owned =
  /^(?:host|accept|connection|expect|keep-alive|last-event-id|te|trailer|transfer-encoding|upgrade|(?:content|proxy|mcp|sec)-.*)$/i;
const maxValue = 8192;

/** @returns why a request to a remote server can have no header of this name, or null */
export function headerNameProblem(name: string): string | null {
  if (!token.test(name)) {
    return `${show(name)} is not the name of a header: letters, digits and \`-\`, without spaces and colon`;
  }
  return owned.test(name)
    ? `the header \`${name}\` belongs to the protocol and is set by the client; leave it out`
    : null;
}

/**
 * RFC 9110, section 5.5, without the bytes that mean something else to everybody.
 *
 * @returns a sentence that does not show the value, or null
 */
export function headerValueProblem(value: string): string | null {
  if (value.length > maxValue) return `longer than ${maxValue} characters, too long for a header`;
  if (/[\r\n]/.test(value)) return 'holds a line break, which no header may';
  if (!/^[\x20-\x7E\t]*$/.test(value))
    return 'holds a character that no header may: only those of ASCII can stand there';
  return /^\s|\s$/.test(value) ? 'begins or ends with white space, which no header can carry' : null;
}

/** Headers that carry credentials, by their name. */
export function carriesSecret(name: string): boolean {
  return /^(?:authorization|cookie)$|api-?key|token|secret|password|credential/i.test(name);
}
