import type { Engine } from './engine.ts';

/** What a command runs with: the engine, the place, and where it writes to. */
export interface Terminal {
  readonly engine: Engine;
  /** Absolute; paths of the configuration are relative to it. */
  readonly directory: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Aborted with the signal's name when the user ends the command. */
  readonly interrupt: AbortSignal;
  /** Whether what is printed may have colours. */
  readonly color: boolean;
  /** The command's answer: stdout, with its own line ends. */
  readonly print: (text: string) => void;
  /** What is said beside it: stderr, a line each. */
  readonly say: (line: string) => void;
}

/** A mistake in the command that commander cannot know; a sentence each. Ends the command with exit code 2. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem';
}
