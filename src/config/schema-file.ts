import { readDocument } from './document.ts';
import { readTextFile } from './files.ts';
import { isRecord } from './raw.ts';
import type { RawRecord } from './raw.ts';
import type { Parsed } from './units.ts';
import { schemaProblems } from './user-schema.ts';

/**
 * Reads a JSON Schema that stands in a file of its own (JSON or YAML).
 *
 * @returns the schema, or a sentence that names the place in that file
 */
export function readUserSchema(given: string, workspace: string, read: Set<string>): Parsed<RawRecord> {
  const file = readTextFile(given, workspace, read);
  if ('problem' in file) return file;
  const { document, problems } = readDocument(file.value.name, file.value.text);
  const place = (line: number, column: number) => `${file.value.name}:${line}:${column}`;
  const first = problems[0];
  if (document === null || first !== undefined) {
    const where = place(first?.location?.line ?? 1, first?.location?.column ?? 1);
    return { problem: `${where}: ${first?.message ?? 'cannot be read'}` };
  }
  const schema = document.value;
  if (!isRecord(schema)) return { problem: `${place(1, 1)}: expected a JSON Schema, which is a mapping` };
  const mistake = schemaProblems(schema)[0];
  if (mistake === undefined) return { value: schema };
  const { line, column } = document.locate(mistake.path);
  return { problem: `${place(line, column)}: ${mistake.message}` };
}
