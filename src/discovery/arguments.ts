import type { WantedArgument } from './model.ts';
import { isLiteralSecret, isPlaceholder, isSecretName } from './secrets.ts';

export interface SplitArguments {
  /** Those that can be given as they stand. */
  readonly fixed: readonly string[];
  /** Those that wait for somebody's value. */
  readonly wants: readonly WantedArgument[];
}

/**
 * Parts the arguments of a command into those that stand and those that wait for a value; a flag goes with its value. A
 * secret that stands among them does not pass.
 */
export function splitArguments(args: readonly string[]): SplitArguments {
  const fixed: string[] = [];
  const wants: WantedArgument[] = [];
  for (const argument of args) {
    const before = fixed.at(-1) ?? '';
    const [, attached = null, value = argument] = /^(-[\w-]+)=(.*)$/.exec(argument) ?? [];
    const secret = isLiteralSecret((attached ?? before).replace(/^-+/, ''), value);
    if (!secret && !isPlaceholder(argument)) {
      fixed.push(argument);
      continue;
    }
    const flag = attached ?? (/^--?[A-Za-z][\w-]*$/.test(before) ? before : null);
    if (attached === null && flag !== null) fixed.pop();
    wants.push(secret ? wanted(flag, 'secret', true, true) : wanted(flag, hintOf(argument)));
  }
  return { fixed, wants };
}

export function wanted(flag: string | null, hint: string, required = false, secret = false): WantedArgument {
  return { flag, hint, required, secret: secret || isSecretName(flag ?? hint) };
}

/** What a placeholder is about: `${user_config.storage_path}` is about `storage_path`. */
function hintOf(placeholder: string): string {
  const name = /[A-Za-z][\w-]*(?=[^\w-]*$)/.exec(placeholder)?.[0];
  return name ?? 'value';
}
