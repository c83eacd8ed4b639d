import type { Transport } from '../declaration.ts';
import { limits } from '../limits.ts';
import type { Tree } from '../tree.ts';

/** What one source file shows by itself. */
export interface SourceFacts {
  /** It makes an MCP server. */
  readonly serves: boolean;
  /** It talks to MCP servers as a client does. */
  readonly calls: boolean;
  readonly transports: readonly Transport[];
  /** As written in it. */
  readonly imports: readonly string[];
  /** Words that the program takes as its subcommand. */
  readonly subcommands: readonly string[];
}

/** What a program shows, with all that it imports from its own repository. */
export interface Evidence {
  /** Files that make a server. */
  readonly serves: readonly string[];
  readonly calls: readonly string[];
  readonly transports: readonly Transport[];
  /** Files that name a transport. */
  readonly connects: readonly string[];
  readonly subcommands: readonly string[];
  readonly files: readonly string[];
}

export type FactsOf = (path: string) => Promise<SourceFacts | null>;

export const noEvidence: Evidence = {
  serves: [],
  calls: [],
  transports: [],
  connects: [],
  subcommands: [],
  files: [],
};

/** @returns a function that looks at each file once */
export function factsReader(tree: Tree, look: (text: string) => SourceFacts): FactsOf {
  const known = new Map<string, Promise<SourceFacts | null>>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const facts = tree.read(path).then((text) => (text === null ? null : look(text.slice(0, limits.sourceSize))));
    known.set(path, facts);
    return facts;
  };
}

/**
 * Follows the imports of a program through its repository, no further than is bearable.
 *
 * @param resolve paths that an import in a file leads to; none for what lies outside of the repository
 */
export async function follow(
  entries: readonly string[],
  factsOf: FactsOf,
  resolve: (from: string, specifier: string) => readonly string[],
): Promise<Evidence> {
  const seen = new Set(entries);
  const serves: string[] = [];
  const calls: string[] = [];
  const connects: string[] = [];
  const transports = new Set<Transport>();
  const subcommands = new Set<string>();
  let more: number = limits.sourcesOfProgram;
  for (const path of seen) {
    if (more-- <= 0) break;
    const facts = await factsOf(path);
    if (facts === null) continue;
    if (facts.serves) {
      serves.push(path);
      // The nearest files come first: what lies further away adds little, and there may be much of it.
      if (transports.size > 0) more = Math.min(more, limits.sourcesAfterServer);
    }
    if (facts.calls) calls.push(path);
    if (facts.transports.length > 0) connects.push(path);
    for (const one of facts.transports) transports.add(one);
    for (const word of facts.subcommands) subcommands.add(word);
    // A set hands out what is added while it is walked over.
    for (const next of seen.size < limits.sourcesOfProgram ? linksOf(path, facts, resolve) : []) {
      if (seen.size < limits.sourcesOfProgram) seen.add(next);
    }
  }
  return { serves, calls, transports: [...transports], connects, subcommands: [...subcommands], files: [...seen] };
}

const links = new WeakMap<SourceFacts, readonly string[]>();

/** Many programs share their files; facts belong to one file each. */
function linksOf(
  path: string,
  facts: SourceFacts,
  resolve: (from: string, specifier: string) => readonly string[],
): readonly string[] {
  const before = links.get(facts);
  if (before !== undefined) return before;
  const found = [...new Set(facts.imports.flatMap((specifier) => resolve(path, specifier)))];
  links.set(facts, found);
  return found;
}

/** @returns the first group of every match, each once, no more than are bearable */
export function matchesOf(text: string, pattern: RegExp): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(pattern)) {
    const value = match.slice(1).find((group) => group !== undefined);
    if (value !== undefined) found.add(value);
    if (found.size >= 500) break;
  }
  return [...found];
}
