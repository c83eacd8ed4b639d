import { Severity, type WorkflowResult } from '../result/model.ts';
import { markdownCode, markdownText } from '../text/untrusted.ts';
import { bullets, table, type Block } from './outline.ts';
import { serverCells, serverColumns } from './summary-head.ts';
import { gravestFirst, skippedCases, unchangedSentence, unchangedServers } from './verdict.ts';
import * as words from './words.ts';

/** The servers that did not pass, and how many passed. */
export function serversInShort({ servers, counts }: WorkflowResult): Block {
  const others = servers.filter(({ state, skippedAs }) => state !== 'passed' && skippedAs === null);
  const title = `## Servers\n\n${words.plural(counts.servers.passed, 'server')} passed.`;
  return others.length === 0 ? title : table(title, serverColumns, others.map(serverCells));
}

/** How many findings there are of each severity, and of which checks. */
export function findingsInShort({ servers }: WorkflowResult): Block {
  const all = gravestFirst(servers);
  const lines = Severity.options.flatMap((severity) => {
    const checks = new Map<string, number>();
    for (const { finding } of all) {
      if (finding.severity === severity) checks.set(finding.check, (checks.get(finding.check) ?? 0) + 1);
    }
    if (checks.size === 0) return [];
    const named = [...checks].slice(0, mostNames).map(([check, count]) => `${count} ${markdownCode(check, 80)}`);
    return [
      `${severity}: ${named.join(', ')}${checks.size > mostNames ? ` and ${checks.size - mostNames} other checks` : ''}`,
    ];
  });
  return bullets('## Findings', lines);
}

const mostNames = 10;

/** How many cases of each server were skipped, and for which reason. */
export function skippedInShort(result: WorkflowResult): Block {
  const { servers, counts } = result;
  const cases = servers.flatMap(skippedCases).map(({ server, cases: skipped, reason }) => {
    return `${words.plural(skipped.length, 'case')} of ${markdownCode(server.name, 80)}: ${markdownText(reason, 150)}`;
  });
  const unchanged = unchangedSentence(result) ?? [];
  const others = counts.servers.skipped - unchangedServers(result).length;
  const skipped = others === 0 ? [] : [words.plural(others, 'server')];
  return bullets('## Skipped', [...[unchanged].flat(), ...skipped, ...cases]);
}

export function snapshotsInShort({ snapshots }: WorkflowResult): Block {
  if (snapshots === null || snapshots.stale.length === 0) return '';
  return `${words.plural(snapshots.stale.length, 'snapshot')} that no case asks for: see \`result.json\`.`;
}

/** Only what does not hold: a sandbox that is as it should be needs no words. */
export function sandboxInShort({ selfTest }: WorkflowResult): Block {
  const lines = selfTest
    .filter(({ state }) => state !== 'passed')
    .map(({ id, state, detail }) => {
      return `${markdownCode(id, 80)} ${state === 'notChecked' ? 'not checked' : state}: ${markdownText(detail, 300)}`;
    });
  return bullets('## Sandbox', lines);
}
