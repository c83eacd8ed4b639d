import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { messageOf } from '../process/failure.ts';
import type { CleanupOperation } from '../result/model.ts';
import { sweepStep } from '../sandbox/outside.ts';
import { logsOperation, removeUnfinished, replaceJson, resultsDirectory } from './results-folder.ts';

/**
 * w09 in the post step: removes whatever main, cancelled or killed, left behind, and says in cleanup.json what that was.
 * It believes no state that main could have saved, since what a server printed may have forged it: the step's own key
 * finds the runs. Never rejects.
 * @param givenDirectory the input `results-directory`, or ''.
 */
export async function cleanUpAfterMain(
  host: Host,
  givenDirectory: string,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<void> {
  const swept = await sweepStep(host.stepKey, env);
  const operations: CleanupOperation[] = [...swept.operations];
  const directory = swept.resultsDirectory ?? (await resultsDirectory(host, givenDirectory || null).catch(() => null));
  if (directory !== null) operations.push(await writeCleanup(host, directory, swept.runIds, operations));
  const left = operations.filter((each) => each.itemsProcessed > 0 && each.operation !== 'logs');
  const lines = operations.map((each) => `${each.operation}: ${each.error ?? each.itemsProcessed}`);
  host.group(
    left.length === 0 ? 'w09 clean up: main had left nothing' : 'w09 clean up: main had left things behind',
    lines,
  );
  for (const failed of operations.filter((each) => !each.success)) {
    host.warning(`Cleaning up ${failed.operation} failed: ${failed.error}`);
  }
}

/** Archives the logs that main left open, and writes cleanup.json. */
async function writeCleanup(
  host: Host,
  directory: string,
  runIds: readonly string[],
  operations: readonly CleanupOperation[],
): Promise<CleanupOperation> {
  await removeUnfinished(directory).catch((error: unknown) => host.debug(messageOf(error)));
  const logs = await logsOperation(directory);
  // Where main was killed before it made the folder.
  await mkdir(directory).catch(() => {});
  const report = {
    schemaVersion: 1,
    workflowIds: runIds,
    leftByMain: runIds.length > 0,
    operations: [...operations, logs],
  };
  await replaceJson(join(directory, 'cleanup.json'), report).catch((error: unknown) =>
    host.debug(`cleanup.json could not be written: ${messageOf(error)}`),
  );
  return logs;
}
