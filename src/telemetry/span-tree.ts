import type { PhaseSpan, ServerResult, State, WorkflowResult } from '../result/model.ts';
import { caseSpan } from './case-span.ts';
import { attributesOf, shortText, type SpanNode } from './span-node.ts';

const executePhase = 'w07 execute';

/**
 * The run as a tree of spans: its phases and servers, a server's phases, the cases in its phase w07, their attempts.
 * Names of the user's and of the server's are in it, numbers and states; no arguments, no results, no messages.
 *
 * Attributes follow the semantic conventions of OpenTelemetry for CI/CD, tests and MCP (all of them "in development")
 * where there is one; the others begin with `mcp_workflow.`.
 */
export function spanTree(result: WorkflowResult): SpanNode {
  const startMs = Date.parse(result.startedAt);
  const { conclusion, complete, counts } = result;
  return {
    name: 'mcp-workflow run',
    kind: 'internal',
    startMs,
    endMs: startMs + result.durationMs,
    attributes: attributesOf({
      'cicd.pipeline.result': pipelineResult(result),
      'mcp_workflow.run.id': result.workflowId,
      'mcp_workflow.conclusion': conclusion,
      'mcp_workflow.complete': complete,
      ...countAttributes('servers', counts.servers),
      ...countAttributes('cases', counts.cases),
      'mcp_workflow.tools': counts.tools,
    }),
    failure: conclusion === 'passed' ? null : conclusion,
    children: [...result.phases.map(phaseSpan), ...result.servers.flatMap(serverSpan)],
  };
}

function pipelineResult({ conclusion, complete }: WorkflowResult): string {
  if (!complete) return 'cancellation';
  return { passed: 'success', failed: 'failure', error: 'error', incomplete: 'skip' }[conclusion];
}

function countAttributes(what: string, counts: Readonly<Record<State, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([state, count]) => [`mcp_workflow.${what}.${state}`, count]));
}

function phaseSpan({ phase, startedAt, durationMs }: PhaseSpan): SpanNode {
  const startMs = Date.parse(startedAt);
  const attributes = attributesOf({ 'cicd.pipeline.task.name': phase, 'mcp_workflow.phase': phase });
  const endMs = startMs + durationMs;
  return { name: shortText(phase), kind: 'internal', startMs, endMs, attributes, failure: null, children: [] };
}

const suiteStatus = { passed: 'success', failed: 'failure', error: 'aborted', skipped: 'skipped' } as const;

/** Nothing where the server never left the queue: what has no time is no span. */
function serverSpan(server: ServerResult): SpanNode[] {
  if (server.startedAt === null) return [];
  const startMs = Date.parse(server.startedAt);
  const cases = server.cases.flatMap((each) => caseSpan(server, each));
  const phases = server.phases.map(phaseSpan);
  const execute = phases.findLastIndex(({ name }) => name === executePhase);
  const children = execute === -1 ? [...phases, ...cases] : withCases(phases, execute, cases);
  const { name, state, startup } = server;
  return [
    {
      name: `server ${shortText(name)}`,
      kind: 'internal',
      startMs,
      endMs: startMs + server.durationMs,
      attributes: serverAttributes(server),
      failure: state === 'failed' || state === 'error' ? failureOf(state, startup) : null,
      children,
    },
  ];
}

function withCases(phases: readonly SpanNode[], at: number, cases: readonly SpanNode[]): SpanNode[] {
  return phases.map((phase, index) => (index === at ? { ...phase, children: cases } : phase));
}

function failureOf(state: State, startup: ServerResult['startup']): string {
  return startup === null || startup.outcome === 'ok' ? state : startup.outcome;
}

function serverAttributes(server: ServerResult): SpanNode['attributes'] {
  const { source, transport, protocol, startup, cases } = server;
  const count = (state: State): number => cases.filter((each) => each.state === state).length;
  const failedStart = startup !== null && startup.outcome !== 'ok';
  return attributesOf({
    'test.suite.name': server.name,
    'test.suite.run.status': suiteStatus[server.state],
    'mcp.protocol.version': protocol?.revision ?? null,
    'network.transport': transport === 'stdio' ? 'pipe' : 'tcp',
    'error.type': failedStart ? startup.outcome : null,
    'mcp_workflow.server.name': server.name,
    'mcp_workflow.server.state': server.state,
    'mcp_workflow.server.transport': transport,
    'mcp_workflow.server.era': protocol?.era ?? null,
    'mcp_workflow.server.startup': startup?.outcome ?? null,
    'mcp_workflow.server.restarts': server.restarts,
    'mcp_workflow.server.tools': server.tools.length,
    'mcp_workflow.server.findings': server.findings.length,
    'mcp_workflow.source.kind': source.resolved?.kind ?? null,
    // The address of a remote server is its user's own affair.
    'mcp_workflow.source.name': source.resolved?.kind === 'remote' ? null : (source.resolved?.name ?? null),
    'mcp_workflow.source.version': source.resolved?.version ?? null,
    'mcp_workflow.cases.passed': count('passed'),
    'mcp_workflow.cases.failed': count('failed'),
    'mcp_workflow.cases.error': count('error'),
    'mcp_workflow.cases.skipped': count('skipped'),
  });
}
