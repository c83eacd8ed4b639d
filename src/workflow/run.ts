import type { RunInputs } from '../config/model.ts';
import type { Host } from '../host/host.ts';
import { defaultOutputs } from '../report/outputs.ts';
import type { PhaseSpan, Problem, WorkflowResult } from '../result/model.ts';
import { newRunId } from '../sandbox/sandbox.ts';
import { redactor } from '../text/untrusted.ts';
import { assembleResult, hostWithoutSandbox, operatingSystem } from './assemble.ts';
import { type EngineSource, ownEngine } from './engine.ts';
import { initialize } from './initialize.ts';
import { endPhase, enterPhase } from './phases.ts';
import { publish } from './publish.ts';
import { ResultsFolder, resultsDirectory, ResultsUnwritable } from './results-folder.ts';
import { exitCodeOf } from './verdict.ts';
import { Workflow } from './workflow.ts';

export interface RunOptions {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** An engine that other rounds of this process use as well; absent: one of its own. */
  readonly engines?: EngineSource;
  /** Aborted with the signal's name when the platform or the user ends the run. */
  readonly interrupt: AbortSignal;
}

export interface RunOutcome {
  readonly result: WorkflowResult;
  readonly exitCode: number;
  /** Real paths of the files of the workspace that decided what was run. */
  readonly files: readonly string[];
}

/** The whole workflow, w00 to w09. Never rejects for what inputs, servers, registries or Podman do. */
export async function run(host: Host, raw: Readonly<Record<string, string>>, options: RunOptions): Promise<RunOutcome> {
  // Whatever the runner's umask: containers' uids read what we mount.
  process.umask(0o022);
  for (const [name, value] of Object.entries(defaultOutputs())) host.setOutput(name, value);
  const { env, interrupt } = options;
  const engines = options.engines ?? ownEngine(host, newRunId(host.stepKey), env);
  const start: Start = { host, env, workflowId: engines.runId, startedAt: new Date(), phases: [] };
  enterPhase(start.phases, 'w00 initialize');
  const initialized = await initialize(host, raw, env);
  const { inputs, files } = initialized;
  if (!initialized.ok) return refuse(start, inputs, initialized.problems, files);
  const { config } = initialized;
  const { token } = host.platform;
  const redact = redactor([...initialized.secrets.values(), ...(token === null ? [] : [token])]);
  let results: ResultsFolder;
  try {
    results = await ResultsFolder.open(await resultsDirectory(host, initialized.inputs.resultsDirectory), redact);
  } catch (error) {
    if (!(error instanceof ResultsUnwritable)) throw error;
    return refuse(start, null, [{ message: error.message, location: null }], files);
  }
  host.group('w00 initialize', [
    `${config.servers.length} servers, ${config.servers.reduce((sum, server) => sum + server.cases.length, 0)} cases`,
    ...config.repositories.map(({ source }) => `${source.given} is searched for servers`),
    `results in ${results.directory}`,
    ...initialized.notes,
  ]);
  const parts = { ...start, inputs: initialized.inputs, config, results, redact, engines, interrupt };
  const result = await new Workflow(host, parts).run();
  await publish(host, result, { results, env });
  return { result, exitCode: exitCodeOf(result, config, initialized.inputs.failOn), files };
}

/** What is known before anything is. */
interface Start {
  readonly host: Host;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly workflowId: string;
  readonly startedAt: Date;
  readonly phases: PhaseSpan[];
}

/** A run that never started: what is wrong, all of it, where the user looks. */
async function refuse(
  { host, env, ...known }: Start,
  inputs: RunInputs | null,
  problems: readonly Problem[],
  files: readonly string[],
): Promise<RunOutcome> {
  endPhase(known.phases);
  const result = assembleResult({
    ...known,
    host: hostWithoutSandbox(await operatingSystem()),
    selfTest: [],
    problems,
    servers: [],
    repositories: [],
    snapshots: null,
    changedOnly: null,
    interruptedBy: null,
    verdict: { conclusion: 'error', reasons: ['the configuration has mistakes, so nothing was run'] },
    cleanup: [],
  });
  const results = await resultsDirectory(host, inputs?.resultsDirectory ?? null)
    .then((directory) => ResultsFolder.open(directory, (text) => text))
    .catch(() => null);
  await publish(host, result, { results, env });
  return { result, exitCode: exitCodeOf(result, null, 'failed'), files };
}
