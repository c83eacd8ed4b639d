import type { HostileServer, Seen, SeenServer } from './model.ts';

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;

/** A table of docs/RELIABILITY.md: what each server does, and what its user sees in the words of the test. */
export function documented(servers: readonly HostileServer[]): string {
  const rows = servers.map((server) => row([`\`${server.name}\``, server.does, ...seenOf(server)]));
  return [row(['name', 'a server that', 'is', 'in these words']), row(['---', '---', '---', '---']), ...rows].join(
    '\n',
  );
}

function seenOf({ seen, cases = {}, whereLimitsHold: held }: HostileServer): [string, string] {
  const usual = said(
    seen,
    Object.values(cases).map((each) => each.seen),
  );
  if (held === undefined) return [stateOf(seen), usual];
  const where = `where memory and processes are limited, ${stateOf(held.seen)}: ${said(held.seen, Object.values(held.cases ?? {}))}`;
  return [stateOf(seen), `${usual}; ${where}`];
}

function stateOf({ state, outcome }: SeenServer): string {
  return outcome === 'ok' ? state : `${state}, \`${outcome}\``;
}

/** Words that only count: those of the cases say more. */
const counting = /^\d+ of \d+ cases failed$/u;

function said(seen: SeenServer, cases: readonly Seen[]): string {
  const told = [...(seen.words ?? []), ...cases.flatMap(({ words = [] }) => words)].filter(
    (words) => !counting.test(words),
  );
  const findings = Object.entries(seen.findings ?? {})
    .filter(([, words]) => !told.some((other) => other.includes(words)))
    .map(([check, words]) => `“${words}” (\`${check}\`)`);
  const all = [...new Set(told.map((words) => `“${words}”`)), ...findings].join(' · ');
  return all === '' ? answered(cases.length) : all;
}

function answered(calls: number): string {
  if (calls === 0) return '';
  return calls === 1 ? 'its call is answered as it should be' : `its ${calls} calls are answered as they should be`;
}
