import type { RunInputs, WorkflowConfig } from '../config/model.ts';
import { quotable } from '../mcp/text.ts';
import type { Conclusion, ServerResult, State, StartupOutcome, WorkflowResult } from '../result/model.ts';

/** Exit codes of the command line, and of the action. */
export const exitCodes = { passed: 0, gateFailed: 1, configuration: 2, infrastructure: 3 } as const;

/** A startup outcome as the state of its server; `ok` leaves the judgement to tools and cases. First match wins. */
export function stateOfOutcome(outcome: StartupOutcome): State {
  if (outcome === 'ok') return 'passed';
  return outcome === 'unreachable' ? 'error' : 'failed';
}

/** Judges a server that was started and whose cases ran. */
export function judgeServer(server: ServerResult): { state: State; reason: string | null } {
  const broken = server.tools.filter((tool) => tool.state === 'failed').map((tool) => tool.name);
  const failed = server.cases.filter((each) => each.state === 'failed');
  const unjudged = server.cases.filter((each) => each.state === 'error');
  const reasons = [
    ...(failed.length > 0 ? [`${failed.length} of ${server.cases.length} cases failed`] : []),
    // Without its list nobody can use a server's tools.
    ...server.findings
      .filter((finding) => finding.subject === 'list:tools' && finding.severity === 'high')
      .map((finding) => finding.message.replace(/\.$/u, '')),
    ...(broken.length > 0 ? [`${broken.length} of ${server.tools.length} tools are broken (${list(broken)})`] : []),
  ];
  if (reasons.length > 0) return { state: 'failed', reason: reasons.join('; ') };
  if (unjudged.length > 0) return { state: 'error', reason: `${unjudged.length} cases could not be judged` };
  return { state: 'passed', reason: null };
}

/**
 * The verdict on the run. Not looking is never green: a server skipped for want of a secret, or a case left out because
 * another is marked `only`, makes the run incomplete. A case that its author skips with a reason does not, and neither
 * does a server that is not run because nothing about it is different from the base.
 */
export function judgeRun(
  servers: readonly ServerResult[],
  interruptedBy: string | null,
): {
  conclusion: Conclusion;
  reasons: string[];
} {
  const of = (state: State) => servers.filter((server) => server.state === state);
  const say = (state: string, which: readonly ServerResult[]) =>
    which.map((server) => `${server.name} ${state}: ${server.reason ?? 'no reason given'}`);
  const unlooked = incompleteness(servers, interruptedBy);
  const reasons = [...say('failed', of('failed')), ...say('has no verdict', of('error')), ...unlooked];
  if (of('failed').length > 0) return { conclusion: 'failed', reasons };
  if (of('error').length > 0) return { conclusion: 'error', reasons };
  return { conclusion: unlooked.length > 0 ? 'incomplete' : 'passed', reasons };
}

/** What should have run and did not, in sentences. */
function incompleteness(servers: readonly ServerResult[], interruptedBy: string | null): string[] {
  const focused = servers.filter((server) =>
    server.cases.some((each) => each.state === 'skipped' && each.reason?.includes('marked only') === true),
  );
  return [
    ...(interruptedBy === null ? [] : [`the run was interrupted by ${interruptedBy}`]),
    ...(servers.length === 0 ? ['there is no server to test'] : []),
    ...servers
      .filter((server) => server.state === 'skipped' && server.skippedAs !== 'unchanged')
      .map((server) => `${server.name} skipped: ${server.reason}`),
    ...focused.map((server) => `${server.name}: cases were left out because others are marked \`only\``),
  ];
}

/** @returns what the process ends with. A configuration mistake is red whatever `failOn` says. */
export function exitCodeOf(result: WorkflowResult, config: WorkflowConfig | null, failOn: RunInputs['failOn']): number {
  if (config === null) return exitCodes.configuration;
  if (failOn === 'never') return exitCodes.passed;
  if (result.conclusion === 'error') return exitCodes.infrastructure;
  if (failOn === 'error') return exitCodes.passed;
  if (result.conclusion === 'incomplete') {
    return config.gate.onIncomplete === 'neutral' ? exitCodes.passed : exitCodes.gateFailed;
  }
  return result.conclusion === 'failed' ? exitCodes.gateFailed : exitCodes.passed;
}

/** Of a tool's name, which is the server's to choose. */
const shownName = 64;

function list(names: readonly string[]): string {
  const shown = names
    .slice(0, 3)
    .map((name) => quotable(name, shownName))
    .join(', ');
  return names.length <= 3 ? shown : `${shown} and ${names.length - 3} more`;
}
