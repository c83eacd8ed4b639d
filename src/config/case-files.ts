import { glob } from 'tinyglobby';
import type { Problem } from '../result/model.ts';
import { caseFileSchema } from './case-schema.ts';
import { readDocument } from './document.ts';
import type { SourceDocument, ValuePath } from './document.ts';
import { readTextFile } from './files.ts';
import { memberOf } from './raw.ts';
import type { SchemaContext } from './schema-context.ts';
import { snapshotFileOf } from './snapshots.ts';
import { checkDocument } from './translate.ts';
import type { Parsed } from './units.ts';
import { show } from './words.ts';

/** A case as its file has it, and where. `data` is null where it, or another case of the file, has a mistake. */
export interface CaseEntry {
  readonly raw: unknown;
  readonly document: SourceDocument;
  readonly path: ValuePath;
  /** The file's `server`, for cases that name none. */
  readonly fallbackServer: string | null;
  readonly data: CaseData | null;
  /** Absolute. */
  readonly snapshotFile: string;
  /** The file it stands in: absolute, after all links. */
  readonly real: string;
  /** By which `include` that file was found; null for a case of the configuration itself. */
  readonly include: string | null;
}

export type CaseData = ReturnType<ReturnType<typeof caseFileSchema>['list']['parse']>[number];

const maxFiles = 200;
const maxPattern = 300;
/** Each star more multiplies the time that matching a long name may take. */
const maxStars = 4;

/** Finds and reads the case files of every `include` of the configuration, each file once. */
export async function loadCaseFiles(document: SourceDocument, workspace: string, context: SchemaContext) {
  const problems: Problem[] = [];
  const entries: CaseEntry[] = [];
  const seen = new Set<string>();
  const schema = caseFileSchema(context);
  for (const { pattern, path } of includes(document.value)) {
    const fail = (message: string) =>
      problems.push({ message: `\`include\`: ${message}`, location: document.locate(path) });
    const files = await matchingFiles(pattern, workspace);
    if ('problem' in files) fail(files.problem);
    for (const name of 'value' in files ? files.value : []) {
      const file = readTextFile(name, workspace, context.filesRead);
      if ('problem' in file) {
        fail(file.problem);
      } else if (!seen.has(file.value.real)) {
        seen.add(file.value.real);
        const read = readDocument(file.value.name, file.value.text);
        problems.push(...read.problems);
        if (read.document !== null) {
          const { real } = file.value;
          const place = { document: read.document, snapshotFile: snapshotFileOf(real), real, include: pattern };
          const checked = checkCaseFile(place, schema);
          problems.push(...checked.problems);
          entries.push(...checked.entries);
        }
      }
    }
  }
  return { problems, entries, snapshotFiles: [...seen].map(snapshotFileOf) };
}

function includes(value: unknown): { pattern: string; path: ValuePath }[] {
  const cases = memberOf(value, 'cases');
  if (!Array.isArray(cases)) return [];
  return cases.flatMap((entry: unknown, index) => {
    const include = memberOf(entry, 'include');
    if (typeof include === 'string') return [{ pattern: include, path: ['cases', index, 'include'] }];
    if (!Array.isArray(include)) return [];
    return include.flatMap((pattern: unknown, position) =>
      typeof pattern === 'string' ? [{ pattern, path: ['cases', index, 'include', position] }] : [],
    );
  });
}

async function matchingFiles(pattern: string, workspace: string): Promise<Parsed<readonly string[]>> {
  const problem = patternFault(pattern);
  if (problem !== null) return { problem };
  const shown = show(pattern);
  try {
    const files = await glob(pattern, {
      cwd: workspace,
      extglob: false,
      expandDirectories: false,
      followSymbolicLinks: false,
      ignore: ['**/node_modules/**', '**/.git/**'],
    });
    if (files.length === 0) return { problem: `${shown} matches no file in the workspace` };
    if (files.length <= maxFiles) return { value: files.toSorted() };
    return { problem: `${shown} matches ${files.length} files; at most ${maxFiles} may be read` };
  } catch {
    return { problem: `${shown} cannot be used as a glob; write a path such as \`mcp-cases/*.yml\`` };
  }
}

function patternFault(pattern: string): string | null {
  const shown = show(pattern);
  if (pattern.length > maxPattern) return `${shown} is longer than ${maxPattern} characters`;
  if (/^[/~]/.test(pattern) || pattern.split(/[/\\]/).includes('..')) {
    return `${shown} leads out of the workspace; write a path or glob relative to it`;
  }
  // Groups become groups of a regular expression, whose repetition can take endless time.
  if (/[()|\\]|^!/.test(pattern)) {
    return `${shown} is not a plain glob; \`*\`, \`**\`, \`?\`, \`[…]\` and \`{a,b}\` are known`;
  }
  const stars = pattern.match(/\*+/g)?.length ?? 0;
  return stars > maxStars ? `${shown} holds more than ${maxStars} stars; write several globs` : null;
}

type CaseFileSchema = ReturnType<typeof caseFileSchema>;

type FilePlace = Pick<CaseEntry, 'document' | 'snapshotFile' | 'real' | 'include'>;

function checkCaseFile(place: FilePlace, schema: CaseFileSchema) {
  const { document } = place;
  if (Array.isArray(document.value)) {
    const { data, problems } = checkDocument(schema.list, document);
    return { problems, entries: entriesOf({ ...place, path: [], fallbackServer: null }, document.value, data) };
  }
  const { data, problems } = checkDocument(schema.mapping, document);
  const server = memberOf(document.value, 'server');
  const cases = memberOf(document.value, 'cases');
  const fallbackServer = typeof server === 'string' ? server : null;
  const list = Array.isArray(cases) ? cases : [];
  return { problems, entries: entriesOf({ ...place, path: ['cases'], fallbackServer }, list, data?.cases ?? null) };
}

/** @param place where the list stands, and what holds for all of its cases */
function entriesOf(
  place: Omit<CaseEntry, 'raw' | 'data'>,
  list: readonly unknown[],
  data: readonly CaseData[] | null,
): CaseEntry[] {
  return list.map((raw, index) => ({ ...place, raw, path: [...place.path, index], data: data?.[index] ?? null }));
}
