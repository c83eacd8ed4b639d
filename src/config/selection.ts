import type { Problem } from '../result/model.ts';
import type { RunInputs, ServerConfig } from './model.ts';
import { show, suggestion } from './words.ts';

export interface Selection {
  readonly servers: readonly ServerConfig[];
  readonly notes: readonly string[];
}

/** Names and tags that the inputs select and that nothing bears: a filter that matches nothing must not turn green. */
export function filterProblems(inputs: RunInputs, servers: readonly string[], tags: ReadonlySet<string>): Problem[] {
  const noServer = inputs.servers
    .filter((name) => !servers.includes(name))
    .map((name) => `input \`servers\`: there is no server ${show(name)}; ${suggestion(name, servers)}`);
  const noTag = inputs.tags
    .filter((tag) => !tags.has(tag))
    .map((tag) => `input \`tags\`: no case has the tag ${show(tag)}; ${suggestion(tag, [...tags])}`);
  return [...noServer, ...noTag].map((message) => ({ message, location: null }));
}

/** Leaves what the inputs `servers` and `tags` select. Selection is not skipping: what is left out is not in the run. */
export function select(inputs: RunInputs, all: readonly ServerConfig[]): Selection {
  const notes: string[] = [];
  const chosen = inputs.servers.length === 0 ? all : all.filter(({ name }) => inputs.servers.includes(name));
  if (inputs.servers.length > 0) {
    notes.push(
      `The input \`servers\` selects ${chosen.length} of ${all.length} servers: ${inputs.servers.join(', ')}.`,
    );
  }
  if (inputs.tags.length === 0) return { servers: chosen, notes };
  const tagged = chosen.map((server) => ({
    ...server,
    cases: server.cases.filter(({ tags }) => tags.some((tag) => inputs.tags.includes(tag))),
  }));
  const counts = `${countCases(tagged)} of ${countCases(chosen)} cases`;
  notes.push(`The input \`tags\` selects ${counts}: those with ${inputs.tags.join(' or ')}.`);
  return { servers: tagged, notes };
}

function countCases(servers: readonly ServerConfig[]): number {
  return servers.reduce((sum, { cases }) => sum + cases.length, 0);
}
