import { expect } from 'vitest';
import type { HostFacts, ServerResult } from '../../../src/result/model.ts';
import type { HostileServer, Seen } from './model.ts';

/** Holds what became of a server against what its user is to see. */
export function checkSeen(row: HostileServer, server: ServerResult, { memory, pids }: HostFacts['limits']): void {
  const instead = memory === 'enforced' && pids === 'enforced' ? row.whereLimitsHold : undefined;
  const seen = instead?.seen ?? row.seen;
  const cases = Object.entries(row.cases ?? {}).map(([id, each]): [string, Seen] => [
    id,
    instead?.cases?.[id] ?? each.seen,
  ]);
  const found = {
    state: server.state,
    outcome: server.startup?.outcome,
    cases: server.cases.map(({ id, state }) => `${id} ${state}`),
    findings: [...new Set(server.findings.map(({ check }) => check))].sort(),
  };
  expect(found).toEqual({
    state: seen.state,
    outcome: seen.outcome,
    cases: cases.map(([id, { state }]) => `${id} ${state}`),
    findings: Object.keys(seen.findings ?? {}).sort(),
  });
  checkWords(seen, server.reason);
  for (const [id, each] of cases) checkWords(each, server.cases.find((one) => one.id === id)?.reason ?? null);
  for (const [check, words] of Object.entries(seen.findings ?? {})) {
    const messages = server.findings.filter((each) => each.check === check).map(({ message }) => message);
    expect(messages.join('\n')).toContain(words);
  }
  if (seen.stderr === undefined) expect(server.startup?.stderrTail).toBe('');
  else expect(server.startup?.stderrTail).toContain(seen.stderr);
  row.also?.(server);
}

/** One sentence for one failure, and nothing where there is none. */
function checkWords({ state, words = [] }: Seen, reason: string | null): void {
  if (state === 'passed') expect(reason).toBeNull();
  else expect(reason).toMatch(/^\S[^\n\r]*\S$/u);
  for (const each of words) expect(reason).toContain(each);
}
