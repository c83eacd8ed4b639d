import { redactor, type Redact } from '../text/untrusted.ts';

/** Hides the values of the secrets that a command grants, wherever the server may show them. */
export function grantedRedactor(names: readonly string[], env: Readonly<NodeJS.ProcessEnv>): Redact {
  return redactor(names.flatMap((name) => env[name] ?? []));
}
