import type { Problem } from '../result/model.ts';
import { secretNameProblem } from './names.ts';
import { redactor } from '../text/untrusted.ts';

export interface GrantedSecrets {
  /** Values by name, of those that are granted and there. */
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** Shorter values occur everywhere: masking them would make logs unreadable, and show where they stood. */
export const shortestMasked = 4;

/**
 * Looks up the values of the names that the user grants. A name without a value is no mistake: pull requests from
 * forks have no secrets.
 */
export function grantSecrets(
  names: readonly string[],
  secretValue: (name: string) => string | undefined,
): GrantedSecrets {
  const values = new Map<string, string>();
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const name of new Set(names)) {
    const message = secretNameProblem(name);
    const value = message === null ? secretValue(name) : undefined;
    if (message !== null) {
      problems.push({ message: `input \`secrets\`: ${message}`, location: null });
    } else if (value === undefined || value === '') {
      notes.push(`The secret ${name} is granted but has no value here; it counts as not granted.`);
    } else {
      values.set(name, value);
      if (value.length < shortestMasked) notes.push(`The secret ${name} is too short to be masked in logs.`);
    }
  }
  return { values, problems, notes };
}

/** @returns what takes the values of secrets out of a sentence, in case somebody wrote one into a file */
export function withoutSecrets(values: ReadonlyMap<string, string>): (text: string) => string {
  return redactor([...values.values()]);
}
