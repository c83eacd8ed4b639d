import type { CaseResult, ServerResult, WorkflowResult } from '../result/model.ts';
import { markdownCode, markdownText } from '../text/untrusted.ts';
import { bullets, section, table, type Block } from './outline.ts';
import { gravestFirst } from './verdict.ts';
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

/** Servers and cases that were skipped, each with its reason. */
export function skippedBlock({ servers }: WorkflowResult): Block {
  const mark = words.stateMark.skipped;
  const lines = servers.flatMap((server) => {
    const name = markdownCode(server.name, 80);
    const reason = markdownText(server.reason ?? 'no reason was given', 300);
    const own = server.state === 'skipped' ? [`${mark} server ${name}: ${reason}`] : [];
    return [...own, ...server.cases.filter(({ state }) => state === 'skipped').map((each) => skippedCase(name, each))];
  });
  return bullets('## Skipped', lines);
}

function skippedCase(server: string, { id, reason }: CaseResult): string {
  const why = markdownText(reason ?? 'no reason was given', 300);
  return `${words.stateMark.skipped} case ${markdownCode(id, 80)} of ${server}: ${why}`;
}

/** What every server that ran is, and how its cases went: the part that is left out first. */
export function detailsBlock({ servers }: WorkflowResult): Block {
  return section('## Details', servers.filter(({ startup }) => startup !== null).map(serverDetails));
}

function serverDetails(server: ServerResult): Block {
  const what = `${words.plural(server.tools.length, 'tool')}, ${words.plural(server.cases.length, 'case')}`;
  const rows = server.cases.map((each) => [
    markdownCode(each.id, 80),
    markdownCode(each.tool, 80),
    `${words.stateMark[each.state]} ${each.state}`,
    words.duration(each.durationMs),
  ]);
  return {
    head: `<details><summary>${words.stateMark[server.state]} ${markdownCode(server.name, 80)}: ${what}</summary>\n\n`,
    items: [facts(server), toolsList(server), table('', ['case', 'tool', 'state', 'time:'], rows)].filter(
      (block) => block !== '',
    ),
    between: '\n\n',
    beforeMore: '\n\n',
    foot: '\n\n</details>',
  };
}

function facts({ source, protocol, image, installSize, peakMemory, startup }: ServerResult): string {
  const said = protocol?.serverInfo;
  const name = [words.textField(said, 'name'), words.textField(said, 'version')].filter((part) => part !== null);
  const lines = [
    `source ${markdownCode(source.given)}`,
    source.resolved === null
      ? ''
      : `integrity ${markdownCode(source.resolved.integrity ?? source.resolved.digest ?? words.none)}`,
    `image ${markdownCode(image.given)}`,
    startup === null ? '' : `startup ${startup.outcome}`,
    protocol === null ? '' : `protocol ${markdownText(protocol.revision, 40)} (${protocol.era})`,
    name.length === 0 ? '' : `calls itself ${markdownText(name.join(' '), 120)}`,
    installSize === null ? '' : `installed ${words.size(installSize)}`,
    peakMemory === null ? '' : `peak memory ${words.size(peakMemory)}`,
  ];
  return lines.filter((line) => line !== '').join(' · ');
}

function toolsList({ tools }: ServerResult): string {
  const most = 200;
  const names = tools.slice(0, most).map(({ name, state }) => {
    return state === 'passed' ? markdownCode(name, 80) : `${words.stateMark[state]} ${markdownCode(name, 80)}`;
  });
  if (names.length === 0) return '';
  return `Tools: ${names.join(', ')}${tools.length > most ? ` and ${tools.length - most} more` : ''}`;
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
