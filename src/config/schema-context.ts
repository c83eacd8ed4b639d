import { resolveInside } from '../sources/inside.ts';
import { parseSource } from '../sources/parse.ts';
import type { SourceSpec } from './model.ts';
import { readUserSchema } from './schema-file.ts';
import type { Parsed } from './units.ts';

/** What the schema must ask of the world while it reads values. */
export interface SchemaContext {
  /** Real paths of the files that were read so far. */
  readonly filesRead: Set<string>;
  source(text: string): Parsed<SourceSpec>;
  /** @returns the absolute path of something in the workspace */
  inside(text: string, kind: 'folder' | 'any'): Parsed<string>;
  /** @returns the JSON Schema that a file of the workspace holds */
  readSchema(text: string): Parsed<Readonly<Record<string, unknown>>>;
}

/** The world as it is: files are read, and links followed. */
export function schemaContext(workspace: string): SchemaContext {
  const filesRead = new Set<string>();
  return {
    filesRead,
    source(text) {
      const parsed = parseSource(text, workspace);
      return 'invalid' in parsed ? { problem: parsed.invalid } : { value: parsed };
    },
    inside(text, kind) {
      const resolved = resolveInside(text, workspace, kind);
      return 'problem' in resolved ? resolved : { value: resolved.path };
    },
    readSchema: (text) => readUserSchema(text, workspace, filesRead),
  };
}
