import { Composer, Lexer, LineCounter, Parser } from 'yaml';
import type { CST, Document } from 'yaml';
import type { Location, Problem } from '../result/model.ts';
import { inspectNodes } from './document-rules.ts';
import { type Position, positionAt, positionsOf } from './positions.ts';

/** Steps from the root of a document to a value: names of keys and positions in lists. */
export type ValuePath = readonly (string | number)[];

/** A YAML (or JSON) file that was read, and where each of its values stands. */
export interface SourceDocument {
  /** Relative to the workspace. */
  readonly file: string;
  /** Plain JSON values only. */
  readonly value: unknown;
  /** Of the value at `path`; of the nearest thing that exists, where it does not. */
  locate(path: ValuePath): Location;
  /** Of the key that leads to the value at `path`. */
  locateKey(path: ValuePath): Location;
}

export interface ReadDocument {
  readonly problems: readonly Problem[];
  /** null where the text is so broken that its values mean nothing. */
  readonly document: SourceDocument | null;
}

/** Bytes of a file that is read as configuration. */
export const maxFileSize = 1024 * 1024;
// The library's run time grows with the square of some of these: found by trying texts of one megabyte.
const maxDepth = 200;
const maxTokens = 200_000;
const maxExpandedValues = 200_000;
const maxSyntaxProblems = 10;

class TooMuch extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Parses a text as YAML 1.2 (core schema, so also as JSON). Never throws, whatever the text is.
 *
 * @param file how the file is named in locations
 */
export function readDocument(file: string, text: string): ReadDocument {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = linesOf(source);
  const at = (offset: number): Location => {
    const { line, col } = lines.linePos(Math.min(offset, source.length));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const failed = (message: string, offset: number): ReadDocument => ({
    problems: [{ message, location: at(offset) }],
    document: null,
  });
  try {
    const parsed = compose(source);
    const syntax = parsed.errors.map(({ code, message, pos }) => ({
      message: `not valid YAML: ${sentenceOf(code, message)}`,
      location: at(pos[0]),
    }));
    if (syntax.length > 0) return { problems: syntax.slice(0, maxSyntaxProblems), document: null };
    if (parsed.contents === null) return failed('the file is empty', 0);
    const rules = inspectNodes(parsed);
    const problems = rules.map(({ message, offset }) => ({ message, location: at(offset) }));
    if (rules.some(({ fatal }) => fatal)) return { problems, document: null };
    const value: unknown = parsed.toJS();
    if (!isBounded(value)) return failed('it holds too many values, or its aliases (`*name`) stand for too many', 0);
    return { problems, document: { file, value, ...locators(positionsOf(parsed), at) } };
  } catch (error) {
    if (error instanceof TooMuch) return failed(error.message, error.offset);
    return failed('the file cannot be read as YAML: it is nested too deeply, or its aliases stand for too much', 0);
  }
}

/** Not by the parser, which overlooks the line ends of some broken texts. */
function linesOf(source: string): LineCounter {
  const lines = new LineCounter();
  for (let start = 0; ;) {
    lines.addNewLine(start);
    const end = source.indexOf('\n', start);
    if (end === -1) return lines;
    start = end + 1;
  }
}

/** As the library's `parseDocument`, but it stops at the limits above. */
function compose(source: string): Document.Parsed {
  const composer = new Composer({
    schema: 'core',
    strict: true,
    // Looked for by us, in linear time.
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  let first: Document.Parsed | null = null;
  for (const document of composer.compose(tokens(source), true, source.length)) {
    if (first !== null)
      throw new TooMuch('a second document begins here (`---`); one file holds one', document.range[0]);
    first = document;
  }
  if (first === null) throw new TooMuch('the file is empty', 0);
  return first;
}

function* tokens(source: string): Generator<CST.Token, void> {
  const parser = new Parser();
  let count = 0;
  for (const lexeme of new Lexer().lex(source)) {
    if (parser.stack.length > maxDepth) throw new TooMuch('nested too deeply', parser.offset);
    if (++count > maxTokens) throw new TooMuch('the file is too large to be a configuration', parser.offset);
    yield* parser.next(lexeme);
  }
  yield* parser.end();
}

function sentenceOf(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab stands where the line is indented; use spaces';
  return message.replaceAll(/\s+/g, ' ').slice(0, 300);
}

/** Aliases share values in memory, but everybody who walks over them meets each copy. */
function isBounded(value: unknown): boolean {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let count = 0; ; count++) {
    const next = open.pop();
    if (next === undefined) return true;
    if (count > maxExpandedValues || next.depth > maxDepth) return false;
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const inner of Object.values(next.value)) open.push({ value: inner, depth: next.depth + 1 });
  }
}

function locators(root: Position, at: (offset: number) => Location) {
  return {
    locate(path: ValuePath) {
      const { value, key } = positionAt(root, path);
      return at((value?.blank === true ? null : value?.start) ?? key ?? value?.start ?? 0);
    },
    locateKey(path: ValuePath) {
      const { value, key } = positionAt(root, path);
      return at(key ?? value?.start ?? 0);
    },
  };
}
