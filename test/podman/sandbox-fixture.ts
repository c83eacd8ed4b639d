import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import type { ServerConfig, ServiceConfig } from '../../src/config/model.ts';
import type { PipedProcess } from '../../src/process/piped.ts';
import { sweepById } from '../../src/sandbox/outside.ts';
import { newRunId, Sandbox } from '../../src/sandbox/sandbox.ts';
import type { SiteOptions } from '../../src/workflow/server-site.ts';

export interface OpenedSandbox {
  readonly sandbox: Sandbox;
  readonly stepKey: string;
  /** Removes everything of it. */
  readonly sweep: () => Promise<void>;
}

/** A sandbox as a run has it; what it makes is told from that of every other run of these tests. */
export async function openSandbox(): Promise<OpenedSandbox> {
  process.umask(0o022);
  const stepKey = randomBytes(5).toString('hex');
  const { signal } = new AbortController();
  const options = { stepKey, env: process.env, resultsDirectory: tmpdir(), signal };
  const sandbox = await Sandbox.create(newRunId(stepKey), options);
  return {
    sandbox,
    stepKey,
    sweep: async () => {
      await sweepById(sandbox.runId, stepKey, process.env);
    },
  };
}

const resources = { cpus: 0.5, memory: 512 * 1024 ** 2, pids: 128, disk: 256 * 1024 ** 2 };

export function serverConfig(more: Partial<ServerConfig> = {}): ServerConfig {
  return {
    name: 'server',
    source: { kind: 'path', given: '.', path: '/nonexistent' },
    transport: { kind: 'stdio' },
    protocol: 'auto',
    services: [],
    location: null,
    bin: null,
    command: null,
    args: [],
    env: [],
    image: 'host',
    build: null,
    installScripts: 'never',
    work: null,
    mounts: [],
    resources,
    timeouts: { install: 120_000, start: 30_000, call: 30_000, stop: 5000 },
    retries: 1,
    cases: [],
    ...more,
  };
}

export function serviceConfig(more: Partial<ServiceConfig> = {}): ServiceConfig {
  return {
    name: 'db',
    image: 'host',
    command: null,
    args: [],
    env: [],
    ready: null,
    startTimeout: 120_000,
    resources,
    location: { file: 'mcp-workflow.yml', line: 1, column: 1 },
    ...more,
  };
}

/** What was said meanwhile is kept for a look. */
export function siteOptions(): SiteOptions & { readonly progressLines: string[]; readonly logLines: string[] } {
  const progressLines: string[] = [];
  const logLines: string[] = [];
  return {
    secondsLeft: () => 60,
    signal: new AbortController().signal,
    progress: (message) => progressLines.push(message),
    onLog: (service, line) => logLines.push(`${service}: ${line}`),
    onUsage: () => {},
    progressLines,
    logLines,
  };
}

/** A command that runs a script in Node. */
export function node(script: string): string[] {
  return ['node', '--eval', script];
}

/** Reads what a program prints until it ends. */
export async function outputOf(started: PipedProcess): Promise<{ stdout: string; stderr: string }> {
  const [stdout, stderr] = await Promise.all([text(started.stdout), text(started.stderr), started.exited]);
  return { stdout, stderr };
}

/** Waits for the first thing that a program prints. @throws where it ends without */
export async function firstOutput({ stdout, stderr, exited }: PipedProcess): Promise<string> {
  const said = text(stderr).catch(() => '');
  const first = new Promise<string>((resolve) => stdout.once('data', (chunk) => resolve(String(chunk))));
  const ended = exited.then(async ({ exitCode }) => {
    throw new Error(`it ended with ${exitCode} before it printed anything: ${await said}`);
  });
  ended.catch(() => {});
  return Promise.race([first, ended]);
}
