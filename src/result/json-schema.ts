import * as z from 'zod';
import * as model from './model.ts';

const named = z.registry<{ id: string }>();
named.add(model.Location, { id: 'Location' });
named.add(model.Finding, { id: 'Finding' });
named.add(model.AssertionResult, { id: 'AssertionResult' });
named.add(model.CaseResult, { id: 'CaseResult' });
named.add(model.ToolResult, { id: 'ToolResult' });
named.add(model.Startup, { id: 'Startup' });
named.add(model.Protocol, { id: 'Protocol' });
named.add(model.ServerResult, { id: 'ServerResult' });
named.add(model.CleanupOperation, { id: 'CleanupOperation' });

/** @returns the JSON Schema (2020-12) of `result.json`, made from the model that the code itself uses. */
export function resultJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(model.WorkflowResult, { target: 'draft-2020-12', metadata: named });
  return {
    $schema,
    title: 'MCP Workflow Action: result of a run',
    description: 'Durations are milliseconds (…Ms), sizes bytes, times ISO 8601 in UTC.',
    ...schema,
  };
}
