import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { createSchemaValidator } from '../cases/schema-validator.ts';
import type { SnapshotStore } from '../cases/snapshot-store.ts';
import type { WorkflowConfig } from '../config/model.ts';
import type { Host } from '../host/host.ts';
import type { ServerDraft } from './draft.ts';
import type { Engine } from './engine.ts';
import { reportProgress } from './progress.ts';
import { runServer } from './server-run.ts';
import type { Stop } from './stop.ts';

export interface QueueOptions {
  /** null where every server runs elsewhere. */
  readonly engine: Engine | null;
  readonly snapshots: SnapshotStore;
  readonly stop: Stop;
  /** null: cores, at most 4. */
  readonly concurrency: number | null;
  /** Finds more servers while the first are worked on; null where there are none to be found. */
  readonly more: (() => Promise<readonly ServerDraft[]>) | null;
  readonly workspace: string;
  readonly otherwise: WorkflowConfig['otherwise'];
  readonly onLog: (source: string, line: string) => void;
  readonly onServerEnd: () => Promise<void>;
  /** A mistake of ours in one server's work. */
  readonly onFault: (draft: ServerDraft, error: unknown) => void;
}

/** w02 to w08: each server flows through by itself, so many at a time. */
export async function runServers(host: Host, drafts: readonly ServerDraft[], options: QueueOptions): Promise<void> {
  const { engine, snapshots, stop } = options;
  const validator = createSchemaValidator();
  const context = {
    engine,
    validator,
    snapshots,
    signal: stop.signal,
    secondsLeft: () => stop.secondsLeft(),
    workspace: options.workspace,
    otherwise: options.otherwise,
    progress: (phase: string, server: string, message: string) => reportProgress(host, phase, server, message),
    onLog: options.onLog,
  };
  const limit = pLimit(options.concurrency ?? Math.min(availableParallelism(), 4));
  const heartbeat = startHeartbeat(host, drafts);
  try {
    const runAll = async (all: readonly ServerDraft[]) => {
      // Some have their end already.
      const runs = all
        .filter(({ phase }) => phase !== null)
        .map((draft) =>
          limit(async () => {
            if (stop.signal.aborted) return;
            await runServer(draft, context).catch((error: unknown) => options.onFault(draft, error));
            await options.onServerEnd();
            if (!stop.signal.aborted) await releaseTrees(engine, drafts, draft);
          }),
        );
      await Promise.all(runs);
    };
    // The list grows meanwhile.
    await Promise.all([runAll([...drafts]), options.more === null ? null : options.more().then(runAll)]);
  } finally {
    clearInterval(heartbeat);
    await validator.close();
  }
}

/**
 * When the last server of a source has ended, what was installed for them goes. One that is found later in a repository
 * may want the same once more, and gets it installed anew.
 */
async function releaseTrees(engine: Engine | null, drafts: readonly ServerDraft[], ended: ServerDraft): Promise<void> {
  if (engine === null || engine.keepsTrees) return;
  const ofSource = drafts.filter((draft) => sourceOf(draft) === sourceOf(ended));
  if (ofSource.some(({ phase }) => phase !== null)) return;
  await engine.installer.release(ofSource.map(({ config }) => config.name));
}

/** The same for all that may be installed once: several versions of a package may come to one. */
function sourceOf({ config, result }: ServerDraft): string {
  const { source } = config;
  return source.kind === 'npm' || source.kind === 'pypi' ? `${source.kind}:${source.name}` : result.source.given;
}

/** Says now and then what is still under way: silence looks like a hang. */
function startHeartbeat(host: Host, drafts: readonly ServerDraft[]): NodeJS.Timeout {
  return setInterval(() => {
    const busy = drafts.filter((draft) => draft.phase !== null && draft.phase !== 'waiting');
    const names = busy.map((draft) => `${draft.config.name} (${draft.phase})`);
    if (names.length > 0) host.info(`still working on ${names.join(', ')}`);
  }, 20_000).unref();
}
