import type { Problem } from '../result/model.ts';

const maxProblems = 100;

/**
 * Puts problems into the order in which one mends them: inputs first, then file by file from the top. The same one
 * twice is left out, and the list is bounded.
 */
export function arrange(problems: readonly Problem[], clean: (text: string) => string): Problem[] {
  const files = [...new Set(problems.map(({ location }) => location?.file ?? ''))];
  const rank = ({ location }: Problem) => (location === null ? -1 : files.indexOf(location.file));
  const ordered = problems
    .map(({ message, location }) => ({ message: clean(message), location }))
    .toSorted(
      (one, other) =>
        rank(one) - rank(other) ||
        (one.location?.line ?? 0) - (other.location?.line ?? 0) ||
        (one.location?.column ?? 0) - (other.location?.column ?? 0),
    );
  const unique = [...new Map(ordered.map((problem) => [JSON.stringify(problem), problem])).values()];
  if (unique.length <= maxProblems) return unique;
  const more = `and ${unique.length - maxProblems} more problems`;
  return [...unique.slice(0, maxProblems), { message: more, location: null }];
}
