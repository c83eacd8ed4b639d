import { execa } from 'execa';
import { writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { childEnvironment } from './environment.ts';
import type { Exit, PipedProcess } from './piped.ts';

/** What a finished command did. A command that fails is a fact, not an exception. */
export interface CommandResult extends Exit {
  /** For messages: program and arguments, without values of the environment. */
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  /** It was ended because its deadline passed. */
  readonly timedOut: boolean;
  /** It was ended because `signal` aborted. */
  readonly canceled: boolean;
  readonly ok: boolean;
}

export interface CommandOptions {
  /** Milliseconds until the whole tree is ended (SIGTERM, then SIGKILL after one second). */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Added to the built environment; nothing else of ours is passed on. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  readonly input?: string | Uint8Array | Readable | undefined;
  /** Bytes kept of each of stdout and stderr; the command is ended when it writes more. Default 8 MiB. */
  readonly maxOutput?: number | undefined;
}

const forceKillAfterMs = 1000;

/** Runs a program without a shell and waits for it, at most `deadlineMs`. Never rejects. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const started = performance.now();
  const child = execa(file, [...args], {
    ...common(options.env),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    timeout: options.deadlineMs,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    maxBuffer: options.maxOutput ?? 8 * 1024 * 1024,
    ...inputOption(options.input),
  });
  const result = await child;
  return {
    command: [file, ...args].join(' '),
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    durationMs: performance.now() - started,
    spawnError: spawnErrorOf(result),
    stdout: textOf(result.stdout),
    stderr: textOf(result.stderr),
    timedOut: result.timedOut,
    canceled: result.isCanceled,
    ok: !result.failed,
  };
}

/** Starts a program whose streams the caller reads and writes; see {@link PipedProcess}. */
export function startPiped(
  file: string,
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    /** Where memory runs out, the kernel is to end this and what it starts before anything else (proc(5), oom_score_adj). */
    readonly expendable?: boolean;
  },
): PipedProcess {
  const started = performance.now();
  const child = execa(file, [...args], {
    ...common(options.env),
    buffer: false,
    stdin: 'pipe',
  });
  if (options.expendable === true) makeExpendable(child.pid);
  // A write after the program has gone is the reader's to notice by `exited`, not a crash of ours.
  child.stdin.on('error', () => {});
  const exited = Promise.resolve(child).then((result) => ({
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    durationMs: performance.now() - started,
    spawnError: spawnErrorOf(result),
  }));
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    kill: () => void child.kill('SIGKILL'),
  };
}

function makeExpendable(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // It is gone already, or never was.
  }
}

function common(env: Readonly<Record<string, string>> | undefined) {
  return {
    env: childEnvironment(env),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    forceKillAfterDelay: forceKillAfterMs,
    killDescendants: true,
    stdin: 'ignore',
  } as const;
}

function inputOption(input: CommandOptions['input']) {
  if (input === undefined) return {};
  return { input, stdin: 'pipe' as const };
}

function spawnErrorOf(result: {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}): string | null {
  const code = 'code' in result ? result.code : null;
  const neverRan = result.exitCode === undefined && result.signal === undefined;
  return neverRan && typeof code === 'string' ? code : null;
}

function textOf(output: unknown): string {
  return typeof output === 'string' ? output : '';
}
