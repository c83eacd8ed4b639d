import path from 'node:path';
import type { Location, Problem } from '../result/model.ts';
import type { ListedServer } from './assemble.ts';
import type { SourceDocument } from './document.ts';
import type { SourceSpec } from './model.ts';
import { deriveServerName } from './names.ts';
import { memberOf, recordOf } from './raw.ts';
import type { SchemaContext } from './schema-context.ts';
import { show } from './words.ts';

export interface ListedSources {
  /** Servers that have no entry of their own. */
  readonly servers: readonly ListedServer[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/**
 * Turns plain sources into servers: those of the file's `repositories`, then those of the input. One that the file
 * lists under `servers`, or that stands here twice, is not run a second time.
 */
export function listSources(
  document: SourceDocument | null,
  given: readonly string[],
  context: SchemaContext,
): ListedSources {
  const known = knownSources(document, context);
  const servers: ListedServer[] = [];
  const problems: Problem[] = [];
  const notes: string[] = [];
  const taken = new Set(Object.keys(recordOf(memberOf(document?.value, 'servers'))));
  const add = (source: SourceSpec, location: Location | null) => {
    const key = identity(source);
    const already = known.get(key);
    if (already !== undefined) {
      notes.push(`The source ${source.given} of \`repositories\` is already listed as the server ${already}.`);
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
  return { servers, problems, notes };
}

function knownSources(document: SourceDocument | null, context: SchemaContext): Map<string, string> {
  const entries = Object.entries(recordOf(memberOf(document?.value, 'servers')));
  return new Map(
    entries.flatMap(([name, server]) => {
      const source = memberOf(server, 'source');
      const parsed = typeof source === 'string' ? context.source(source) : null;
      return parsed !== null && 'value' in parsed ? [[identity(parsed.value), name] as const] : [];
    }),
  );
}

/** @returns why a source cannot stand alone, without settings of its server, or null */
export function plainSourceProblem(source: SourceSpec): string | null {
  if (source.kind !== 'remote' || !source.url.startsWith('http:')) return null;
  return `${show(source.given)} is not encrypted; write \`https:\`, or list it under \`servers\` with \`allowInsecure: true\` if that is meant`;
}

function identity(source: SourceSpec): string {
  if (source.kind === 'npm') return JSON.stringify(['npm', source.name, source.range]);
  if (source.kind === 'oci') return JSON.stringify(['oci', source.reference]);
  return JSON.stringify(source.kind === 'path' ? ['path', source.path] : ['remote', source.url]);
}

/** The package's name without its scope, the folder's, the image's without registry and tag, or the host's. */
function rawName(source: SourceSpec): string {
  if (source.kind === 'npm') return source.name.split('/').at(-1) ?? source.name;
  if (source.kind === 'path') return path.basename(source.path);
  if (source.kind === 'remote') return new URL(source.url).hostname;
  return (source.reference.split('/').at(-1) ?? source.reference).replace(/[:@].*$/, '');
}
