import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { parse as parseTomlText, TomlError } from 'smol-toml';
import { limits } from './limits.ts';

/** Keys and positions that lead from the root of a document to a value. */
export type ValuePath = readonly (string | number)[];

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A manifest that was read: plain values, and where they stand. */
export interface Structured {
  readonly value: unknown;
  /** Of the key that leads to the value at `path`; of the nearest thing that exists, where it does not. */
  position(path: ValuePath): Position;
}

/** A manifest, or the sentence why it cannot be read. */
export type Read = Structured | { readonly problem: string; readonly position: Position };

const start: Position = { line: 1, column: 1 };

/** Reads JSON, also with comments and trailing commas as editors allow them. Never throws. */
export function readJson(text: string): Read {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (source.length > limits.manifestSize) return { problem: 'too large for a manifest', position: start };
  const value = parsed(source) ?? parsed(plainJson(source));
  if (value === undefined) return { problem: 'not valid JSON', position: start };
  return { value, position: lazily(() => yamlPositions(plainJson(source))) };
}

/** Reads YAML. Never throws. */
export function readYaml(text: string): Read {
  if (text.length > limits.positionsSize) return { problem: 'too large for a manifest', position: start };
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { ...yamlOptions, lineCounter: lines });
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      return { problem: 'not valid YAML', position: { line: Math.max(1, line), column: Math.max(1, col) } };
    }
    const value: unknown = document.toJS({ maxAliasCount: 50 });
    return { value, position: lazily(() => positionsIn(document, lines)) };
  } catch {
    return { problem: 'nested too deeply, or its aliases stand for too much', position: start };
  }
}

/** Reads TOML. Never throws. Positions are of lines only. */
export function readToml(text: string): Read {
  if (text.length > limits.manifestSize) return { problem: 'too large for a manifest', position: start };
  try {
    const value: unknown = parseTomlText(text);
    return { value, position: (path) => ({ line: tomlLine(text, path), column: 1 }) };
  } catch (error) {
    const position = error instanceof TomlError ? { line: error.line, column: error.column } : start;
    return { problem: 'not valid TOML', position };
  }
}

const yamlOptions = { uniqueKeys: false, strict: false, prettyErrors: false, logLevel: 'silent' } as const;

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

// Each alternative succeeds wherever it begins, so that the time is linear; all keep the length of the text.
const stringOrComment = /"(?:[^"\\\n]|\\[^\n])*"?|\/\/[^\n]*|\/\*(?:(?!\*\/)[^])*(?:\*\/)?|,(?=[\t\n\r ]{0,200}[}\]])/g;

function plainJson(source: string): string {
  return source.replaceAll(stringOrComment, (found) =>
    found.startsWith('"') ? found : found.replaceAll(/[^\n]/g, ' '),
  );
}

function lazily(make: () => (path: ValuePath) => Position): (path: ValuePath) => Position {
  let made: ((path: ValuePath) => Position) | null = null;
  return (path) => {
    made ??= make();
    return made(path);
  };
}

function yamlPositions(source: string): (path: ValuePath) => Position {
  if (source.length > limits.positionsSize) return () => start;
  const lines = new LineCounter();
  try {
    return positionsIn(parseDocument(source, { ...yamlOptions, lineCounter: lines }), lines);
  } catch {
    return () => start;
  }
}

function positionsIn(document: Document, lines: LineCounter): (path: ValuePath) => Position {
  return (path) => {
    let here: Node | null = document.contents;
    let found: Node | null = here;
    for (const step of path) {
      const next = child(here, step);
      if (next === null) break;
      found = next.key ?? next.value ?? found;
      here = next.value;
    }
    const { line, col } = lines.linePos(found?.range?.[0] ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
}

function child(holder: Node | null, step: string | number): { value: Node | null; key: Node | null } | null {
  if (isSeq(holder)) {
    const item = holder.items[Number(step)];
    return isNode(item) ? { value: item, key: null } : null;
  }
  if (!isMap(holder)) return null;
  const pair = holder.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(step));
  if (pair === undefined) return null;
  return { value: isNode(pair.value) ? pair.value : null, key: isNode(pair.key) ? pair.key : null };
}

/** The line of the key after the header of the nearest table that leads to it; a search, the library keeps no positions. */
function tomlLine(text: string, path: ValuePath): number {
  const names = path.filter((step) => typeof step === 'string');
  const lines = text.split('\n').map((line) => line.trim());
  for (let length = names.length; length >= 0; length--) {
    const header = names.slice(0, length).join('.');
    const table = length === 0 ? 0 : lines.findIndex((line) => headerName(line) === header) + 1;
    if (length > 0 && table === 0) continue;
    const key = names[length];
    if (key === undefined) return Math.max(1, table);
    for (let index = table; index < lines.length && headerName(lines[index] ?? '') === null; index++) {
      if (startsWithKey(lines[index] ?? '', key)) return index + 1;
    }
    if (table > 0) return table;
  }
  return 1;
}

function headerName(line: string): string | null {
  const name = /^\[{1,2}([^[\]]{1,200})\]{1,2}/.exec(line)?.[1];
  return name === undefined ? null : name.replaceAll(/["'\s]/g, '');
}

function startsWithKey(line: string, key: string): boolean {
  const rest = [key, `"${key}"`, `'${key}'`].find((form) => line.startsWith(form));
  return rest !== undefined && /^\s*[=.]/.test(line.slice(rest.length));
}
