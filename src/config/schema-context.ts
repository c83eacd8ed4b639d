import type { SourceSpec } from './model.ts';
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
