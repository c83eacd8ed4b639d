import { type CommandResult, runCommand } from '../process/run.ts';
import { type GitToken, gitEnvironment, gitSettings, type Protocol } from './git-settings.ts';

/** How commands of one checkout are run: which repository, towards whom, and until when. */
export interface Git {
  /** An absolute path: of the bare repository that we made, or of a work tree's `.git`. */
  readonly gitDir: string;
  readonly protocol: Protocol | null;
  readonly token: GitToken | null;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly signal: AbortSignal;
  /** Milliseconds on the clock of `performance.now()` at which everything ends. */
  readonly endsAt: number;
}

export interface GitOptions {
  readonly maxOutput?: number;
  readonly cwd?: string;
  readonly input?: string;
  /** Ends this command alone. */
  readonly signal?: AbortSignal;
  /** More for its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const localDeadlineMs = 60_000;

/** Runs a command that speaks to the other side. Never rejects. */
export async function gitRemote(git: Git, args: readonly string[], options: GitOptions = {}): Promise<CommandResult> {
  const { protocol, token } = git;
  const left = Math.max(1, Math.ceil(git.endsAt - performance.now()));
  return run(git, protocol, token, left, args, options);
}

/** Runs a command that reads or writes the repository here: without network and token. Never rejects. */
export async function gitLocal(
  git: Pick<Git, 'gitDir' | 'env' | 'signal'>,
  args: readonly string[],
  options: GitOptions = {},
): Promise<CommandResult> {
  return run(git, null, null, localDeadlineMs, args, options);
}

async function run(
  git: Pick<Git, 'gitDir' | 'env' | 'signal'>,
  protocol: Protocol | null,
  token: GitToken | null,
  deadlineMs: number,
  args: readonly string[],
  options: GitOptions,
): Promise<CommandResult> {
  const { cwd, input, maxOutput } = options;
  return runCommand('git', [...gitSettings(protocol), `--git-dir=${git.gitDir}`, ...args], {
    deadlineMs,
    signal: options.signal === undefined ? git.signal : AbortSignal.any([git.signal, options.signal]),
    env: { ...gitEnvironment(protocol, token, git.env), ...options.env },
    // Where we stand must not matter; a work tree's commands say where.
    cwd: cwd ?? '/',
    input,
    ...(maxOutput === undefined ? {} : { maxOutput }),
  });
}
