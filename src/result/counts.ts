import type { Counts, ServerResult, State } from './model.ts';

/** Counts what stands in `servers`: servers and cases by state, tools, findings by severity. */
export function countsOf(servers: readonly ServerResult[]): Counts {
  const findings: Counts['findings'] = { veto: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const finding of servers.flatMap((server) => server.findings)) findings[finding.severity] += 1;
  return {
    servers: byState(servers),
    tools: servers.reduce((sum, server) => sum + server.tools.length, 0),
    cases: byState(servers.flatMap((server) => server.cases)),
    findings,
  };
}

function byState(items: readonly { readonly state: State }[]): Counts['cases'] {
  const counts: Counts['cases'] = { passed: 0, failed: 0, error: 0, skipped: 0 };
  for (const { state } of items) counts[state] += 1;
  return counts;
}
