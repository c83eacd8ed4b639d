import type { Conclusion, Counts, ServerResult, WorkflowResult } from '../result/model.ts';
import { oneLine } from '../text/untrusted.ts';
import { aligned } from './columns.ts';
import { painter, stateWord, type Paint } from './paint.ts';
import { failureLines } from './terminal-failures.ts';
import { everythingRan, gravestFirst, interruption, notLookedAt, skippedCases } from './verdict.ts';
import { unchangedSentence, unchangedServers, verdictSentence } from './verdict.ts';
import * as words from './words.ts';

const mostRows = 500;
const conclusionColor = { passed: 'green', failed: 'red', error: 'yellow', incomplete: 'yellow' } as const;

/**
 * The report for somebody's terminal, in the order of the job summary. Foreign text is neutralised; with `color`, our
 * own ANSI colours are in it, so it must not be neutralised again. Ends with a line end.
 */
export function renderTerminal(result: WorkflowResult, options: { readonly color: boolean }): string {
  const paint = painter(options.color);
  const sections = [
    headLines(result, paint),
    countLines(result.counts, result.durationMs),
    titled('Problems', problemLines(result), paint),
    titled('Not looked at', notLookedAtLines(result), paint),
    titled('Servers', serverLines(result.servers, paint), paint),
    titled('Failures', failureLines(result, paint), paint),
    titled('Findings', findingLines(result), paint),
    titled('Skipped', skippedLines(result), paint),
    titled('Snapshots', snapshotLines(result), paint),
    titled('Sandbox', sandboxLines(result), paint),
  ];
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${texts.join('\n\n')}\n`;
}

function titled(title: string, lines: readonly string[], paint: Paint): string[] {
  if (lines.length === 0) return [];
  return [paint('bold', title), ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

function capped<T>(items: readonly T[], lines: (shown: readonly T[]) => string[]): string[] {
  const left = items.length - mostRows;
  return [...lines(items.slice(0, mostRows)), ...(left > 0 ? [`and ${left} more (see result.json)`] : [])];
}

function headLines(result: WorkflowResult, paint: Paint): string[] {
  const conclusion: Conclusion = result.conclusion;
  const stopped = interruption(result);
  const everything = everythingRan(result);
  return [
    `${paint(conclusionColor[conclusion], conclusion.toUpperCase())}  ${verdictSentence(result)}`,
    ...(everything === null ? [] : [`  ${oneLine(everything, 500)}`]),
    ...(stopped === null ? [] : [`  ${paint('yellow', oneLine(stopped, 500))}`]),
    ...capped(result.reasons, (reasons) => reasons.map((reason) => `  ${oneLine(reason, 500)}`)),
  ];
}

function countLines(counts: Counts, durationMs: number): string[] {
  const row = (name: string, by: Counts['cases']): string[] => {
    return [name, ...[by.passed, by.failed, by.error, by.skipped, words.sumOf(by)].map(String)];
  };
  const columns = ['', 'passed', 'failed', 'error', 'skipped', 'total'];
  return [
    ...aligned([columns, row('servers', counts.servers), row('cases', counts.cases)], [1, 2, 3, 4, 5]),
    `${words.toolsAndFindings(counts)} · took ${words.duration(durationMs)}`,
  ];
}

function problemLines({ problems }: WorkflowResult): string[] {
  return capped(problems, (shown) =>
    shown.map(({ message, location }) => {
      const where = location === null ? '' : `${oneLine(words.place(location, true), 200)}: `;
      return where + oneLine(message, 1000);
    }),
  );
}

function notLookedAtLines(result: WorkflowResult): string[] {
  if (result.conclusion !== 'incomplete' && result.complete) return [];
  return capped(notLookedAt(result), (missing) =>
    missing.map(({ what, name, reason }) => `${what} ${oneLine(name, 80)}: ${oneLine(reason, 300)}`),
  );
}

function serverLines(servers: readonly ServerResult[], paint: Paint): string[] {
  return capped(servers, (shown) => {
    const rows = aligned(shown.map(serverCells), [2, 3, 4, 5]);
    return rows.map((row, at) => `${stateWord(shown[at]?.state ?? 'skipped', paint)}  ${row}`);
  });
}

function serverCells(server: ServerResult): string[] {
  const started = server.startup?.outcome === 'ok';
  return [
    oneLine(server.name, 40),
    server.startup?.outcome ?? words.none,
    started ? words.plural(server.tools.length, 'tool') : words.none,
    server.cases.length === 0 ? words.none : `${words.passedOf(server)} cases`,
    started ? `start ${words.duration(server.timings.startMs)}` : words.none,
    server.state === 'skipped' ? words.none : `total ${words.duration(words.totalMs(server))}`,
    oneLine(words.versionOf(server) ?? words.none, 40),
    oneLine(words.protocolOf(server) ?? words.none, 40),
  ];
}

function findingLines({ servers }: WorkflowResult): string[] {
  return capped(gravestFirst(servers), (found) =>
    aligned(
      found.map(({ server, finding }) => [
        finding.severity,
        oneLine(server.name, 40),
        oneLine(finding.check, 60),
        oneLine(finding.subject, 60),
        oneLine(finding.message, 300),
      ]),
    ),
  );
}

/** Cases that share their server and their reason are listed one by one up to this number. */
const fewCases = 3;
/** Of servers that are unchanged. */
const mostNames = 50;

function skippedLines(result: WorkflowResult): string[] {
  const sentence = unchangedSentence(result);
  const names = unchangedServers(result)
    .slice(0, mostNames)
    .map(({ name }) => oneLine(name, 80));
  const unchanged = sentence === null ? [] : [`${sentence} ${names.join(', ')}`];
  const changed = result.servers.filter(({ skippedAs }) => skippedAs === null);
  const lines = changed.flatMap((server) => {
    const name = oneLine(server.name, 80);
    const own = `server ${name}: ${oneLine(server.reason ?? 'no reason was given', 300)}`;
    const cases = skippedCases(server).flatMap(({ cases: skipped, reason }) => {
      const of = `of ${name}: ${oneLine(reason, 300)}`;
      if (skipped.length > fewCases) return [`${skipped.length} cases ${of}`];
      return skipped.map(({ id }) => `case ${oneLine(id, 80)} ${of}`);
    });
    return [...(server.state === 'skipped' ? [own] : []), ...cases];
  });
  return capped([...unchanged, ...lines], (shown) => [...shown]);
}

function snapshotLines({ snapshots }: WorkflowResult): string[] {
  if (snapshots === null) return [];
  const { written, removed, stale } = snapshots;
  const changed = written + removed === 0 ? [] : [`${written} written, ${removed} removed`];
  const old = capped(stale, (shown) => {
    return shown.map(({ file, key }) => `no case asks for ${oneLine(key, 200)} in ${oneLine(file, 200)}`);
  });
  return [...changed, ...old, ...(stale.length > 0 ? ['--update-snapshots removes what no case asks for'] : [])];
}

function sandboxLines({ host, selfTest }: WorkflowResult): string[] {
  const limits = Object.entries(host.limits).map(([name, state]) => {
    return `${name} ${state === 'enforced' ? 'enforced' : 'NOT enforced'}`;
  });
  const lines = selfTest.map(({ id, state, detail }) => [
    state === 'notChecked' ? 'not checked' : state,
    oneLine(id, 60),
    oneLine(detail, 300),
  ]);
  const podman = `Podman ${oneLine(host.podman ?? 'not found', 40)}`;
  return [
    `${oneLine(host.os, 100)} · Node ${oneLine(host.node, 40)} · ${podman} · cgroup ${host.cgroup ?? 'unknown'}`,
    `limits: ${limits.join(', ')}`,
    ...aligned(lines),
  ];
}
