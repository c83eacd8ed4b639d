import type { Location, Problem } from '../result/model.ts';
import type { ListedServer } from './assemble.ts';
import type { SourceDocument } from './document.ts';
import { identityOf, rawName } from './identity.ts';
import type { SourceSpec } from './model.ts';
import { isRepository, type RepositorySpec } from './repository-model.ts';
import { deriveServerName } from './names.ts';
import { memberOf, recordOf } from './raw.ts';
import type { SchemaContext } from './schema-context.ts';
import { show } from './words.ts';

export interface ListedSources {
  /** Servers that have no entry of their own. */
  readonly servers: readonly ListedServer[];
  /** Sources in which servers are to be found. */
  readonly repositories: readonly RepositorySpec[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/**
 * Turns plain sources into servers and repositories: those of the file's `repositories`, then those of the input. One
 * that the file lists under `servers`, or that stands here twice, is not run a second time.
 */
export function listSources(
  document: SourceDocument | null,
  given: readonly string[],
  context: SchemaContext,
): ListedSources {
  const known = knownSources(document, context);
  const servers: ListedServer[] = [];
  const repositories: RepositorySpec[] = [];
  const problems: Problem[] = [];
  const notes: string[] = [];
  const taken = new Set(Object.keys(recordOf(memberOf(document?.value, 'servers'))));
  const add = (source: SourceSpec, location: Location | null) => {
    const key = identityOf(source);
    const already = known.get(key);
    if (already !== undefined) {
      notes.push(`The source ${source.given} of \`repositories\` is already listed as ${already}.`);
      return;
    }
    if (isRepository(source)) {
      known.set(key, source.given);
      repositories.push({ source, location });
      return;
    }
    const name = deriveServerName(rawName(source), taken);
    taken.add(name);
    known.set(key, name);
    servers.push({ name, source, location, entry: null });
  };
  const inFile = memberOf(document?.value, 'repositories');
  for (const [index, text] of Array.isArray(inFile) ? inFile.entries() : []) {
    // What is wrong with them, the schema says.
    const parsed = typeof text === 'string' ? context.source(text) : null;
    if (parsed !== null && 'value' in parsed) add(parsed.value, document?.locate(['repositories', index]) ?? null);
  }
  for (const text of given) {
    const parsed = context.source(text);
    const problem = 'value' in parsed ? plainSourceProblem(parsed.value) : parsed.problem;
    if ('value' in parsed && problem === null) add(parsed.value, null);
    else problems.push({ message: `input \`repositories\`: ${problem}`, location: null });
  }
  return { servers, repositories, problems, notes };
}

function knownSources(document: SourceDocument | null, context: SchemaContext): Map<string, string> {
  const entries = Object.entries(recordOf(memberOf(document?.value, 'servers')));
  return new Map(
    entries.flatMap(([name, server]) => {
      const source = memberOf(server, 'source');
      const parsed = typeof source === 'string' ? context.source(source) : null;
      return parsed !== null && 'value' in parsed ? [[identityOf(parsed.value), name] as const] : [];
    }),
  );
}

/** @returns why a source cannot stand alone, without settings of its server, or null */
export function plainSourceProblem(source: SourceSpec): string | null {
  if (source.kind !== 'remote' || !source.url.startsWith('http:')) return null;
  return `${show(source.given)} is not encrypted; write \`https:\`, or list it under \`servers\` with \`allowInsecure: true\` if that is meant`;
}
