import type { Problem } from '../result/model.ts';
import type { RunInputs, ServerConfig } from './model.ts';
import { takeShard } from './shard.ts';
import { show, suggestion } from './words.ts';

export interface Selection {
  readonly servers: readonly ServerConfig[];
  readonly notes: readonly string[];
}

/**
 * Names and tags that the inputs select and that nothing bears: a filter that matches nothing must not turn green.
 *
 * @param servers null: they are not all known yet
 */
export function filterProblems(
  inputs: RunInputs,
  servers: readonly string[] | null,
  tags: ReadonlySet<string>,
): Problem[] {
  const noServer = inputs.servers
    .filter((name) => servers?.includes(name) === false)
    .map((name) => `input \`servers\`: there is no server ${show(name)}; ${suggestion(name, servers ?? [])}`);
  const noTag = inputs.tags
    .filter((tag) => !tags.has(tag))
    .map((tag) => `input \`tags\`: no case has the tag ${show(tag)}; ${suggestion(tag, [...tags])}`);
  return [...noServer, ...noTag].map((message) => ({ message, location: null }));
}

/**
 * Leaves what the inputs `servers` and `tags` select, and of that the shard. Selection is not skipping: what is left
 * out is not in the run.
 */
export function select(inputs: RunInputs, all: readonly ServerConfig[]): Selection {
  const named = byName(inputs, all);
  const tagged = byTag(inputs, named.servers);
  const part = byShard(inputs, tagged.servers);
  return { servers: part.servers, notes: [...named.notes, ...tagged.notes, ...part.notes] };
}

function byName({ servers: names }: RunInputs, all: readonly ServerConfig[]): Selection {
  if (names.length === 0) return { servers: all, notes: [] };
  const servers = all.filter(({ name }) => names.includes(name));
  const note = `The input \`servers\` selects ${servers.length} of ${all.length} servers: ${names.join(', ')}.`;
  return { servers, notes: [note] };
}

function byTag({ tags: wanted }: RunInputs, all: readonly ServerConfig[]): Selection {
  if (wanted.length === 0) return { servers: all, notes: [] };
  const servers = all.map((server) => ({
    ...server,
    cases: server.cases.filter(({ tags }) => tags.some((tag) => wanted.includes(tag))),
  }));
  const counts = `${countCases(servers)} of ${countCases(all)} cases`;
  return { servers, notes: [`The input \`tags\` selects ${counts}: those with ${wanted.join(' or ')}.`] };
}

function byShard({ shard }: RunInputs, all: readonly ServerConfig[]): Selection {
  if (shard === null) return { servers: all, notes: [] };
  const servers = takeShard(all, shard);
  const counts = `${countCases(servers)} of ${countCases(all)} cases and ${servers.length} of ${all.length} servers`;
  return { servers, notes: [`The shard ${shard.index}/${shard.count} has ${counts}.`] };
}

function countCases(servers: readonly ServerConfig[]): number {
  return servers.reduce((sum, { cases }) => sum + cases.length, 0);
}
