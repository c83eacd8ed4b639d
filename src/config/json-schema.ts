import * as z from 'zod';
import { caseFileSchema } from './case-schema.ts';
import { configSchema } from './schema.ts';
import type { SchemaContext } from './schema-context.ts';

/** Only the shape is asked for: no value is ever read with this. */
const nowhere: SchemaContext = {
  filesRead: new Set(),
  source: () => ({ problem: 'not read' }),
  inside: () => ({ problem: 'not read' }),
  readSchema: () => ({ problem: 'not read' }),
};

/** The JSON Schema (2020-12) of `.github/mcp-workflow.yml`, as editors want it: the values before they are read. */
export function configJsonSchema(): Record<string, unknown> {
  return published(configSchema(nowhere), 'MCP Workflow configuration', 'Which MCP servers are tested, and how.');
}

/** The JSON Schema (2020-12) of a case file, as `cases: [{ include: … }]` names them. */
export function caseFileJsonSchema(): Record<string, unknown> {
  const { list, mapping } = caseFileSchema(nowhere);
  return published(z.union([list, mapping]), 'MCP Workflow cases', 'Validation cases of an MCP server.');
}

function published(schema: z.ZodType, title: string, description: string): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, title, description, ...rest };
}
