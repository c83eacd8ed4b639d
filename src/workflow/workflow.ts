import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { createSchemaValidator } from '../cases/schema-validator.ts';
import type { RunInputs, WorkflowConfig } from '../config/model.ts';
import type { Host } from '../host/host.ts';
import { Installer } from '../install/installer.ts';
import { findRegistry } from '../install/npm-settings.ts';
import type { Registry } from '../install/upstream.ts';
import { messageOf } from '../process/failure.ts';
import type { CleanupOperation, Problem, WorkflowResult } from '../result/model.ts';
import { PodmanFailed, SandboxUnavailable } from '../sandbox/errors.ts';
import { sweepById } from '../sandbox/outside.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { SelfTestFailed } from '../sandbox/self-test.ts';
import { type Redact, redactDeep } from '../text/untrusted.ts';
import { assembleResult, hostWithoutSandbox, type Known, operatingSystem } from './assemble.ts';
import { cutOff, newDraft, type ServerDraft } from './draft.ts';
import { logsOperation, type ResultsFolder } from './results-folder.ts';
import { runServer } from './server-run.ts';
import { judgeRun } from './verdict.ts';

/** After an interruption the platform gives 7.5 s in all before it sends the next signal. */
const sweepAfterInterruptMs = 4000;

export interface WorkflowParts {
  readonly runId: string;
  readonly startedAt: Date;
  readonly inputs: RunInputs;
  readonly config: WorkflowConfig;
  readonly results: ResultsFolder;
  readonly redact: Redact;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Aborted with the signal's name when the platform or the user ends the run. */
  readonly interrupt: AbortSignal;
}

/** One run with a valid configuration. */
export class Workflow {
  readonly #host: Host;
  readonly #parts: WorkflowParts;
  readonly #drafts: readonly ServerDraft[];
  /** Aborts what is under way: by the platform's signal, or by the run's own deadline. */
  readonly #stop: AbortController;
  readonly #deadline: number;
  #interruptedBy: string | null = null;
  #sandbox: Sandbox | null = null;
  #problems: Problem[] = [];
  #selfTest: WorkflowResult['selfTest'] = [];
  #os = '';

  constructor(host: Host, parts: WorkflowParts) {
    this.#host = host;
    this.#parts = parts;
    this.#drafts = parts.config.servers.map(newDraft);
    this.#stop = new AbortController();
    this.#deadline = Date.now() + parts.inputs.timeout;
  }

  /** w01 to w09. @returns what is known at the end, whatever that was. */
  async run(): Promise<WorkflowResult> {
    this.#os = await operatingSystem();
    const stopped = this.#watchForStops();
    // Whatever happens in there, what was made is removed and what is known is written.
    const worked = this.#work().catch((error: unknown) => this.#failInside(error));
    // A stop does not wait for what is under way: what is known is written at once.
    await Promise.race([worked, stopped]);
    // What comes later, a deadline during the cleanup, changes no verdict.
    const by = this.#interruptedBy;
    if (by !== null) {
      for (const draft of this.#drafts) cutOff(draft, by);
      await this.#write(this.#resultNow([], this.#drafts, by));
    }
    const cleanup = await this.#cleanUp(by);
    return this.#resultNow(cleanup, this.#drafts, by);
  }

  async #work(): Promise<void> {
    if (this.#drafts.length === 0) return;
    await this.#checkpoint();
    const registry = findRegistry();
    // Whether it matters is for the servers that install something.
    registry.catch(() => {});
    await this.#makeSandbox();
    if (this.#sandbox !== null) await this.#runServers(this.#sandbox, registry);
  }

  /** A mistake of ours, outside of any one server's work. */
  #failInside(error: unknown): void {
    this.#problems.push({ message: this.#internalError(error), location: null });
    // What is still under way must not make things while they are removed.
    this.#stop.abort(error);
    for (const draft of this.#drafts) this.#failDraft(draft, error);
  }

  /** A mistake of ours in one server's work: never a verdict on it, and nothing to the others. */
  #failDraft(draft: ServerDraft, error: unknown): void {
    if (draft.phase === null) return;
    Object.assign(draft.result, { state: 'error', reason: this.#internalError(error) });
    draft.phase = null;
  }

  #internalError(error: unknown): string {
    this.#host.debug(error instanceof Error ? (error.stack ?? '') : '');
    return `Internal error, please report it: ${messageOf(error)}`;
  }

  async #write(result: WorkflowResult): Promise<void> {
    // A full disk must not keep the run from its end; `publish` says that the file is missing.
    await this.#parts.results.writeResult(result).catch((error: unknown) => this.#host.debug(messageOf(error)));
  }

  /** w01 */
  async #makeSandbox(): Promise<void> {
    const { runId, env, results } = this.#parts;
    try {
      this.#sandbox = await Sandbox.create(runId, {
        stepKey: this.#host.stepKey,
        env,
        resultsDirectory: results.directory,
        signal: this.#stop.signal,
      });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!(error instanceof SandboxUnavailable) && !(error instanceof PodmanFailed)) throw error;
      if (error instanceof SelfTestFailed) this.#selfTest = [...error.lines];
      this.#problems.push({ message: error.message, location: null });
      for (const draft of this.#drafts) {
        Object.assign(draft.result, { state: 'error', reason: 'the sandbox could not be made' });
        draft.phase = null;
      }
      return;
    }
    this.#selfTest = [...this.#sandbox.selfTest.lines];
    const { version, cgroup } = this.#sandbox.facts;
    this.#host.group('w01 containers', [
      `Podman ${version}, cgroup ${cgroup}, run ${runId}`,
      ...this.#selfTest.map((line) => `${line.state.padEnd(10)} ${line.id}: ${line.detail}`),
    ]);
  }

  /** w02 to w08: each server flows through by itself. */
  async #runServers(sandbox: Sandbox, registry: Promise<Registry>): Promise<void> {
    const { inputs, env, results } = this.#parts;
    const progress = (phase: string, server: string, message: string) => {
      this.#host.info(`${phase.padEnd(12)} ${server}: ${message}`);
    };
    const { signal } = this.#stop;
    const installer = new Installer(sandbox, {
      registry,
      env,
      signal,
      progress: (server, message) => progress('w02 install', server, message),
    });
    const validator = createSchemaValidator();
    const context = {
      sandbox,
      installer,
      validator,
      signal,
      secondsLeft: () => Math.max(1, Math.ceil((this.#deadline - Date.now()) / 1000)),
      progress,
      onStderr: (server: string, line: string) => results.log(server, line),
    };
    const limit = pLimit(inputs.concurrency ?? Math.min(availableParallelism(), 4));
    const heartbeat = this.#startHeartbeat();
    try {
      await Promise.all(
        this.#drafts.map((draft) =>
          limit(async () => {
            if (signal.aborted) return;
            await runServer(draft, context).catch((error: unknown) => this.#failDraft(draft, error));
            await this.#checkpoint();
          }),
        ),
      );
    } finally {
      clearInterval(heartbeat);
      await Promise.all([installer.close(), validator.close()]);
    }
  }

  /** Says now and then what is still under way: silence looks like a hang. */
  #startHeartbeat(): NodeJS.Timeout {
    return setInterval(() => {
      const busy = this.#drafts.filter((draft) => draft.phase !== null && draft.phase !== 'waiting');
      const names = busy.map((draft) => `${draft.config.name} (${draft.phase})`);
      if (names.length > 0) this.#host.info(`still working on ${names.join(', ')}`);
    }, 20_000).unref();
  }

  /** What a kill would leave to read. */
  async #checkpoint(): Promise<void> {
    if (this.#interruptedBy !== null) return;
    const by = 'the end of its process';
    const drafts = this.#drafts.map((draft) => structuredClone(draft));
    for (const draft of drafts) cutOff(draft, by);
    await this.#write(this.#resultNow([], drafts, by));
  }

  /** @returns a promise that settles when the run is to stop, and never where it is not. */
  #watchForStops(): Promise<void> {
    const { interrupt } = this.#parts;
    return new Promise((resolve) => {
      const stop = (by: string) => {
        if (this.#interruptedBy !== null) return;
        this.#interruptedBy = by;
        this.#stop.abort(new Error(by));
        resolve();
      };
      const { timeout } = this.#parts.inputs;
      setTimeout(() => stop(`the run's timeout of ${Math.round(timeout / 1000)} s`), timeout).unref();
      if (interrupt.aborted) stop(String(interrupt.reason));
      interrupt.addEventListener('abort', () => stop(String(interrupt.reason)), { once: true });
    });
  }

  /** w09 */
  async #cleanUp(by: string | null): Promise<CleanupOperation[]> {
    const { runId, results, env } = this.#parts;
    const sessions = this.#drafts.filter((draft) => draft.result.protocol !== null).length;
    const sweep = this.#drafts.length === 0 ? [] : sweepById(runId, this.#host.stepKey, env);
    const cap = by === null ? 120_000 : sweepAfterInterruptMs;
    // What the cap cuts off is post's: it looks for everything again.
    const swept = await Promise.race([sweep, new Promise<null>((resolve) => setTimeout(resolve, cap, null).unref())]);
    await results.closeLogs();
    // After an interruption every second counts, and post does it.
    const inPost = by !== null && this.#host.kind === 'github';
    const logs = inPost ? [] : [await logsOperation(results.directory)];
    return [
      { operation: 'sessions', success: by === null, itemsProcessed: sessions, error: by },
      ...(swept ?? [unfinished(cap)]),
      ...logs,
    ];
  }

  #resultNow(
    cleanup: readonly CleanupOperation[],
    drafts: readonly ServerDraft[],
    interruptedBy: string | null,
  ): WorkflowResult {
    const servers = drafts.map((draft) => draft.result);
    const known: Known = {
      workflowId: this.#parts.runId,
      startedAt: this.#parts.startedAt,
      host: this.#sandbox?.hostFacts(this.#os) ?? hostWithoutSandbox(this.#os),
      selfTest: this.#selfTest,
      problems: this.#problems,
      servers,
      interruptedBy,
      verdict: judgeRun(servers, interruptedBy),
      cleanup,
    };
    // From here on no report can hold what was granted as a secret.
    return redactDeep(assembleResult(known), this.#parts.redact);
  }
}

function unfinished(capMs: number): CleanupOperation {
  const error = `not finished after ${capMs / 1000} s; the post step goes on`;
  return { operation: 'containers', success: false, itemsProcessed: 0, error };
}
