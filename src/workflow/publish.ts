import type { Host } from '../host/host.ts';
import { messageOf } from '../process/failure.ts';
import { renderAnnotations } from '../report/annotations.ts';
import { renderJunit } from '../report/junit.ts';
import { phaseLines } from '../report/lines.ts';
import { outputsOf } from '../report/outputs.ts';
import { renderSummary } from '../report/summary.ts';
import type { WorkflowResult } from '../result/model.ts';
import { exportTraces } from '../telemetry/export-traces.ts';
import { version } from '../version.ts';
import type { ResultsFolder } from './results-folder.ts';

/** The runner drops a summary of more than 1 MiB as a whole. */
const summaryBudget = 900 * 1024;
/** The runner shows ten of each level a step; the tenth says how many more there are. */
const annotationsPerLevel = 9;
const reasonsInLog = 10;

/** After an interruption the platform does not wait long. */
const traceBudgetMs = { whole: 5000, interrupted: 1000 };

export interface PublishOptions {
  /** null where none could be made. */
  readonly results: ResultsFolder | null;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** Puts a result where people look. Nothing here changes it. */
export async function publish(host: Host, result: WorkflowResult, { results, env }: PublishOptions): Promise<void> {
  const summary = renderSummary(result, { maxBytes: summaryBudget, version });
  for (const { title, lines } of phaseLines(result)) host.group(title, lines);
  const cleanup = result.cleanup.operations.map(({ operation, success, itemsProcessed, error }) =>
    success ? `${operation}: ${itemsProcessed}` : `${operation}: ${error}`,
  );
  if (cleanup.length > 0) host.group('w09 clean up', cleanup);
  host.annotate(renderAnnotations(result, { perLevel: annotationsPerLevel }));
  const written = results !== null && (await writeFiles(host, results, result, summary));
  const paths = written ? { result: results.resultPath, summary: results.summaryPath } : { result: '', summary: '' };
  for (const [name, value] of Object.entries(outputsOf(result, paths))) host.setOutput(name, value);
  await host
    .writeSummary(summary)
    .catch((error: unknown) => host.warning(`The job summary could not be written: ${messageOf(error)}`));
  host.info(`conclusion: ${result.conclusion}`);
  for (const reason of result.reasons.slice(0, reasonsInLog)) host.info(`  ${reason}`);
  const more = result.reasons.length - reasonsInLog;
  if (more > 0) host.info(`  and ${more} more: see the summary`);
  await sendTraces(host, result, env);
}

async function sendTraces(host: Host, result: WorkflowResult, env: Readonly<NodeJS.ProcessEnv>): Promise<void> {
  const budgetMs = result.complete ? traceBudgetMs.whole : traceBudgetMs.interrupted;
  const said = await exportTraces(result, env, { signal: AbortSignal.timeout(budgetMs) });
  if (said !== null) host.info(said);
}

async function writeFiles(
  host: Host,
  results: ResultsFolder,
  result: WorkflowResult,
  summary: string,
): Promise<boolean> {
  try {
    await results.writeResult(result);
    await results.writeSummary(summary);
    await results.writeJunit(renderJunit(result));
    return true;
  } catch (error) {
    host.warning(`The results could not be written to ${results.directory}: ${messageOf(error)}`);
    return false;
  }
}
