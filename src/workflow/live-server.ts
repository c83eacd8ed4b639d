import { createSchemaValidator } from '../cases/schema-validator.ts';
import { SnapshotStore } from '../cases/snapshot-store.ts';
import type { WorkflowConfig } from '../config/model.ts';
import type { Host } from '../host/host.ts';
import type { ClientAnswers, Session } from '../mcp/model.ts';
import type { Problem } from '../result/model.ts';
import { PodmanFailed, SandboxUnavailable } from '../sandbox/errors.ts';
import { newRunId } from '../sandbox/sandbox.ts';
import { newDraft, type ServerDraft } from './draft.ts';
import { type Engine, ownEngine } from './engine.ts';
import { findServers } from './find-servers.ts';
import { initialize } from './initialize.ts';
import type { Instances } from './instances.ts';
import { reportProgress } from './progress.ts';
import { openServer } from './server-run.ts';
import { Stop } from './stop.ts';
import { exitCodes } from './verdict.ts';

/** Which server: a source, or one of the configuration's. */
export interface ServerChoice {
  readonly source: string | null;
  /** Its name in the configuration; null where there is only one. */
  readonly server: string | null;
  readonly config: string | null;
  readonly secrets: readonly string[];
  readonly client?: ClientAnswers;
}

export interface LiveServer {
  readonly name: string;
  readonly session: Session;
}

export type LiveOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly sentences: readonly string[]; readonly exitCode: number };

export interface LiveOptions {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly interrupt: AbortSignal;
}

const timeoutMs = 10 * 60_000;

/** Installs and starts one server as a run would, hands its session over, and removes everything afterwards. */
export async function withServer<T>(
  host: Host,
  options: LiveOptions,
  choice: ServerChoice,
  use: (live: LiveServer) => Promise<T>,
): Promise<LiveOutcome<T>> {
  const raw = {
    config: choice.source === null ? (choice.config ?? '') : '',
    repositories: choice.source ?? '',
    servers: choice.server ?? '',
    secrets: choice.secrets.join('\n'),
  };
  const initialized = await initialize(host, raw, options.env);
  if (!initialized.ok) return refused(initialized.problems.map(problemText), exitCodes.configuration);
  return live(host, options, { config: initialized.config, choice }, use);
}

async function live<T>(
  host: Host,
  { env, interrupt }: LiveOptions,
  { config, choice }: { readonly config: WorkflowConfig; readonly choice: ServerChoice },
  use: (live: LiveServer) => Promise<T>,
): Promise<LiveOutcome<T>> {
  const engines = ownEngine(host, newRunId(host.stepKey), env);
  const stop = new Stop(timeoutMs, interrupt);
  const { client = {} } = choice;
  const validator = createSchemaValidator();
  let instances: Instances | null = null;
  try {
    const elsewhere =
      config.repositories.length === 0 && config.servers.every(({ transport }) => transport.kind === 'remote');
    const engine: Engine | null = elsewhere
      ? null
      : await engines.take({ resultsDirectory: host.workspace, registries: config.registries }, stop.signal);
    const drafts = await draftsOf(host, config, engine);
    const [draft] = drafts;
    if (draft === undefined || drafts.length > 1) {
      const names = drafts.map(({ config: { name } }) => name).join(', ');
      return refused([`say which server with \`--server\`: ${names || 'there is none'}`], exitCodes.configuration);
    }
    if (draft.phase === null) return refused(whyNot(draft, stop), exitCodeOf(draft));
    instances = await openServer(draft, {
      engine,
      validator,
      snapshots: SnapshotStore.open({ update: false, redact: (text) => text }),
      signal: stop.signal,
      secondsLeft: () => stop.secondsLeft(),
      workspace: host.workspace,
      otherwise: config.otherwise,
      progress: (phase, name, message) => reportProgress(host, phase, name, message),
      onLog: () => {},
    });
    if (instances === null) return refused(whyNot(draft, stop), exitCodeOf(draft));
    const has = Object.keys(client).length > 0;
    const offer = await (has ? instances.own(client) : instances.shared());
    if ('failed' in offer) return refused([offer.failed], exitCodes.gateFailed);
    if ('error' in offer) return refused([offer.error], exitCodes.infrastructure);
    return { ok: true, value: await use({ name: draft.config.name, session: offer.session }) };
  } catch (error) {
    if (stop.by !== null) return refused([`interrupted by ${stop.by}`], exitCodes.infrastructure);
    if (!(error instanceof SandboxUnavailable) && !(error instanceof PodmanFailed)) throw error;
    return refused([error.message], exitCodes.infrastructure);
  } finally {
    await instances?.close();
    await validator.close();
    await engines.release();
  }
}

async function draftsOf(host: Host, config: WorkflowConfig, engine: Engine | null): Promise<readonly ServerDraft[]> {
  const listed = config.servers.map((server) => newDraft(server));
  if (engine === null || config.repositories.length === 0) return listed;
  const progress = (repository: string, message: string) => reportProgress(host, 'w02 install', repository, message);
  const { repositories } = engine;
  const found = await findServers({
    config,
    repositories,
    workspace: host.workspace,
    progress,
    onFound: async () => {},
  });
  return [...listed, ...found.drafts];
}

function whyNot({ result }: ServerDraft, stop: Stop): string[] {
  if (stop.by !== null) return [`interrupted by ${stop.by}`];
  const tail = result.startup?.stderrTail.trim() ?? '';
  return [`${result.name}: ${result.reason ?? 'it could not be started'}`, ...(tail === '' ? [] : tail.split('\n'))];
}

function exitCodeOf({ result }: ServerDraft): number {
  return result.state === 'error' ? exitCodes.infrastructure : exitCodes.gateFailed;
}

function refused<T>(sentences: readonly string[], exitCode: number): LiveOutcome<T> {
  return { ok: false, sentences, exitCode };
}

function problemText({ message, location }: Problem): string {
  return location === null ? message : `${location.file}:${location.line}:${location.column} ${message}`;
}
