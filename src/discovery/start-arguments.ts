import type { Declaration, Reference } from './declaration.ts';
import type { Draft } from './draft.ts';
import { startedByReference } from './references.ts';
import { packageKey } from './packages.ts';
import { baseOf } from './paths.ts';
import { trustedFirst } from './trust.ts';

const overHttp = /^(?:https?|sse|web|streamable-?http|remote)$/i;
const usualWords =
  /^(?:stdio|mcp|mcp-server|mcp-stdio|serve|server|start|start-mcp|start-mcp-server|run|stdio-server)$/;

/**
 * The arguments without which the server's program does not serve. The registry's declaration and a bundle say them
 * outright; a configuration or an image of this very server only counts for a subcommand, since its other words are
 * somebody's taste; sources show the subcommand as a last resort.
 */
export function startArguments(draft: Draft): readonly string[] {
  const said = trustedFirst(draft.said);
  for (const one of said) {
    const given = outright(one, draft);
    if (given !== null) return given;
  }
  const words = said.map((one) => subcommandOf(one, draft)).find((word) => word !== null) ?? shownBySources(draft);
  return words === null ? [] : [words];
}

function outright(said: Declaration, draft: Draft): readonly string[] | null {
  if (said.kind === 'listed' || said.args === null) return null;
  if (said.kind === 'bundled') return said.args.length > 0 && isSameRuntime(said.runtime, draft) ? said.args : null;
  if (said.kind !== 'registered') return null;
  const own = new Set(draft.project?.published.map((one) => packageKey(one.registry, one.name)) ?? []);
  // Without a package the words are those of one whose name is still a placeholder.
  const same = said.packages.length === 0 || said.packages.some((one) => own.has(packageKey(one.registry, one.name)));
  return same ? said.args : null;
}

function isSameRuntime(runtime: string, { start }: Draft): boolean {
  return start.kind === (runtime === 'uv' ? 'python' : runtime);
}

function subcommandOf(said: Declaration, draft: Draft): string | null {
  const words =
    said.kind === 'reference' ? restOf(said) : said.kind === 'hint' ? afterProgram(said.command, draft) : [];
  const word = words[0] ?? '';
  if (/^--(?:transport[= ]?)?stdio$/.test(word)) return word;
  const known = usualWords.test(word) || draft.evidence.subcommands.includes(word);
  return known && !overHttp.test(word) && /^[a-z][a-z-]*$/.test(word) ? word : null;
}

function restOf(said: Reference): readonly string[] {
  return startedByReference(said)?.rest ?? [];
}

/** What follows the program in the words of an image. */
function afterProgram(words: readonly string[], { program, aliases, start }: Draft): readonly string[] {
  const names = [program, ...aliases].flatMap((one) => [one?.name ?? null, baseOf(one?.target ?? '')]);
  const index = words.findIndex((word) => names.includes(baseOf(word)));
  if (index !== -1) return words.slice(index + 1);
  // What is compiled may have any name in an image.
  return start.kind === 'go' || start.kind === 'cargo' ? words.slice(1) : [];
}

function shownBySources(draft: Draft): string | null {
  const { subcommands } = draft.evidence;
  if (draft.start.kind === 'go' && subcommands.includes('stdio')) return 'stdio';
  const name = draft.program?.name ?? '';
  if (subcommands.includes('mcp') && !/mcp/i.test(name)) return 'mcp';
  return null;
}
