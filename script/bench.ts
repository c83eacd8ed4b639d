import { cpus, totalmem } from 'node:os';
import {
  Client,
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client';
import pLimit from 'p-limit';
import { Installer } from '../src/install/installer.ts';
import { findRegistry } from '../src/install/npm-settings.ts';
import type { InstalledTree } from '../src/install/model.ts';
import { treePath } from '../src/install/model.ts';
import type { PipedProcess } from '../src/process/piped.ts';
import { runCommand, startPiped } from '../src/process/run.ts';
import { sweepById } from '../src/sandbox/outside.ts';
import { type ContainerRequest, newRunId, Sandbox } from '../src/sandbox/sandbox.ts';
import { createJob, type Job } from '../test/action/runner.ts';

/**
 * (a) 50 cases on server-everything: main without w02, beside the same calls by a bare SDK client through the same
 *     `podman run`
 * (b) main without servers, and post with nothing to do
 * (c) four servers from nothing, beside the same installs and starts by a bare script at the same concurrency
 * Every pair is measured alternately in one run, since these machines are shared; the medians are compared.
 */

const repetitions = Number(process.argv[2] ?? 5);
const resources = { cpus: 0.5, memory: 512 * 1024 ** 2, pids: 256, disk: 2 * 1024 ** 3 };
const stepKey = '00000be0c4';
const everything = '@modelcontextprotocol/server-everything@2026.8.31';
const cold = [
  { spec: everything, args: '' },
  { spec: '@modelcontextprotocol/server-filesystem@2026.8.31', args: '/tmp' },
  { spec: '@modelcontextprotocol/server-memory@2026.8.31', args: '' },
  { spec: '@upstash/context7-mcp@4.1.1', args: '' },
];
const concurrency = 2;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ms = (value: number) => `${Math.round(value)} ms`;
const say = (line: string) => process.stdout.write(`${line}\n`);
const ratio = (ours: readonly number[], theirs: readonly number[]) => (median(ours) / median(theirs)).toFixed(2);

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const started = performance.now();
  const value = await work();
  return [performance.now() - started, value];
}

/** Runs main and post of dist as the runner does. */
async function runJob(job: Job): Promise<{ main: number; post: number; job: Job }> {
  const main = await job.main();
  if (main.exitCode !== 0) throw new Error(`main ended with ${main.exitCode}:\n${main.log}`);
  const post = await job.post();
  return { main: main.durationMs, post: post.durationMs, job };
}

function fiftyCases(): string {
  const lines = Array.from(
    { length: 50 },
    (_, n) =>
      `  - { id: c${n}, server: everything, tool: get-sum, args: { a: ${n}, b: 1 }, expect: { contains: "${n + 1}" } }`,
  );
  return `version: 1\nservers:\n  everything: { source: "npm:${everything}" }\ncases:\n${lines.join('\n')}\n`;
}

async function withSandbox<T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const signal = new AbortController().signal;
  process.umask(0o022);
  const sandbox = await Sandbox.create(newRunId(stepKey), {
    stepKey,
    env: process.env,
    resultsDirectory: '/tmp',
    signal,
  });
  try {
    return await work(sandbox);
  } finally {
    await sweepById(sandbox.runId, stepKey, process.env);
  }
}

async function installOnce(sandbox: Sandbox): Promise<InstalledTree> {
  const installer = new Installer(sandbox, {
    registry: findRegistry(),
    env: process.env,
    signal: new AbortController().signal,
    progress: () => {},
  });
  const [name, version = ''] = [everything.slice(0, everything.lastIndexOf('@')), everything.split('@').at(-1)];
  const result = await installer.install({
    name: 'everything',
    source: { kind: 'npm', given: `npm:${everything}`, name, range: version },
    location: null,
    bin: null,
    command: null,
    args: [],
    env: [],
    image: 'host',
    installScripts: 'never',
    work: null,
    mounts: [],
    resources,
    timeouts: { install: 180_000, start: 30_000, call: 30_000, stop: 5000 },
    retries: 1,
    cases: [],
  });
  await installer.close();
  if (result.kind !== 'installed')
    throw new Error(`server-everything could not be installed: ${JSON.stringify(result)}`);
  return result.tree;
}

function serverRequest(sandbox: Sandbox, tree: InstalledTree): ContainerRequest {
  return {
    phase: 'run',
    label: 'bare',
    image: sandbox.hostImage,
    uid: sandbox.nextUid(),
    command: [`${treePath}/node_modules/.bin/mcp-server-everything`],
    workdir: '/home/user',
    env: { PATH: sandbox.hostImage.path ?? '' },
    volumes: [{ volume: tree.volume, at: treePath, writable: false }],
    resources,
    timeoutSeconds: 300,
  };
}

/** The SDK's own framing over a given process, without any of our precautions. */
class BareTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #process: PipedProcess;
  readonly #buffer = new ReadBuffer();

  constructor(process: PipedProcess) {
    this.#process = process;
  }

  async start(): Promise<void> {
    this.#process.stderr.resume();
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.#buffer.append(chunk);
      for (let message = this.#buffer.readMessage(); message !== null; message = this.#buffer.readMessage()) {
        this.onmessage?.(message);
      }
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#process.stdin.write(serializeMessage(message));
  }

  async close(): Promise<void> {}
}

/** What anybody would write: the SDK's client, one call after another. */
async function bareCalls(sandbox: Sandbox, tree: InstalledTree): Promise<{ total: number; calls: number }> {
  const started = performance.now();
  const server = sandbox.start(serverRequest(sandbox, tree));
  const client = new Client({ name: 'bare', version: '0' });
  await client.connect(new BareTransport(server));
  await client.listTools();
  const [calls] = await timed(async () => {
    for (let n = 0; n < 50; n++) await client.callTool({ name: 'get-sum', arguments: { a: n, b: 1 } });
  });
  await client.close();
  server.stdin.end();
  await server.exited;
  return { total: performance.now() - started, calls };
}

async function benchCalls(): Promise<void> {
  const ours: number[] = [];
  const oursCalls: number[] = [];
  const bare: number[] = [];
  const bareCallTimes: number[] = [];
  await withSandbox(async (sandbox) => {
    const tree = await installOnce(sandbox);
    for (let n = 0; n < repetitions; n++) {
      const { main, job } = await runJob(createJob({ files: { '.github/mcp-workflow.yml': fiftyCases() } }));
      const { timings } = job.readResult().servers[0];
      ours.push(main - timings.resolveMs - timings.fetchMs - timings.scriptsMs);
      oursCalls.push(timings.casesMs);
      job.remove();
      const { total, calls } = await bareCalls(sandbox, tree);
      bare.push(total);
      bareCallTimes.push(calls);
    }
  });
  say(
    `(a) 50 calls, main without w02: ${ms(median(ours))}; bare client: ${ms(median(bare))}; ratio ${ratio(ours, bare)} (at most 3)`,
  );
  say(
    `    the calls alone: ${ms(median(oursCalls))}; bare: ${ms(median(bareCallTimes))}; ratio ${ratio(oursCalls, bareCallTimes)} (at most 1.5)`,
  );
}

async function benchNothing(): Promise<void> {
  const mains: number[] = [];
  const posts: number[] = [];
  for (let n = 0; n < repetitions * 2; n++) {
    const files = { '.github/mcp-workflow.yml': 'version: 1\nservers: {}\ngate: { onIncomplete: neutral }\n' };
    const { main, post, job } = await runJob(createJob({ files }));
    mains.push(main);
    posts.push(post);
    job.remove();
  }
  say(
    `(b) main without servers: ${ms(median(mains))} (at most 800 ms); post with nothing to do: ${ms(median(posts))} (at most 400 ms)`,
  );
}

/** podman, npm and the SDK's client, with the network of the host and none of our precautions. */
async function bareColdServer({ spec, args }: (typeof cold)[number], index: number, run: string): Promise<void> {
  const volume = `bench-${run}-${index}`;
  const podman = async (...words: string[]) => {
    const result = await runCommand('podman', words, { deadlineMs: 300_000 });
    if (!result.ok) throw new Error(`podman ${words[0]}: ${result.stderr}`);
  };
  const base = [
    'run',
    '--rm',
    '-i',
    '--user=1000:1000',
    '-v',
    `${volume}:/srv/app`,
    '-v',
    '/usr:/usr:ro',
    '-v',
    '/etc/ssl/certs:/etc/ssl/certs:ro',
    '--tmpfs=/home/user:mode=1777',
    '-e',
    'HOME=/home/user',
    '-w',
    '/srv/app',
  ];
  await podman('volume', 'create', '--opt', 'o=uid=1000,gid=1000', volume);
  try {
    const certificates = process.env['NODE_EXTRA_CA_CERTS'];
    const trust =
      certificates === undefined
        ? []
        : ['-e', `NODE_EXTRA_CA_CERTS=${certificates}`, '-e', `npm_config_cafile=${certificates}`];
    await podman(
      ...base,
      '--network=host',
      ...trust,
      '-v',
      '/etc/resolv.conf:/etc/resolv.conf:ro',
      benchImage,
      'npm',
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      spec,
    );
    const name = spec.slice(0, spec.lastIndexOf('@'));
    const start = `node_modules/.bin/$(node -p "Object.keys(require('./node_modules/${name}/package.json').bin)[0]") ${args}`;
    const server = startPiped('podman', [...base, '--network=none', benchImage, 'sh', '-c', `exec ${start}`], {});
    const client = new Client({ name: 'bare', version: '0' });
    await client.connect(new BareTransport(server));
    await client.listTools();
    await client.close();
    server.stdin.end();
    await server.exited;
  } finally {
    await podman('volume', 'rm', '--force', volume);
  }
}

const benchImage = 'localhost/mcp-workflow-bench:latest';

async function benchCold(): Promise<void> {
  const { baseImageTar } = await import('../src/sandbox/base-image.ts');
  await runCommand('podman', ['import', '--quiet', '-', benchImage], {
    deadlineMs: 60_000,
    input: await baseImageTar(),
  });
  const servers = cold.map(({ spec, args }, n) => `  s${n}: { source: "npm:${spec}", args: [${args}] }`).join('\n');
  const ours: number[] = [];
  const bare: number[] = [];
  for (let n = 0; n < repetitions; n++) {
    const job = createJob({
      files: { '.github/mcp-workflow.yml': `version: 1\nservers:\n${servers}\n` },
      inputs: { concurrency: String(concurrency) },
    });
    ours.push((await runJob(job)).main);
    job.remove();
    const limit = pLimit(concurrency);
    const [duration] = await timed(() =>
      Promise.all(cold.map((server, index) => limit(() => bareColdServer(server, index, `${process.pid}-${n}`)))),
    );
    bare.push(duration);
  }
  await runCommand('podman', ['image', 'rm', '--ignore', benchImage], { deadlineMs: 60_000 });
  say(
    `(c) four servers cold: ${ms(median(ours))}; bare script: ${ms(median(bare))}; ratio ${ratio(ours, bare)} (at most 1.3)`,
  );
}

say(
  `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}, ${repetitions} repetitions, medians`,
);
const parts: Readonly<Record<string, () => Promise<void>>> = { a: benchCalls, b: benchNothing, c: benchCold };
for (const [name, bench] of Object.entries(parts)) if ((process.argv[3] ?? 'abc').includes(name)) await bench();
