import { rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { stringify } from 'yaml';
import { readInputs } from '../../src/config/inputs.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { BaseCommit, Host } from '../../src/host/host.ts';
import { TerminalHost } from '../../src/host/terminal.ts';
import { ChangedOnly } from '../../src/workflow/changed-only.ts';
import { newDraft } from '../../src/workflow/draft.ts';
import { findServers } from '../../src/workflow/find-servers.ts';
import { Repositories } from '../../src/workflow/repositories.ts';
import { commitFiles, makeRepository, temporaryFolder, writeFiles } from '../checkout/repository.ts';

/** What a change does: texts to write, null to remove, `{ link }` to link; what it leaves out stays. */
export type Edit = Readonly<Record<string, string | null | { readonly link: string }>>;

/** A server's state by its name: `unchanged`, or why it runs; `everything` where all run. */
export interface Judged {
  readonly everything: string | null;
  readonly servers: Readonly<Record<string, string>>;
  readonly said: readonly string[];
}

export interface ChangeOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly host?: Partial<Pick<Host, 'kind' | 'repository'>>;
  /** Between the edit and the judgement. */
  readonly prepare?: (workspace: string, base: string) => void;
  readonly base?: (commit: string) => BaseCommit;
  /** On this machine already. */
  readonly images?: readonly string[];
}

export const configFile = '.github/mcp-workflow.yml';

/** The files of a repository with a configuration in it. */
export function repositoryWith(config: object, files: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...files, [configFile]: stringify({ version: 1, ...config }) };
}

/** Commits the files, makes the change, and says what `changed-only` makes of each server. Nothing is started. */
export async function judge(files: Edit, edit: Edit, options: ChangeOptions = {}): Promise<Judged> {
  const workspace = temporaryFolder();
  try {
    makeRepository(workspace, {});
    apply(workspace, files);
    const base = commitFiles(workspace, {});
    apply(workspace, edit);
    commitFiles(workspace, {});
    options.prepare?.(workspace, base);
    return await judgeWorkspace(workspace, base, options);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

function apply(workspace: string, edit: Edit): void {
  for (const [path, what] of Object.entries(edit)) {
    rmSync(join(workspace, path), { recursive: true, force: true });
    if (typeof what === 'string') writeFiles(workspace, { [path]: what });
    else if (what !== null) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true });
      symlinkSync(what.link, join(workspace, path));
    }
  }
}

async function judgeWorkspace(workspace: string, base: string, options: ChangeOptions): Promise<Judged> {
  const said: string[] = [];
  const terminal = new TerminalHost(workspace, { verbose: false });
  const host: Host = Object.assign(terminal, {
    kind: 'github' as const,
    info: (text: string) => void said.push(text),
    annotate: (notes: readonly { text: string }[]) => void said.push(...notes.map(({ text }) => text)),
    baseCommit: async () => options.base?.(base) ?? { revision: base },
    ...options.host,
  });
  const read = readInputs({ 'changed-only': 'true', ...options.inputs });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const loaded = await loadConfig(read.inputs, { workspace, secretValue: () => undefined });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const { signal } = new AbortController();
  const imageIsHere = async (image: string) => options.images?.includes(image) === true;
  const resultsDirectory = join(workspace, 'mcp-workflow-results');
  const changedOnly = await ChangedOnly.open({
    host,
    inputs: read.inputs,
    config,
    resultsDirectory,
    imageIsHere,
    signal,
  });
  if (changedOnly === null) throw new Error('it was asked for');
  const listed = config.servers.map((server) => newDraft(server));
  await changedOnly.judgeListed(listed);
  const folder = () => Promise.reject(new Error('nothing is fetched here'));
  const repositories = new Repositories({ host, env: {}, signal, folder });
  const onFound: Parameters<typeof findServers>[0]['onFound'] = (draft, there) => changedOnly.judgeFound(draft, there);
  const found = await findServers({ config, repositories, workspace, progress: () => {}, onFound });
  await repositories.forget();
  await changedOnly.close();
  const servers = [...listed, ...found.drafts].map(({ result }) => {
    const why = said
      .find((line) => line.startsWith(`w00 initialize ${result.name}: `))
      ?.split(': ')
      .slice(1)
      .join(': ');
    return [result.name, result.skippedAs ?? why?.replace(/^runs, since /u, '') ?? 'runs'] as const;
  });
  return { everything: changedOnly.result?.everything ?? null, servers: Object.fromEntries(servers), said };
}

/** The names of those that run. */
export function running({ servers }: Judged): string[] {
  return Object.entries(servers).flatMap(([name, why]) => (why === 'unchanged' ? [] : [name]));
}
