import type { StepRequest } from '../config/model.ts';
import type { SessionRequest } from '../mcp/model.ts';

/** The request as it goes to the server (MCP 2025-11-25, schema: CallToolRequest, GetPromptRequest, CompleteRequest …). */
export function sessionRequest(request: StepRequest): SessionRequest {
  if (request.kind === 'list') return { method: 'list', list: request.list };
  if (request.kind === 'resource') return { method: 'resources/read', params: { uri: request.uri } };
  if (request.kind === 'complete') return { method: 'completion/complete', params: completion(request) };
  const params = { name: request.name, arguments: request.args };
  return { method: request.kind === 'tool' ? 'tools/call' : 'prompts/get', params };
}

function completion({ ref, argument, context }: Extract<StepRequest, { kind: 'complete' }>): Record<string, unknown> {
  const to = 'prompt' in ref ? { type: 'ref/prompt', name: ref.prompt } : { type: 'ref/resource', uri: ref.resource };
  // Servers of before 2025-06-18 do not know a context.
  const settled = Object.keys(context).length === 0 ? {} : { context: { arguments: context } };
  return { ref: to, argument, ...settled };
}
