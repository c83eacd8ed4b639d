import { depthOf, relativeTo, within } from './paths.ts';

const climbing = /[\w@./-]*\.\.\/[\w@./-]*/gu;
/** Steps upwards that code makes without a path: each pattern's matches hold one `step` for each. */
const steps: readonly { readonly pattern: RegExp; readonly step: RegExp; readonly free: number }[] = [
  { pattern: /(?:["'`]\.\.["'`]\s*,?\s*)+/gu, step: /\.\./gu, free: 0 },
  // The first of them leads from a file to its folder.
  { pattern: /(?:\.parent\b){2,}/gu, step: /\.parent/gu, free: 1 },
  { pattern: /(?:\bdirname\(\s*(?:\w+\.)*)+/gu, step: /dirname/gu, free: 1 },
];

/**
 * @param folder of the file that the text is from, relative to the root
 * @returns what paths with `../` in a text lead to, relative to the root; what leaves the root is no part of it
 */
export function climbingPaths(text: string, folder: string): string[] {
  return [...text.matchAll(climbing)].flatMap(([path]) => within(folder, path.replace(/^\/+/u, '')) ?? []);
}

/** @returns whether code in `folder` goes up beyond `limit`, a folder at or above it, step by step: nobody knows where to */
export function climbsOut(text: string, folder: string, limit: string): boolean {
  const depth = depthOf(relativeTo(limit, folder));
  const climbed = steps.some(({ pattern, step, free }) =>
    [...text.matchAll(pattern)].some(([match]) => (match.match(step)?.length ?? 0) - free > depth),
  );
  return climbed || [...text.matchAll(/\bparents\[\s*(\d+)/gu)].some(([, count]) => Number(count) > depth);
}
