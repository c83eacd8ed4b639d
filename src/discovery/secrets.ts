/** Parts of names that say: this is a secret. */
const secretName =
  /(?:^|[_.-])(?:api[_-]?key|apikey|access[_-]?key|secret|token|password|passwd|pwd|pat|auth|authorization|credentials?|private[_-]?key|[a-z0-9]+[_-]key(?=$)|bearer|cookie|dsn|connection[_-]?string)(?:$|[_.-])/i;
/** Names that hold such a part and say something else. */
const notSecret =
  /(?:^|[_.-])(?:public|cache|sort|partition|primary|foreign)[_-]?key$|(?:limit|count|path|file|dir|url|uri|type|expiry|expires(?:[_-]in)?|ttl|enabled|disabled|name|profile|region|scopes?|ids?)$|^(?:max|num|enable|disable|use)[_-]/i;

/** @returns whether a variable or argument of this name holds a secret, as far as names tell */
export function isSecretName(name: string): boolean {
  const snake = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
  return secretName.test(snake) && !notSecret.test(snake);
}

/** Tokens that show what they are by how they begin. */
const wellKnown: readonly RegExp[] = [
  /\bgh[pousr]_[A-Za-z0-9]{30,}/,
  /\bgithub_pat_\w{40,}/,
  /\bglpat-[\w-]{18,}/,
  /\bsk-(?:ant-|proj-|live-|or-)?[\w-]{20,}/,
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/,
  /\bxox[abeoprs]-[\w-]{10,}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bAIza[\w-]{35}/,
  /\bya29\.[\w-]{20,}/,
  /\bnpm_[A-Za-z0-9]{30,}/,
  /\bpypi-[\w-]{40,}/,
  /\bhf_[A-Za-z0-9]{30,}/,
  /\bntn_[A-Za-z0-9]{30,}/,
  /\bsbp_[a-f0-9]{30,}/,
  /\bdop_v1_[a-f0-9]{40,}/,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
];

const placeholder =
  /[<>{}$%*]|\.{3}|…|^(?:x+|y+|0+|1234.*|none|null|true|false|test|changeme|password|secret|token)$|(?:your|my|our|the|dummy|fake|example|placeholder|replace|insert|change|todo|here|xxxx|redacted|sample|enter|optional|abc123|123456)/i;

/**
 * @param name of the variable, header or flag that has the value
 * @returns whether a value that stands in a file is a secret itself, not a name of one or a stand-in for one
 */
export function isLiteralSecret(name: string, value: string): boolean {
  const body = value.replace(/^(?:Bearer|Basic|Token)\s+/i, '').trim();
  if (/X{6,}|x{6,}|\.\.\.|<|\$\{/.test(body)) return false;
  if (wellKnown.some((form) => form.test(body)) && !/example|placeholder|your/i.test(body)) return true;
  if (!isSecretName(name) || placeholder.test(body)) return false;
  return /^[\w+/=.~-]{16,}$/.test(body) && entropyOf(body) > 3.2 && /\d/.test(body);
}

/** Bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** @returns whether a text still waits for a value: `${X}`, `{x}`, `<x>`, `$X`, `YOUR_KEY`, `/path/to/…` */
export function isPlaceholder(text: string): boolean {
  return /\$\{[^}]*\}|\$[A-Za-z_]\w*|\{\{?[\w.-]+\}?\}|<[^>]+>|%\w+%|\b(?:your|my)[-_ ][\w-]+|\/path\/to\b|\/absolute\/path|\/Users\/|\/home\/\w+/i.test(
    text,
  );
}
