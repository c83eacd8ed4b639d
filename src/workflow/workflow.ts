import type { RunInputs, WorkflowConfig } from '../config/model.ts';
import { SnapshotStore } from '../cases/snapshot-store.ts';
import type { Host } from '../host/host.ts';
import { messageOf } from '../process/failure.ts';
import type { CleanupOperation, PhaseSpan, Problem, WorkflowResult } from '../result/model.ts';
import { foreignFields } from '../result/foreign-fields.ts';
import { PodmanFailed, SandboxUnavailable } from '../sandbox/errors.ts';
import { imageIsHere } from '../sandbox/outside.ts';
import { SelfTestFailed } from '../sandbox/self-test.ts';
import { type Redact, redactDeep } from '../text/untrusted.ts';
import { ChangedOnly } from './changed-only.ts';
import { assembleResult, hostWithoutSandbox, type Known, operatingSystem } from './assemble.ts';
import { cutOff, end, newDraft, type ServerDraft } from './draft.ts';
import type { Engine, EngineSource } from './engine.ts';
import { findServers, standIns } from './find-servers.ts';
import { endPhase, enterPhase } from './phases.ts';
import { reportProgress } from './progress.ts';
import { logsOperation, type ResultsFolder } from './results-folder.ts';
import { runServers } from './server-queue.ts';
import { Stop } from './stop.ts';
import { judgeRun } from './verdict.ts';

/** After an interruption the platform gives 7.5 s in all before it sends the next signal. */
const sweepAfterInterruptMs = 4000;

export interface WorkflowParts {
  readonly startedAt: Date;
  /** Of the run, as far as they are over; this goes on with them. */
  readonly phases: PhaseSpan[];
  readonly inputs: RunInputs;
  readonly config: WorkflowConfig;
  readonly results: ResultsFolder;
  readonly redact: Redact;
  readonly engines: EngineSource;
  /** Aborted with the signal's name when the platform or the user ends the run. */
  readonly interrupt: AbortSignal;
}

/** One run with a valid configuration. */
export class Workflow {
  readonly #host: Host;
  readonly #parts: WorkflowParts;
  /** Grows when servers are found in repositories. */
  readonly #drafts: ServerDraft[];
  /** Stand for the repositories until it is known what is in them, so that none is lost to an interruption. */
  #unsearched: readonly ServerDraft[];
  #repositories: WorkflowResult['repositories'] = [];
  readonly #snapshots: SnapshotStore;
  readonly #stop: Stop;
  #engine: Engine | null = null;
  #problems: Problem[] = [];
  #selfTest: WorkflowResult['selfTest'] = [];
  #snapshotReport: WorkflowResult['snapshots'] = null;
  #changedOnly: ChangedOnly | null = null;
  #os = '';

  constructor(host: Host, parts: WorkflowParts) {
    this.#host = host;
    this.#parts = parts;
    this.#drafts = parts.config.servers.map((server) => newDraft(server));
    this.#unsearched = standIns(parts.config).map((server) => newDraft(server));
    const { redact, inputs } = parts;
    this.#snapshots = SnapshotStore.open({ update: inputs.updateSnapshots, redact, workspace: host.workspace });
    this.#stop = new Stop(parts.inputs.timeout, parts.interrupt);
  }

  /** w01 to w09. @returns what is known at the end, whatever that was. */
  async run(): Promise<WorkflowResult> {
    this.#os = await operatingSystem();
    // Whatever happens in there, what was made is removed and what is known is written.
    const worked = this.#work().catch((error: unknown) => this.#failInside(error));
    // A stop does not wait for what is under way: what is known is written at once.
    await Promise.race([worked, this.#stop.stopped()]);
    // What comes later, a deadline during the cleanup, changes no verdict.
    const { by } = this.#stop;
    if (by !== null) {
      for (const draft of this.#all) cutOff(draft, by);
      await this.#write(this.#resultNow([], this.#all, by));
    }
    enterPhase(this.#parts.phases, 'w09 clean up');
    const cleanup = await this.#cleanUp(by);
    endPhase(this.#parts.phases);
    return this.#resultNow(cleanup, this.#all, by);
  }

  get #all(): readonly ServerDraft[] {
    return [...this.#drafts, ...this.#unsearched];
  }

  async #work(): Promise<void> {
    const { config } = this.#parts;
    const searching = config.repositories.length > 0;
    if (this.#drafts.length === 0 && !searching) return;
    await this.#checkpoint();
    await this.#leaveOutUnchanged();
    if (this.#stop.signal.aborted) return;
    // A server that runs elsewhere needs no Podman here; what a repository holds is not known yet.
    const left = this.#drafts.filter(({ phase }) => phase !== null);
    if (left.length === 0 && !searching) return;
    const here = searching || left.some((draft) => draft.config.transport.kind !== 'remote');
    if (here && !(await this.#makeSandbox())) return;
    enterPhase(this.#parts.phases, 'w02 to w08');
    await runServers(this.#host, this.#drafts, {
      engine: this.#engine,
      more: searching ? () => this.#find() : null,
      workspace: this.#host.workspace,
      otherwise: config.otherwise,
      snapshots: this.#snapshots,
      stop: this.#stop,
      concurrency: this.#parts.inputs.concurrency,
      onLog: (source, line) => this.#parts.results.log(source, line),
      onServerEnd: () => this.#checkpoint(),
      onFault: (draft, error) => this.#failDraft(draft, error),
    });
    if (!this.#stop.signal.aborted) await this.#finishSnapshots();
  }

  /** Still w00: before anything is made for those that need not run. */
  async #leaveOutUnchanged(): Promise<void> {
    const { inputs, config, results } = this.#parts;
    const { signal } = this.#stop;
    this.#changedOnly = await ChangedOnly.open({
      host: this.#host,
      inputs,
      config,
      resultsDirectory: results.directory,
      imageIsHere,
      signal,
    });
    if (!signal.aborted) await this.#changedOnly?.judgeListed(this.#drafts);
  }

  /** Servers of repositories, which are not known before those are fetched. @returns those that go on */
  async #find(): Promise<readonly ServerDraft[]> {
    if (this.#engine === null) return [];
    const finding = findServers({
      config: this.#parts.config,
      repositories: this.#engine.repositories,
      workspace: this.#host.workspace,
      progress: (repository, message) => reportProgress(this.#host, 'w02 install', repository, message),
      onFound: async (draft, there) => this.#changedOnly?.judgeFound(draft, there),
    });
    // What a stop breaks off is cut off, and no mistake.
    const found = await finding.catch((error: unknown) => {
      if (this.#stop.signal.aborted) return null;
      throw error;
    });
    if (found === null || this.#stop.signal.aborted) return [];
    this.#repositories = [...found.repositories];
    for (const note of found.notes) this.#host.info(note);
    this.#unsearched = [];
    this.#drafts.push(...found.drafts);
    await this.#checkpoint();
    return found.drafts.filter(({ phase }) => phase !== null);
  }

  /** w01. @returns whether there is one; otherwise every server has its verdict. */
  async #makeSandbox(): Promise<boolean> {
    enterPhase(this.#parts.phases, 'w01 containers');
    const { engines, results } = this.#parts;
    const { registries } = this.#parts.config;
    try {
      this.#engine = await engines.take({ resultsDirectory: results.directory, registries }, this.#stop.signal);
    } catch (error) {
      if (this.#stop.signal.aborted) return false;
      if (!(error instanceof SandboxUnavailable) && !(error instanceof PodmanFailed)) throw error;
      if (error instanceof SelfTestFailed) this.#selfTest = [...error.lines];
      this.#problems.push({ message: error.message, location: null });
      for (const draft of this.#all) end(draft, 'error', 'the sandbox could not be made');
      return false;
    }
    const { facts, selfTest } = this.#engine.sandbox;
    this.#selfTest = [...selfTest.lines];
    this.#host.group('w01 containers', [
      `Podman ${facts.version}, cgroup ${facts.cgroup}, run ${engines.runId}`,
      ...this.#selfTest.map((line) => `${line.state.padEnd(10)} ${line.id}: ${line.detail}`),
    ]);
    return true;
  }

  async #finishSnapshots(): Promise<void> {
    const { config } = this.#parts;
    if (config.snapshots.size === 0) return;
    this.#snapshotReport = await this.#snapshots.finish(config.snapshots);
    this.#problems.push(...this.#snapshots.problems);
  }

  /** A mistake of ours, outside of any one server's work. */
  #failInside(error: unknown): void {
    this.#problems.push({ message: this.#internalError(error), location: null });
    // What is still under way must not make things while they are removed.
    this.#stop.abort(error);
    for (const draft of this.#all) this.#failDraft(draft, error);
  }

  /** A mistake of ours in one server's work: never a verdict on it, and nothing to the others. */
  #failDraft(draft: ServerDraft, error: unknown): void {
    end(draft, 'error', this.#internalError(error));
  }

  #internalError(error: unknown): string {
    this.#host.debug(error instanceof Error ? (error.stack ?? '') : '');
    return `Internal error, please report it: ${messageOf(error)}`;
  }

  async #write(result: WorkflowResult): Promise<void> {
    // A full disk must not keep the run from its end; `publish` says that the file is missing.
    await this.#parts.results.writeResult(result).catch((error: unknown) => this.#host.debug(messageOf(error)));
  }

  /** What a kill would leave to read. */
  async #checkpoint(): Promise<void> {
    if (this.#stop.by !== null) return;
    const by = 'the end of its process';
    // What has ended stays as it is, and large ones need no copy.
    const drafts = this.#all.map((draft) => (draft.phase === null ? draft : structuredClone(draft)));
    for (const draft of drafts) cutOff(draft, by);
    await this.#write(this.#resultNow([], drafts, by));
  }

  /** w09 */
  async #cleanUp(by: string | null): Promise<CleanupOperation[]> {
    const { results, engines } = this.#parts;
    const sessions = this.#drafts.filter((draft) => draft.result.protocol !== null).length;
    const cap = by === null ? 120_000 : sweepAfterInterruptMs;
    // What the cap cuts off is post's: it looks for everything again.
    const swept = await Promise.race([
      engines.release(),
      new Promise<null>((resolve) => setTimeout(resolve, cap, null).unref()),
    ]);
    await this.#changedOnly?.close();
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
      workflowId: this.#parts.engines.runId,
      startedAt: this.#parts.startedAt,
      phases: this.#parts.phases,
      host: this.#engine?.sandbox.hostFacts(this.#os) ?? hostWithoutSandbox(this.#os),
      selfTest: this.#selfTest,
      problems: this.#problems,
      servers,
      repositories: this.#repositories,
      snapshots: this.#snapshotReport,
      changedOnly: this.#changedOnly?.result ?? null,
      interruptedBy,
      verdict: judgeRun(servers, interruptedBy),
      cleanup,
    };
    // From here on no report can hold what was granted as a secret.
    return redactDeep(assembleResult(known), this.#parts.redact, foreignFields);
  }
}

function unfinished(capMs: number): CleanupOperation {
  const error = `not finished after ${capMs / 1000} s; the post step goes on`;
  return { operation: 'containers', success: false, itemsProcessed: 0, error };
}
