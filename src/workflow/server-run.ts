import { setTimeout as sleep } from 'node:timers/promises';
import { runCases } from '../cases/run-cases.ts';
import type { SchemaValidator } from '../cases/schema-validator.ts';
import type { ServerConfig } from '../config/model.ts';
import { FolderRefused } from '../install/folder.ts';
import type { Installer } from '../install/installer.ts';
import type { InstalledTree } from '../install/model.ts';
import type { OpenResult, Session } from '../mcp/model.ts';
import { openSession } from '../mcp/open-session.ts';
import { messageOf } from '../process/failure.ts';
import type { Finding, Startup } from '../result/model.ts';
import { PodmanFailed } from '../sandbox/errors.ts';
import type { ContainerRequest, Sandbox } from '../sandbox/sandbox.ts';
import { recordTree, type ServerDraft } from './draft.ts';
import { prepareContainer } from './prepare-container.ts';
import { startCommand } from './start-command.ts';
import { judgeServer, stateOfOutcome } from './verdict.ts';

export interface ServerRunContext {
  readonly sandbox: Sandbox;
  readonly installer: Installer;
  readonly validator: SchemaValidator;
  readonly signal: AbortSignal;
  /** Seconds until the whole run's deadline, for the containers' own timeout. */
  readonly secondsLeft: () => number;
  readonly progress: (phase: string, server: string, message: string) => void;
  /** Every line that the server writes to stderr. */
  readonly onStderr: (server: string, line: string) => void;
}

/** podman's own exit code for "I failed", as opposed to the container's (podman-run(1), EXIT STATUS). */
const podmanFailedCode = 125;

/** One server from install to verdict. Fills the draft as things become known; never rejects for what a server does. */
export async function runServer(draft: ServerDraft, context: ServerRunContext): Promise<void> {
  const server = draft.config;
  const missing = server.env.find(
    (entry) => entry.kind === 'secret' && entry.value === null && entry.otherwise === 'skip',
  );
  if (missing?.kind === 'secret')
    return end(draft, 'skipped', `grant ${missing.secret}: it is not among the step's granted secrets`);
  try {
    draft.phase = 'w02 install';
    const tree = await install(draft, context);
    if (tree === null) return;
    draft.phase = 'w03 connect';
    const command = startCommand(server, tree);
    if (!command.ok) return failToStart(draft, notStarted(command.advice));
    const request = await prepareContainer(context.sandbox, server, tree, command.command, {
      timeoutSeconds: context.secondsLeft() + 30,
      signal: context.signal,
    });
    draft.result.image.digest = request.image.digest;
    draft.result.image.toolchain = { ...request.image.versions, ...draft.result.image.toolchain };
    const opened = await connect(draft, context, request);
    if (opened !== null) await runSession(draft, context, request, opened);
  } catch (error) {
    if (context.signal.aborted) return;
    if (error instanceof FolderRefused)
      return end(draft, 'failed', `what \`work\` or \`mounts\` name cannot be copied in: ${error.message}`);
    if (!(error instanceof PodmanFailed)) throw error;
    end(draft, 'error', messageOf(error));
  }
}

async function install(draft: ServerDraft, context: ServerRunContext): Promise<InstalledTree | null> {
  const result = await context.installer.install(draft.config);
  if (context.signal.aborted) return null;
  if (result.kind === 'infrastructure') {
    end(draft, 'error', result.reason);
    return null;
  }
  if (result.kind === 'failed') {
    const { outcome, advice, stderrTail, exitCode, resolved } = result.failure;
    draft.result.source.resolved = resolved;
    failToStart(draft, { outcome, advice, stderrTail, exitCode, signal: null, attempts: [] });
    return null;
  }
  recordTree(draft, result.tree);
  const { fetchMs, scriptsMs } = result.tree.timings;
  context.progress('w02 install', draft.config.name, `installed in ${seconds(fetchMs + scriptsMs)}`);
  return result.tree;
}

/** Starts the server; an infrastructure fault is tried again with growing waits, the server's own failure never. */
async function connect(
  draft: ServerDraft,
  context: ServerRunContext,
  request: ContainerRequest,
): Promise<Session | null> {
  const server = draft.config;
  const attempts: Startup['attempts'] = [];
  for (let attempt = 1; ; attempt++) {
    const started = performance.now();
    const opened = await open(server, context, request);
    if (context.signal.aborted) {
      if (opened.ok) await opened.session.close();
      return null;
    }
    const durationMs = Math.round(performance.now() - started);
    if (opened.ok) {
      attempts.push({ durationMs, error: null });
      recordSession(draft, opened.session, attempts);
      const { revision } = opened.session.surface.protocol;
      const tools = opened.session.surface.tools.length;
      context.progress(
        'w04 discover',
        server.name,
        `${tools} tools, protocol ${revision}, started in ${seconds(durationMs)}`,
      );
      return opened.session;
    }
    attempts.push({ durationMs, error: opened.startup.outcome });
    recordFindings(draft, opened.findings);
    if (!podmanFailed(opened.startup)) {
      failToStart(draft, { ...opened.startup, attempts });
      context.progress('w03 connect', server.name, opened.startup.outcome);
      return null;
    }
    const lastLine = opened.startup.stderrTail.trim().split('\n').at(-1) ?? '';
    if (attempt >= server.retries) {
      end(draft, 'error', `podman could not start the container: ${lastLine}`);
      return null;
    }
    const waitMs = Math.min(1000 * 2 ** (attempt - 1), 10_000);
    context.progress('w03 connect', server.name, `podman failed (${lastLine}), trying again in ${seconds(waitMs)}`);
    await sleep(waitMs, undefined, { signal: context.signal }).catch(() => {});
  }
}

/** A server may exit with 125 as well: podman says `Error:` too. */
function podmanFailed({ exitCode, stderrTail }: Startup): boolean {
  return exitCode === podmanFailedCode && /^Error: /mu.test(stderrTail);
}

function open(server: ServerConfig, context: ServerRunContext, request: ContainerRequest): Promise<OpenResult> {
  return openSession(() => context.sandbox.start(request), {
    startTimeoutMs: server.timeouts.start,
    stopTimeoutMs: server.timeouts.stop,
    signal: context.signal,
    onStderr: (line) => context.onStderr(server.name, line),
  });
}

async function runSession(
  draft: ServerDraft,
  context: ServerRunContext,
  request: ContainerRequest,
  first: Session,
): Promise<void> {
  const server = draft.config;
  let session = first;
  const started = performance.now();
  const { cases } = draft.result;
  try {
    draft.phase = 'w07 execute';
    await runCases(server.cases, {
      server,
      validator: context.validator,
      signal: context.signal,
      session: async () => {
        if (session.alive) return session;
        recordFindings(draft, session.findings());
        await session.close();
        context.progress('w07 execute', server.name, 'it ended during its cases, starting it again');
        const again = await open(server, context, request);
        if (!again.ok) return { failed: `it could not be started again: ${again.startup.advice}` };
        session = again.session;
        return session;
      },
      // Once the run is stopped its results are written: nothing is added to them.
      onCase: (result) => {
        if (!context.signal.aborted) cases.push(result);
      },
    });
    draft.result.timings.casesMs = Math.round(performance.now() - started);
  } finally {
    recordFindings(draft, session.findings());
    if (draft.result.startup !== null) draft.result.startup.stderrTail = session.stderrTail();
    await session.close();
  }
  if (context.signal.aborted) return;
  const { state, reason } = judgeServer(draft.result);
  if (cases.length > 0) context.progress('w07 execute', server.name, summaryOf(draft));
  end(draft, state, reason);
}

function recordSession(draft: ServerDraft, session: Session, attempts: Startup['attempts']): void {
  const { result } = draft;
  const { protocol, tools, prompts, resources } = session.surface;
  Object.assign(result, { protocol, tools: [...tools], prompts: [...prompts], resources: [...resources] });
  result.timings.startMs = Math.round(session.timings.startMs);
  result.timings.listMs = Math.round(session.timings.listMs);
  result.startup = { outcome: 'ok', advice: '', stderrTail: '', exitCode: null, signal: null, attempts };
}

/** What is said of a server as a whole stands at its line in the user's file. */
function recordFindings(draft: ServerDraft, findings: readonly Finding[]): void {
  const located = findings.map((finding) => ({ ...finding, location: finding.location ?? draft.config.location }));
  // A server that is started again says the same again.
  const known = new Set(
    draft.result.findings.map((finding) => JSON.stringify([finding.check, finding.subject, finding.message])),
  );
  const fresh = located.filter(({ check, subject, message }) => !known.has(JSON.stringify([check, subject, message])));
  draft.result.findings.push(...fresh);
}

function notStarted(advice: string): Startup {
  return { outcome: 'not_mcp', advice, stderrTail: '', exitCode: null, signal: null, attempts: [] };
}

function failToStart(draft: ServerDraft, startup: Startup): void {
  draft.result.startup = startup;
  end(draft, stateOfOutcome(startup.outcome), `${startup.outcome}: ${startup.advice}`);
}

function end(draft: ServerDraft, state: ServerDraft['result']['state'], reason: string | null): void {
  // It was cut off, and that is its result.
  if (draft.phase === null) return;
  draft.result.state = state;
  draft.result.reason = reason;
  draft.phase = null;
}

function summaryOf(draft: ServerDraft): string {
  const of = (state: string) => draft.result.cases.filter((each) => each.state === state).length;
  const parts = ['passed', 'failed', 'error', 'skipped'].flatMap((state) =>
    of(state) > 0 ? [`${of(state)} ${state}`] : [],
  );
  return `${draft.result.cases.length} cases: ${parts.join(', ')}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
