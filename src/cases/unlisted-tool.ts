import { distance } from 'fastest-levenshtein';

/** Names and characters of a hostile list that are compared: the cost grows with both. */
const comparedNames = 2000;
const comparedLength = 128;

/** @returns for example: the server lists no tool `ecoh`; did you mean `echo`? */
export function unlistedTool(name: string, listed: readonly string[]): string {
  const found = `the server lists no tool ${quote(name)}`;
  if (listed.length === 0) return `${found}; it lists none at all`;
  const near = nearest(name, listed);
  if (near.length > 0) return `${found}; did you mean ${near.map(quote).join(' or ')}?`;
  const rest = listed.length > 5 ? ` and ${listed.length - 5} more` : '';
  return `${found}; it lists ${listed.slice(0, 5).map(quote).join(', ')}${rest}`;
}

/** At most three names that a slip of the hand could have meant. */
function nearest(name: string, listed: readonly string[]): string[] {
  const near = Math.max(2, Math.floor(name.length / 3));
  return [...new Set(listed)]
    .slice(0, comparedNames)
    .filter((other) => other.length <= comparedLength)
    .map((other) => ({ other, far: distance(name.slice(0, comparedLength).toLowerCase(), other.toLowerCase()) }))
    .filter(({ far }) => far <= near)
    .sort((left, right) => left.far - right.far)
    .slice(0, 3)
    .map(({ other }) => other);
}

function quote(name: string): string {
  return `\`${name.length <= 64 ? name : `${name.slice(0, 64)}…`}\``;
}
