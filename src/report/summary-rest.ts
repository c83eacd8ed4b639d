import type { WorkflowResult } from '../result/model.ts';
import { markdownCode, markdownText } from '../text/untrusted.ts';
import { bullets, table, type Block } from './outline.ts';
import { gravestFirst, skippedCases, type SkippedCases, unchangedSentence, unchangedServers } from './verdict.ts';
import * as words from './words.ts';

/** Findings of all servers, the gravest first. */
export function findingsTable({ servers }: WorkflowResult): Block {
  const rows = gravestFirst(servers).map(({ server, finding }) => [
    finding.severity,
    markdownCode(server.name, 80),
    markdownCode(finding.check, 80),
    markdownCode(finding.subject, 80),
    markdownText(finding.message, 300),
    finding.location === null ? words.none : markdownCode(words.place(finding.location, false)),
  ]);
  return table('## Findings', ['severity', 'server', 'check', 'about', 'what was found', 'where'], rows);
}

/** Cases that share their server and their reason are listed one by one up to this number. */
const fewCases = 3;
/** Of servers that are unchanged. */
const mostNames = 50;

/** Servers and cases that were skipped, each with its reason; many cases with one reason in one line. */
export function skippedBlock(result: WorkflowResult): Block {
  const mark = words.stateMark.skipped;
  const sentence = unchangedSentence(result);
  const names = unchangedServers(result).map(({ name }) => markdownCode(name, 80));
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  const unchanged =
    sentence === null ? [] : [`${mark} ${sentence} These are ${names.slice(0, mostNames).join(', ')}${more}.`];
  const changed = result.servers.filter(({ skippedAs }) => skippedAs === null);
  const lines = changed.flatMap((server) => {
    const name = markdownCode(server.name, 80);
    const own = `${mark} server ${name}: ${markdownText(server.reason ?? 'no reason was given', 300)}`;
    return [...(server.state === 'skipped' ? [own] : []), ...skippedCases(server).flatMap(skippedLines)];
  });
  return bullets('## Skipped', [...unchanged, ...lines]);
}

function skippedLines({ server, cases, reason }: SkippedCases): string[] {
  const mark = words.stateMark.skipped;
  const of = `of ${markdownCode(server.name, 80)}: ${markdownText(reason, 300)}`;
  if (cases.length > fewCases) return [`${mark} ${cases.length} cases ${of}`];
  return cases.map(({ id }) => `${mark} case ${markdownCode(id, 80)} ${of}`);
}

/** What became of the snapshot files, where anything did. */
export function snapshotsBlock({ snapshots }: WorkflowResult): Block {
  if (snapshots === null) return '';
  const { written, removed, stale } = snapshots;
  const changed = written + removed === 0 ? [] : [`${written} written, ${removed} removed`];
  const old = stale.map(({ file, key }) => {
    return `no case asks for ${markdownCode(key, 200)} in ${markdownCode(file)}: \`--update-snapshots\` removes it`;
  });
  return bullets('## Snapshots', [...changed, ...old]);
}

/** The machine, which limits hold, and what the sandbox's test of itself found. */
export function sandboxBlock({ host, selfTest }: WorkflowResult): Block {
  const failed = selfTest.filter(({ state }) => state !== 'passed').length;
  const verdict =
    failed === 0 ? 'self-test passed' : `${failed} of ${selfTest.length} lines of its self-test did not pass`;
  const limits = Object.entries(host.limits).map(([name, state]) => `| ${name} | ${limitWords[state]} |`);
  const lines = selfTest.map(({ id, state, detail }) => [
    markdownCode(id, 80),
    `${checkMark[state]} ${state === 'notChecked' ? 'not checked' : state}`,
    markdownText(detail, 300),
  ]);
  const machine = [
    markdownText(host.os, 100),
    `Node ${markdownText(host.node, 40)}`,
    `Podman ${host.podman === null ? 'not found' : markdownText(host.podman, 40)}`,
    `cgroup ${host.cgroup ?? 'unknown'}`,
  ];
  return {
    head: `<details><summary>Sandbox: ${selfTest.length === 0 ? 'self-test not run' : verdict}</summary>\n\n`,
    items: [
      machine.join(' · '),
      `| limit | |\n| :-- | :-- |\n${limits.join('\n')}`,
      table('', ['self-test', 'state', 'detail'], lines),
    ],
    between: '\n\n',
    beforeMore: '\n\n',
    foot: '\n\n</details>',
  };
}

const limitWords = { enforced: '✅ enforced', notEnforced: '⚠️ not enforced' } as const;
const checkMark = { passed: '✅', failed: '❌', notChecked: '⚠️' } as const;

export function footer(result: WorkflowResult, version: string): string {
  const started = markdownText(result.startedAt, 40);
  return `<sub>MCP Workflow Action ${markdownText(version, 40)} · run ${markdownCode(result.workflowId, 80)} · started ${started}</sub>`;
}
