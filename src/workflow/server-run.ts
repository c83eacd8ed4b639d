import { runCases } from '../cases/run-cases.ts';
import type { SchemaValidator } from '../cases/schema-validator.ts';
import type { SnapshotStore } from '../cases/snapshot-store.ts';
import { FolderRefused } from '../checkout/pack.ts';
import { messageOf } from '../process/failure.ts';
import { PodmanFailed } from '../sandbox/errors.ts';
import type { WorkflowConfig } from '../config/model.ts';
import { connect } from './connect.ts';
import { end, enter, recordFindings, type ServerDraft } from './draft.ts';
import type { Engine } from './engine.ts';
import { Instances } from './instances.ts';
import { locate } from './locate.ts';
import { missingSecret } from './missing-secret.ts';
import { preparePlaces } from './prepare-places.ts';
import { judgeServer } from './verdict.ts';

export interface ServerRunContext {
  /** null where every server of the run runs elsewhere. */
  readonly engine: Engine | null;
  readonly validator: SchemaValidator;
  readonly snapshots: SnapshotStore;
  readonly signal: AbortSignal;
  readonly workspace: string;
  readonly otherwise: WorkflowConfig['otherwise'];
  /** Seconds until the whole run's deadline, for the containers' own timeout. */
  readonly secondsLeft: () => number;
  readonly progress: (phase: string, server: string, message: string) => void;
  /** Every line that the server or one of its services writes; `source` names the log. */
  readonly onLog: (source: string, line: string) => void;
}

/** One server from install to verdict. Fills the draft as things become known; never rejects for what a server does. */
export async function runServer(draft: ServerDraft, context: ServerRunContext): Promise<void> {
  const instances = await openServer(draft, context);
  if (instances === null) return;
  try {
    await execute(draft, context, instances);
  } finally {
    recordStderr(draft, instances);
    await instances.close();
  }
  if (context.signal.aborted) return;
  const { state, reason } = judgeServer(draft.result);
  if (draft.result.cases.length > 0) context.progress('w07 execute', draft.config.name, summaryOf(draft));
  end(draft, state, reason);
}

/**
 * w02 to w04.
 * @returns the server's instances with a live shared session; null where there is none, and the draft has its verdict.
 */
export async function openServer(draft: ServerDraft, context: ServerRunContext): Promise<Instances | null> {
  let instances: Instances | null = null;
  try {
    // What is asked for by name is looked for before anything is fetched, and what a manifest asks for as soon as it is read.
    if (skippedFor(draft) || !(await isLocated(draft, context)) || skippedFor(draft)) return null;
    const makePlace = await preparePlaces(draft, context);
    if (makePlace === null) return null;
    enter(draft, 'w03 connect');
    instances = new Instances({
      server: draft.config,
      makePlace,
      signal: context.signal,
      onStderr: (line) => context.onLog(draft.config.name, line),
      onFindings: (findings) => recordFindings(draft, findings),
      onRestart: () => {
        draft.result.restarts++;
        context.progress('w07 execute', draft.config.name, 'it ended during its cases, starting it again');
      },
    });
    const session = await connect(draft, context, instances);
    if (session !== null && !context.signal.aborted) return instances;
  } catch (error) {
    if (!context.signal.aborted) endByFault(draft, error);
  }
  await instances?.close();
  return null;
}

function skippedFor(draft: ServerDraft): boolean {
  const missing = missingSecret(draft.config);
  if (missing !== null) end(draft, 'skipped', missing);
  return missing !== null;
}

async function isLocated(
  draft: ServerDraft,
  { engine, workspace, otherwise, signal }: ServerRunContext,
): Promise<boolean> {
  enter(draft, 'w02 install');
  if (engine === null) return true;
  return (await locate(draft, { repositories: engine.repositories, workspace, otherwise })) && !signal.aborted;
}

/** @throws what is neither Podman's nor the user's fault */
function endByFault(draft: ServerDraft, error: unknown): void {
  if (error instanceof FolderRefused) {
    return end(draft, 'failed', `what \`work\` or \`mounts\` name cannot be copied in: ${error.message}`);
  }
  if (!(error instanceof PodmanFailed)) throw error;
  end(draft, 'error', messageOf(error));
}

/** w07 and w08 */
async function execute(draft: ServerDraft, context: ServerRunContext, environment: Instances): Promise<void> {
  const { config: server, result } = draft;
  const started = performance.now();
  enter(draft, 'w07 execute');
  await runCases(server.cases, {
    server,
    environment,
    validator: context.validator,
    snapshots: context.snapshots,
    signal: context.signal,
    // Once the run is stopped its results are written: nothing is added to them.
    onCase: (each) => {
      if (!context.signal.aborted) result.cases.push(each);
    },
  });
  result.timings.casesMs = Math.round(performance.now() - started);
}

function recordStderr(draft: ServerDraft, instances: Instances): void {
  if (draft.result.startup !== null) draft.result.startup.stderrTail = instances.stderrTail();
}

function summaryOf({ result }: ServerDraft): string {
  const of = (state: string) => result.cases.filter((each) => each.state === state).length;
  const parts = ['passed', 'failed', 'error', 'skipped'].flatMap((state) =>
    of(state) > 0 ? [`${of(state)} ${state}`] : [],
  );
  return `${result.cases.length} cases: ${parts.join(', ')}`;
}
