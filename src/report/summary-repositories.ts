import type { WorkflowResult } from '../result/model.ts';
import { markdownCode, markdownText } from '../text/untrusted.ts';
import { type Block, bullets, table } from './outline.ts';
import * as words from './words.ts';

const mostNamed = 10;

/** Which repositories were searched, at which commit, and what was found in each. */
export function repositoriesTable({ repositories }: WorkflowResult): Block {
  const rows = repositories.map(({ given, commit, servers, state, reason, leftOut }) => [
    markdownCode(given, 200),
    commit === null ? words.none : markdownCode(commit.slice(0, 12)),
    state === 'passed' ? namesOf(servers) : markdownText(reason ?? state, 300),
    leftOut.length === 0 ? words.none : String(leftOut.length),
  ]);
  return table('## Repositories', ['repository', 'commit', 'servers found', 'look-alikes left out'], rows);
}

function namesOf(servers: readonly string[]): string {
  const named = servers.slice(0, mostNamed).map((name) => markdownCode(name, 80));
  const more = servers.length > mostNamed ? ` and ${servers.length - mostNamed} more` : '';
  return `${servers.length}: ${named.join(', ')}${more}`;
}

/** What is odd about the repositories: files that were left out, a repository that has moved. */
export function repositoryNotes({ repositories }: WorkflowResult): Block {
  const lines = repositories.flatMap(({ given, notes }) =>
    notes.map((text) => `${markdownCode(given, 200)}: ${markdownText(text, 300)}`),
  );
  return bullets('## Notes on repositories', lines);
}
