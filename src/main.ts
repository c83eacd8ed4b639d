import { GitHubHost } from './host/github.ts';
import { keepHeapSmall } from './process/heap.ts';
import { exit, interruptSignal, surviveClosedOutputs } from './process/signals.ts';
import { catchStrays } from './process/strays.ts';
import { run } from './workflow/run.ts';
import { inputNames } from './config/input-names.ts';

keepHeapSmall();
process.setSourceMapsEnabled(true);
surviveClosedOutputs();
const interrupt = interruptSignal();
const host = new GitHubHost(process.env);
catchStrays({ fail: (error) => host.fail(error), warn: (text) => host.debug(text) }, () => exit(3));
try {
  const { exitCode } = await run(host, host.inputs(inputNames), { env: process.env, interrupt });
  await exit(exitCode);
} catch (error) {
  host.fail(error);
  await exit(3);
}
