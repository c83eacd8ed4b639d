import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRepository } from '../config/repository-model.ts';
import type { Discovery } from '../discovery/model.ts';
import type { Host } from '../host/host.ts';
import { parseSource } from '../sources/parse.ts';
import { serversIn } from './found-entry.ts';
import { Repositories } from './repositories.ts';
import { repositoryFault } from './repository-fault.ts';
import { exitCodes } from './verdict.ts';

/** What was found in one source, or why nothing could be. */
export type SourceLook =
  | {
      readonly source: string;
      readonly ok: true;
      readonly commit: string | null;
      readonly notes: readonly string[];
      readonly discovery: Discovery;
    }
  | { readonly source: string; readonly ok: false; readonly reason: string; readonly exitCode: number };

/** Fetches and searches sources as a run would, and starts nothing: no Podman is needed. */
export async function lookInto(
  host: Host,
  sources: readonly string[],
  { env, interrupt }: { readonly env: Readonly<NodeJS.ProcessEnv>; readonly interrupt: AbortSignal },
): Promise<SourceLook[]> {
  const home = await mkdtemp(join(tmpdir(), 'mcp-workflow-discover-'));
  const repositories = new Repositories({ host, env, signal: interrupt, folder: () => mkdtemp(join(home, 'c')) });
  try {
    const looks: SourceLook[] = [];
    for (const source of new Set(sources)) looks.push(await lookAt(source, host, repositories));
    return looks;
  } finally {
    await repositories.forget();
    await rm(home, { recursive: true, force: true });
  }
}

async function lookAt(text: string, host: Host, repositories: Repositories): Promise<SourceLook> {
  const refused = (reason: string, exitCode: number) => ({ source: text, ok: false, reason, exitCode }) as const;
  const source = parseSource(text, host.workspace);
  if (!('kind' in source)) return refused(source.invalid, exitCodes.configuration);
  if (!isRepository(source)) {
    return refused(`${text} is one server, and there is nothing to look for in it`, exitCodes.configuration);
  }
  try {
    const { checkout, discovery } = await repositories.look(source);
    const servers = serversIn(source, discovery);
    return {
      source: text,
      ok: true,
      commit: checkout.commit,
      notes: checkout.notes,
      discovery: { ...discovery, servers },
    };
  } catch (error) {
    const { state, reason } = repositoryFault(error);
    return refused(reason, state === 'failed' ? exitCodes.gateFailed : exitCodes.infrastructure);
  }
}
