import type { Counts, ServerResult, WorkflowResult } from '../result/model.ts';
import { markdownCode, markdownText } from '../text/untrusted.ts';
import { bullets, table, type Block } from './outline.ts';
import { everythingRan, interruption, notLookedAt, verdictSentence } from './verdict.ts';
import * as words from './words.ts';

/** Heading, verdict in words, interruption: bounded whatever the result holds. */
export function headLines(result: WorkflowResult): string {
  const mark = words.conclusionMark[result.conclusion];
  const stopped = interruption(result);
  const everything = everythingRan(result);
  const note = everything === null ? '' : `\n\n> [!NOTE]\n> ${markdownText(everything, 500)}`;
  const verdict = `# ${mark} MCP servers: ${result.conclusion}\n\n**${verdictSentence(result)}**${note}`;
  return stopped === null ? verdict : `${verdict}\n\n> [!WARNING]\n> ${markdownText(stopped, 300)}`;
}

export function reasonsBlock({ reasons }: WorkflowResult): Block {
  return bullets(
    '',
    reasons.map((reason) => markdownText(reason, 500)),
  );
}

export function countsTable({ counts, durationMs }: WorkflowResult): string {
  const { passed, failed, error, skipped } = words.stateMark;
  const rows = [
    `| | ${passed} passed | ${failed} failed | ${error} error | ${skipped} skipped | total |`,
    '| :-- | --: | --: | --: | --: | --: |',
    countsRow('servers', counts.servers),
    countsRow('cases', counts.cases),
  ];
  return `${rows.join('\n')}\n\n${words.toolsAndFindings(counts)} · took ${words.duration(durationMs)}`;
}

function countsRow(name: string, counts: Counts['cases']): string {
  const { passed, failed, error, skipped } = counts;
  return `| ${name} | ${passed} | ${failed} | ${error} | ${skipped} | ${words.sumOf(counts)} |`;
}

/** Mistakes in the configuration, or why the sandbox could not be made. */
export function problemsBlock({ problems }: WorkflowResult): Block {
  const lines = problems.map(({ message, location }) => {
    const where = location === null ? '' : `${markdownCode(words.place(location, true))}: `;
    return where + markdownText(message, 1000);
  });
  return bullets('## Problems', lines);
}

/** What an incomplete or interrupted run did not look at: not looking is not passing. */
export function notLookedAtBlock(result: WorkflowResult): Block {
  const missing = notLookedAt(result);
  if (result.conclusion !== 'incomplete' && result.complete) return '';
  const lines = missing.map(({ what, name, reason }) => {
    return `${what} ${markdownCode(name, 80)}: ${markdownText(reason, 300)}`;
  });
  return bullets('> [!WARNING]\n> Not everything was looked at. These are not known to work:', lines);
}

export const serverColumns = [
  'server',
  'state',
  'startup',
  'tools:',
  'cases passed:',
  'start:',
  'total:',
  'version',
  'protocol',
];

export function serversTable({ servers }: WorkflowResult): Block {
  return table('## Servers', serverColumns, servers.map(serverCells));
}

export function serverCells(server: ServerResult): string[] {
  const [version, protocol] = [words.versionOf(server), words.protocolOf(server)];
  const started = server.startup?.outcome === 'ok';
  return [
    markdownCode(server.name, 80),
    `${words.stateMark[server.state]} ${server.skippedAs ?? server.state}`,
    server.startup?.outcome ?? words.none,
    started ? String(server.tools.length) : words.none,
    server.cases.length === 0 ? words.none : words.passedOf(server),
    started ? words.duration(server.timings.startMs) : words.none,
    server.state === 'skipped' ? words.none : words.duration(words.totalMs(server)),
    version === null ? words.none : markdownText(version, 40),
    protocol === null ? words.none : markdownText(protocol, 40),
  ];
}
