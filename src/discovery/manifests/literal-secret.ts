import { finding } from '../declaration.ts';
import type { DiscoveryFinding } from '../model.ts';
import { show } from '../words.ts';

/** The message never holds the value. */
export function literalSecret(place: { file: string; line: number; column: number }, name: string): DiscoveryFinding {
  return finding(
    'manifest-literal-secret',
    'medium',
    place,
    `The value of ${show(name)} looks like a secret that stands in the file itself; revoke it, and refer to a variable instead.`,
  );
}
