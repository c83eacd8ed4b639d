import { GitHubHost } from './host/github.ts';
import { exit, surviveClosedOutputs } from './process/signals.ts';
import { catchStrays } from './process/strays.ts';
import { cleanUpAfterMain } from './workflow/post.ts';

surviveClosedOutputs();
const host = new GitHubHost(process.env);
catchStrays({ fail: (error) => host.fail(error), warn: (text) => host.debug(text) }, () => exit(0));
try {
  await cleanUpAfterMain(host, host.inputs(['results-directory'])['results-directory'] ?? '', process.env);
} catch (error) {
  host.fail(error);
}
// A verdict is main's to give: cleaning up never turns a green step red.
await exit(0);
