import type { CaseAttempt, CaseResult, ServerResult } from '../result/model.ts';
import { attributesOf, shortText, type SpanNode } from './span-node.ts';

/** A case with its attempts; nothing where it did not run. */
export function caseSpan(server: ServerResult, result: CaseResult): SpanNode[] {
  const { id, tool, state, startedAt, durationMs, repeat, assertions } = result;
  if (startedAt === null) return [];
  const startMs = Date.parse(startedAt);
  const children = attemptSpans(server, result, startMs);
  const failed = assertions.filter((assertion) => assertion.state === 'failed');
  return [
    {
      name: `case ${shortText(id)}`,
      kind: 'internal',
      startMs,
      endMs: Math.max(startMs + durationMs, children.at(-1)?.endMs ?? startMs),
      attributes: attributesOf({
        'test.suite.name': server.name,
        'test.case.name': id,
        'test.case.result.status': state === 'passed' ? 'pass' : state === 'failed' ? 'fail' : null,
        'mcp_workflow.case.state': state,
        'mcp_workflow.case.request': /^(resource|completion) /.exec(tool)?.[1] ?? tool,
        'mcp_workflow.case.assertions': assertions.length,
        'mcp_workflow.case.assertions.failed': failed.length,
        'mcp_workflow.case.repeat.times': repeat?.times ?? null,
        'mcp_workflow.case.repeat.passed': repeat?.passed ?? null,
      }),
      failure: failureOf(result, failed),
      children,
    },
  ];
}

/** The kinds of assertions are words of ours, their messages are not. */
function failureOf({ state }: CaseResult, failed: CaseResult['assertions']): string | null {
  if (state === 'passed' || state === 'skipped') return null;
  const kinds = [...new Set(failed.map(({ kind }) => kind))].slice(0, 5);
  return shortText(kinds.length === 0 ? state : `${state}: ${kinds.join(', ')}`);
}

/** The result says how long attempts took and were waited for: they are laid one after another. */
function attemptSpans(server: ServerResult, result: CaseResult, caseStartMs: number): SpanNode[] {
  const { attempts } = result;
  const manySteps = attempts.some(({ step }) => step !== attempts[0]?.step);
  let at = caseStartMs;
  return attempts.map((attempt, index) => {
    const startMs = at + attempt.waitedMs;
    at = startMs + attempt.durationMs;
    const { name, attributes } = manySteps ? stepNamed(attempt) : requestNamed(result.tool);
    const errorType = errorTypeOf(attempt);
    return {
      name,
      kind: 'client',
      startMs,
      endMs: at,
      attributes: attributesOf({
        ...attributes,
        'mcp.protocol.version': server.protocol?.revision ?? null,
        'network.transport': server.transport === 'stdio' ? 'pipe' : 'tcp',
        'error.type': errorType,
        'mcp_workflow.attempt': index + 1,
        'mcp_workflow.attempt.waited_ms': attempt.waitedMs,
        'mcp_workflow.step': attempt.step,
      }),
      failure: errorType,
      children: [],
    };
  });
}

interface Named {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** As the conventions for MCP clients want it: the method, then the name of the tool or the prompt, never a URI. */
function requestNamed(asked: string): Named {
  const [, kind, target = ''] = /^(prompt|resource|completion|list) (.*)$/s.exec(asked) ?? [];
  const named = (method: string, name = '', attributes: Named['attributes'] = {}): Named => ({
    name: name === '' ? method : `${method} ${shortText(name)}`,
    attributes: { 'mcp.method.name': method, ...attributes },
  });
  switch (kind) {
    case 'prompt':
      return named('prompts/get', target, { 'gen_ai.prompt.name': target });
    case 'resource':
      return named('resources/read');
    case 'completion':
      return named('completion/complete');
    case 'list':
      return named(target === 'resourceTemplates' ? 'resources/templates/list' : `${shortText(target)}/list`);
    case undefined:
    default:
      return named('tools/call', asked, { 'gen_ai.tool.name': asked, 'gen_ai.operation.name': 'execute_tool' });
  }
}

/** The result does not say what every step asked. */
function stepNamed({ step }: CaseAttempt): Named {
  return { name: `step ${shortText(step)}`, attributes: {} };
}

function errorTypeOf({ outcome }: CaseAttempt): string | null {
  if (outcome === 'answered') return null;
  return outcome === 'timeout' ? 'timeout' : 'infrastructure';
}
