/**
 * Globs of `workspaces`, as npm, pnpm and Yarn agree on them: `*` and `?` within a segment, `**` over segments, `{a,b}`,
 * and `!` in front of what is left out. Written here because patterns come from repositories: the work is bounded,
 * whatever they say.
 */
export function matchesGlobs(folder: string, patterns: readonly string[]): boolean {
  const segments = folder === '.' ? [] : folder.split('/');
  const matches = (pattern: string) => expandBraces(pattern).some((each) => matchesSegments(segments, parts(each)));
  const isLeftOut = patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)));
  return !isLeftOut && patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern));
}

const maxAlternatives = 64;

function expandBraces(pattern: string): string[] {
  let open = [pattern];
  for (let round = 0; round < 8 && open.some((each) => /\{[^{}]*\}/u.test(each)); round++) {
    open = open
      .flatMap((each) => {
        const found = /^([^{}]*)\{([^{}]*)\}(.*)$/su.exec(each);
        if (found === null) return [each];
        const [, before = '', inside = '', after = ''] = found;
        return inside.split(',').map((alternative) => `${before}${alternative}${after}`);
      })
      .slice(0, maxAlternatives);
  }
  return open;
}

/** A pattern of so many parts matches nothing. */
const maxParts = 64;

function parts(pattern: string): string[] {
  return pattern
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .slice(0, maxParts);
}

/** Which ends of the path each part of the pattern can reach, part by part: never exponential. */
function matchesSegments(path: readonly string[], pattern: readonly string[]): boolean {
  if (pattern.length === maxParts) return false;
  let reached = new Set([0]);
  for (const part of pattern) {
    const next = new Set<number>();
    for (const at of reached) {
      if (part === '**') {
        for (let end = at; end <= path.length; end++) next.add(end);
      } else if (at < path.length && matchesSegment(path[at] ?? '', part)) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(path.length);
}

/** The usual walk with one step back: to the last star. */
function matchesSegment(text: string, pattern: string): boolean {
  let at = 0;
  let part = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[part] === '*') {
      star = part++;
      resume = at;
    } else if (pattern[part] === '?' || pattern[part] === text[at]) {
      at++;
      part++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[part] === '*') part++;
  return part === pattern.length;
}
