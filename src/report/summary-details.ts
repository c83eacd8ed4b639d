import type { ServerResult, WorkflowResult } from '../result/model.ts';
import { markdownCode, markdownText } from '../text/untrusted.ts';
import { section, table, type Block } from './outline.ts';
import { troubledServers } from './verdict.ts';
import * as words from './words.ts';

/** What every server that ran is, or only those that did not pass, and how their cases went. */
export function detailsBlock(result: WorkflowResult, which: 'all' | 'troubled'): Block {
  const chosen = which === 'all' ? result.servers : troubledServers(result);
  return section('## Details', chosen.filter(({ startup }) => startup !== null).map(serverDetails));
}

function serverDetails(server: ServerResult): Block {
  const what = `${words.plural(server.tools.length, 'tool')}, ${words.plural(server.cases.length, 'case')}`;
  const parts = [facts(server), servicesTable(server), toolsList(server), casesTable(server)];
  return {
    head: `<details><summary>${words.stateMark[server.state]} ${markdownCode(server.name, 80)}: ${what}</summary>\n\n`,
    items: parts.filter((block) => block !== ''),
    between: '\n\n',
    beforeMore: '\n\n',
    foot: '\n\n</details>',
  };
}

function facts(server: ServerResult): string {
  const { source, protocol, image, transport, installSize, peakMemory, startup, restarts } = server;
  const said = [words.textField(protocol?.serverInfo, 'name'), words.textField(protocol?.serverInfo, 'version')];
  const named = said.filter((part) => part !== null).join(' ');
  const revision = words.protocolOf(server);
  const lines = [
    `source ${markdownCode(source.given)}`,
    integrity(source.resolved),
    // A remote server runs in no image of ours.
    transport === 'remote' ? '' : `image ${markdownCode(image.given)}`,
    `transport ${transport}`,
    startup === null ? '' : `startup ${startup.outcome}`,
    revision === null ? '' : `protocol ${markdownText(revision, 60)}`,
    named === '' ? '' : `calls itself ${markdownText(named, 120)}`,
    installSize === null ? '' : `installed ${words.size(installSize)}`,
    peakMemory === null ? '' : `peak memory ${words.size(peakMemory)}`,
    restarts === 0 ? '' : `started again ${words.plural(restarts, 'time')}`,
  ];
  return lines.filter((line) => line !== '').join(' · ');
}

function integrity(resolved: ServerResult['source']['resolved']): string {
  if (resolved === null) return '';
  if (resolved.integrity !== null) return `integrity ${markdownCode(resolved.integrity)}`;
  return resolved.digest === null ? '' : `digest ${markdownCode(resolved.digest)}`;
}

function servicesTable({ services }: ServerResult): Block {
  const rows = services.map(({ name, image, state, readyMs }) => [
    markdownCode(name, 80),
    markdownCode(image.digest === null ? image.given : `${image.given} (${image.digest})`),
    `${words.stateMark[state]} ${state}`,
    readyMs === null ? words.none : words.duration(readyMs),
  ]);
  return table('', ['service', 'image', 'state', 'ready after:'], rows);
}

function casesTable({ cases }: ServerResult): Block {
  const rows = cases.map((each) => {
    const repeated = words.repeatText(each);
    const { kind, name } = words.requestOf(each);
    return [
      markdownCode(each.id, 80),
      kind === 'tool' ? markdownCode(name, 80) : `${kind} ${markdownCode(name, 80)}`,
      `${words.stateMark[each.state]} ${each.state}${repeated === null ? '' : ` (${repeated})`}`,
      words.duration(each.durationMs),
    ];
  });
  return table('', ['case', 'tool', 'state', 'time:'], rows);
}

const mostTools = 200;

function toolsList({ tools }: ServerResult): string {
  const names = tools.slice(0, mostTools).map(({ name, state }) => {
    return state === 'passed' ? markdownCode(name, 80) : `${words.stateMark[state]} ${markdownCode(name, 80)}`;
  });
  if (names.length === 0) return '';
  return `Tools: ${names.join(', ')}${tools.length > mostTools ? ` and ${tools.length - mostTools} more` : ''}`;
}
