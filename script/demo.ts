import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJob } from '../test/action/runner.ts';

/** Runs dist over the example in a workspace of its own and shows what a user would see. */

const example = fileURLToPath(new URL('../examples/demo', import.meta.url));
const workspace = join(mkdtempSync(join(tmpdir(), 'mcp-workflow-demo-')), 'workspace');
cpSync(example, workspace, { recursive: true });
const job = createJob({ workspace, inputs: { secrets: 'SLACK_BOT_TOKEN' } });

const running = job.start();
let shown = 0;
const show = () => {
  process.stdout.write(running.log().slice(shown));
  shown = running.log().length;
};
const ticker = setInterval(show, 100);
const main = await running.done;
clearInterval(ticker);
show();
const post = await job.post();
process.stdout.write(post.log);

process.stdout.write(`\n${'-'.repeat(100)}\nThe job summary:\n\n${main.summary}\n${'-'.repeat(100)}\n`);
for (const [name, value] of Object.entries(main.outputs)) process.stdout.write(`output ${name}: ${value}\n`);
process.stdout.write(`results: ${job.results}\nexit codes: main ${main.exitCode}, post ${post.exitCode}\n`);

// The example says what is to come out: three servers pass, the one without its secret is skipped and says so.
const { servers } = JSON.parse(readFileSync(join(job.results, 'result.json'), 'utf8')) as {
  servers: { name: string; state: string; reason: string | null }[];
};
const states = servers.map(({ name, state }) => `${name} ${state}`).join(', ');
const expected = 'everything passed, filesystem passed, memory passed, slack skipped';
if (states !== expected || main.exitCode !== 0 || post.exitCode !== 0) {
  process.stderr.write(`The demo came out differently than its example says: ${states}\n`);
  process.exit(1);
}
