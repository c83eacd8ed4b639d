import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { stepKeyOf } from '../../src/host/step-key.ts';

/**
 * Starts this action's own dist as GitHub's runner does: a new process for main and for post, its file commands, its
 * environment and nothing of ours, its signals (to the node process only), and its reading of the log.
 */

const repository = fileURLToPath(new URL('../..', import.meta.url));
/** What a user downloads: dist by itself, without our node_modules beside it. */
const downloaded = mkdtempSync(join(tmpdir(), 'mcp-workflow-action-'));
cpSync(join(repository, 'dist'), join(downloaded, 'dist'), { recursive: true });
process.once('exit', () => rmSync(downloaded, { recursive: true, force: true }));
const action = parseDocument(readFileSync(join(repository, 'action.yml'), 'utf8')).toJS() as {
  inputs: Record<string, { default?: string }>;
};

export interface Stage {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  /** Workflow commands other than annotations, groups and masks: none is ever expected. */
  readonly strayCommands: readonly string[];
  readonly durationMs: number;
}

export interface Annotation {
  readonly level: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

export interface Job {
  /** What this step's run ids begin with. */
  readonly stepKey: string;
  readonly workspace: string;
  readonly temp: string;
  /** Where results go unless `results-directory` says otherwise. */
  readonly results: string;
  start(): RunningStage;
  main(): Promise<Stage>;
  post(): Promise<Stage>;
  readResult(): ReturnType<typeof JSON.parse>;
  /** The same job with other things set by the platform. */
  with(platform: Readonly<Record<string, string>>): Job;
  remove(): void;
}

export interface RunningStage {
  /** Of the node process that runs the stage. */
  readonly pid: number;
  readonly done: Promise<Stage>;
  readonly log: () => string;
  /** Until the log holds the text. */
  logged(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** As the runner cancels: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. */
  cancel(): Promise<Stage>;
}

export interface JobOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  /** The step's `env:`, where secrets come from. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the workspace by their relative path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly workspace?: string;
  /** Tells two steps apart. */
  readonly stepId?: string;
  /** What the platform itself sets, over our defaults: the event, the commit. */
  readonly platform?: Readonly<Record<string, string>>;
}

let jobs = 0;

export function createJob(options: JobOptions = {}): Job {
  const temp = mkdtempSync(join(tmpdir(), 'mcp-workflow-job-'));
  return jobIn(temp, options);
}

function jobIn(temp: string, options: JobOptions): Job {
  const workspace = options.workspace ?? join(temp, 'workspace');
  const runnerTemp = join(temp, 'temp');
  mkdirSync(workspace, { recursive: true });
  for (const [name, text] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
  const runId = `${process.pid}${jobs++}`;
  const startStage = (stage: 'main' | 'post') =>
    start(stage, environmentOf(options, { runnerTemp, workspace, runId, stage }), workspace, runnerTemp);
  return {
    stepKey: stepKeyOf(environmentOf(options, { runnerTemp, workspace, runId, stage: 'main' })),
    workspace,
    temp: runnerTemp,
    results: join(runnerTemp, 'mcp-workflow'),
    start: () => startStage('main'),
    main: () => startStage('main').done,
    post: () => startStage('post').done,
    readResult: () => JSON.parse(readFileSync(join(runnerTemp, 'mcp-workflow', 'result.json'), 'utf8')),
    with: (platform) => jobIn(temp, { ...options, workspace, platform: { ...options.platform, ...platform } }),
    remove: () => rmSync(temp, { recursive: true, force: true }),
  };
}

const fileCommands = ['OUTPUT', 'STATE', 'STEP_SUMMARY', 'ENV', 'PATH'] as const;

function environmentOf(
  options: JobOptions,
  place: { runnerTemp: string; workspace: string; runId: string; stage: string },
): Record<string, string> {
  const commands = join(place.runnerTemp, '_runner_file_commands');
  mkdirSync(commands, { recursive: true });
  const files = fileCommands.map((name) => {
    const file = join(commands, `${name.toLowerCase()}_${place.stage}`);
    writeFileSync(file, '');
    return [`GITHUB_${name}`, file] as const;
  });
  const inherited = ['PATH', 'HOME', 'USER', 'LANG', 'XDG_RUNTIME_DIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];
  const inputs = Object.entries(action.inputs).map(([name, { default: value }]) => [
    `INPUT_${name.toUpperCase()}`,
    // The runner evaluates it; there is no token here.
    options.inputs?.[name] ?? value?.replace(/^\$\{\{.*\}\}$/, '') ?? '',
  ]);
  return {
    ...Object.fromEntries(inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    ...options.env,
    ...Object.fromEntries(inputs),
    ...Object.fromEntries(files),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: options.stepId ?? '__self',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_JOB: 'test',
    GITHUB_REPOSITORY: 'octo/example',
    GITHUB_RUN_ID: place.runId,
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_WORKSPACE: place.workspace,
    RUNNER_NAME: 'test-runner',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: place.runnerTemp,
    ...options.platform,
  };
}

function start(stage: 'main' | 'post', env: Record<string, string>, cwd: string, runnerTemp: string): RunningStage {
  const started = performance.now();
  // The platform's own Node, by its path: no arguments, stdin closed, both outputs piped.
  const child = spawn(process.execPath, [join(downloaded, 'dist', stage, 'index.js')], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const done = new Promise<Stage>((resolve) => {
    child.once('close', (exitCode, signal) => {
      const file = (name: string) => {
        const path = join(runnerTemp, '_runner_file_commands', `${name}_${stage}`);
        // A test may have taken it away.
        return existsSync(path) ? readFileSync(path, 'utf8') : '';
      };
      const durationMs = performance.now() - started;
      const outputs = parseFileCommand(file('output'));
      resolve({ exitCode, signal, log, outputs, summary: file('step_summary'), durationMs, ...readCommands(log) });
    });
  });
  return {
    pid: child.pid ?? 0,
    done,
    log: () => log,
    logged: async (text) => {
      while (!log.includes(text)) {
        if (child.exitCode !== null) throw new Error(`main ended before it logged "${text}":\n${log}`);
        await sleep(20);
      }
    },
    kill: (signal) => void child.kill(signal),
    cancel: async () => {
      await cancel(child, done);
      return done;
    },
  };
}

async function cancel(child: ChildProcess, done: Promise<Stage>): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', 7500],
    ['SIGTERM', 2500],
    ['SIGKILL', 1000],
  ] as const) {
    child.kill(signal);
    if ((await Promise.race([done, sleep(patience, null)])) !== null) return;
  }
}

function parseFileCommand(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const match of text.matchAll(/^(?<name>[^\n<]+)<<(?<delimiter>\S+)\n(?<value>[\s\S]*?)\n\k<delimiter>$/gmu)) {
    const { name = '', value = '' } = match.groups ?? {};
    values[name] = value;
  }
  return values;
}

/** As the runner reads a log: lines end at LF, CRLF or a lone CR; both forms of a command count. */
function readCommands(log: string): Pick<Stage, 'annotations' | 'strayCommands'> {
  const annotations: Annotation[] = [];
  const strayCommands: string[] = [];
  for (const line of log.split(/\r\n|\n|\r/u)) {
    const match = /^\s*::([a-z-]+)( [^:]*?(?:[^:]*?))?::(.*)$/isu.exec(line);
    if (/##\[[a-z-]+[^\]]*\]/iu.test(line)) strayCommands.push(line);
    if (match === null) continue;
    const [, name = '', properties = '', message = ''] = match;
    if (['error', 'warning', 'notice'].includes(name)) {
      annotations.push({ level: name, properties: parseProperties(properties), message: unescape(message) });
    } else if (!['group', 'endgroup', 'add-mask', 'debug'].includes(name)) strayCommands.push(line);
  }
  return { annotations, strayCommands };
}

function parseProperties(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .trim()
      .split(',')
      .filter(Boolean)
      .map((pair) => [pair.slice(0, pair.indexOf('=')), unescape(pair.slice(pair.indexOf('=') + 1))]),
  );
}

function unescape(text: string): string {
  return text
    .replaceAll('%0A', '\n')
    .replaceAll('%0D', '\r')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}
