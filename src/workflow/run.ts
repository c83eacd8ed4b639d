import type { RunInputs } from '../config/model.ts';
import type { Host } from '../host/host.ts';
import { defaultOutputs } from '../report/outputs.ts';
import type { Problem, WorkflowResult } from '../result/model.ts';
import { newRunId } from '../sandbox/sandbox.ts';
import { redactor } from '../text/untrusted.ts';
import { assembleResult, hostWithoutSandbox, operatingSystem } from './assemble.ts';
import { initialize } from './initialize.ts';
import { publish } from './publish.ts';
import { ResultsFolder, resultsDirectory, ResultsUnwritable } from './results-folder.ts';
import { exitCodeOf } from './verdict.ts';
import { Workflow } from './workflow.ts';

export interface RunOptions {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Aborted with the signal's name when the platform or the user ends the run. */
  readonly interrupt: AbortSignal;
}

export interface RunOutcome {
  readonly result: WorkflowResult;
  readonly exitCode: number;
}

/** The whole workflow, w00 to w09. Never rejects for what inputs, servers, registries or Podman do. */
export async function run(host: Host, raw: Readonly<Record<string, string>>, options: RunOptions): Promise<RunOutcome> {
  // Whatever the runner's umask: containers' uids read what we mount.
  process.umask(0o022);
  for (const [name, value] of Object.entries(defaultOutputs())) host.setOutput(name, value);
  const startedAt = new Date();
  const runId = newRunId(host.stepKey);
  const initialized = await initialize(host, raw, options.env);
  if (!initialized.ok) return refuse(host, runId, startedAt, initialized.inputs, initialized.problems);
  const { inputs, config } = initialized;
  const redact = redactor([...initialized.secrets.values()]);
  let results: ResultsFolder;
  try {
    results = await ResultsFolder.open(await resultsDirectory(host, inputs.resultsDirectory), redact);
  } catch (error) {
    if (!(error instanceof ResultsUnwritable)) throw error;
    return refuse(host, runId, startedAt, null, [{ message: error.message, location: null }]);
  }
  host.group('w00 initialize', [
    `${config.servers.length} servers, ${config.servers.reduce((sum, server) => sum + server.cases.length, 0)} cases`,
    `results in ${results.directory}`,
    ...initialized.notes,
  ]);
  const result = await new Workflow(host, { runId, startedAt, inputs, config, results, redact, ...options }).run();
  await publish(host, result, results);
  return { result, exitCode: exitCodeOf(result, config, inputs.failOn) };
}

/** A run that never started: what is wrong, all of it, where the user looks. */
async function refuse(
  host: Host,
  workflowId: string,
  startedAt: Date,
  inputs: RunInputs | null,
  problems: readonly Problem[],
): Promise<RunOutcome> {
  const result = assembleResult({
    workflowId,
    startedAt,
    host: hostWithoutSandbox(await operatingSystem()),
    selfTest: [],
    problems,
    servers: [],
    interruptedBy: null,
    verdict: { conclusion: 'error', reasons: ['the configuration has mistakes, so nothing was run'] },
    cleanup: [],
  });
  const results = await resultsDirectory(host, inputs?.resultsDirectory ?? null)
    .then((directory) => ResultsFolder.open(directory, (text) => text))
    .catch(() => null);
  await publish(host, result, results);
  return { result, exitCode: exitCodeOf(result, null, 'failed') };
}
