import { Client } from '@modelcontextprotocol/client';
import pLimit from 'p-limit';
import { runCommand, startPiped } from '../../src/process/run.ts';
import { createJob } from '../../test/action/runner.ts';
import { BareTransport } from './bare-client.ts';
import { everything } from './configuration.ts';
import { median, ms, ratio, repetitions, runJob, say, timed } from './measure.ts';

const servers = [
  { spec: everything, args: '' },
  { spec: '@modelcontextprotocol/server-filesystem@2026.8.31', args: '/tmp' },
  { spec: '@modelcontextprotocol/server-memory@2026.8.31', args: '' },
  { spec: '@upstash/context7-mcp@4.1.1', args: '' },
];
const concurrency = 2;
const image = 'localhost/mcp-workflow-bench:latest';

const podmanRun = (volume: string) => [
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

async function podman(...words: string[]): Promise<void> {
  const result = await runCommand('podman', words, { deadlineMs: 300_000 });
  if (!result.ok) throw new Error(`podman ${words[0]}: ${result.stderr}`);
}

async function install(volume: string, spec: string): Promise<void> {
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  const trust =
    certificates === undefined
      ? []
      : ['-e', `NODE_EXTRA_CA_CERTS=${certificates}`, '-e', `npm_config_cafile=${certificates}`];
  const network = ['--network=host', ...trust, '-v', '/etc/resolv.conf:/etc/resolv.conf:ro'];
  const npm = ['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', spec];
  await podman(...podmanRun(volume), ...network, image, ...npm);
}

/** podman, npm and the SDK's client, with the network of the host and none of our precautions. */
async function bareServer({ spec, args }: (typeof servers)[number], index: number, run: string): Promise<void> {
  const volume = `bench-${run}-${index}`;
  await podman('volume', 'create', '--opt', 'o=uid=1000,gid=1000', volume);
  try {
    await install(volume, spec);
    const name = spec.slice(0, spec.lastIndexOf('@'));
    const start = `node_modules/.bin/$(node -p "Object.keys(require('./node_modules/${name}/package.json').bin)[0]") ${args}`;
    const words = [...podmanRun(volume), '--network=none', image, 'sh', '-c', `exec ${start}`];
    const server = startPiped('podman', words, {});
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

/** (c) Four servers from nothing, beside the same installs and starts by a bare script at the same concurrency. */
export async function benchCold(): Promise<void> {
  const { baseImageTar } = await import('../../src/sandbox/base-image.ts');
  await runCommand('podman', ['import', '--quiet', '-', image], { deadlineMs: 60_000, input: await baseImageTar() });
  const configured = servers.map(({ spec, args }, n) => `  s${n}: { source: "npm:${spec}", args: [${args}] }\n`);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let n = 0; n < repetitions; n++) {
    const job = createJob({
      files: { '.github/mcp-workflow.yml': `version: 1\nservers:\n${configured.join('')}` },
      inputs: { concurrency: String(concurrency) },
    });
    ours.push((await runJob(job)).main);
    job.remove();
    const limit = pLimit(concurrency);
    const [duration] = await timed(() =>
      Promise.all(servers.map((server, index) => limit(() => bareServer(server, index, `${process.pid}-${n}`)))),
    );
    bare.push(duration);
  }
  await runCommand('podman', ['image', 'rm', '--ignore', image], { deadlineMs: 60_000 });
  say(
    `(c) four servers cold: ${ms(median(ours))}; bare script: ${ms(median(bare))}; ratio ${ratio(ours, bare)} (at most 1.3)`,
  );
}
