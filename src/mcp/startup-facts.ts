import type { Exit } from '../process/piped.ts';
import type { StartupOutcome } from '../result/model.ts';
import type { HttpFailure } from './http/failure.ts';

/** What is known of a start that ended in no session. */
export interface StartupFacts {
  /** How the process ended by itself; null while it still ran. */
  readonly exit: Pick<Exit, 'exitCode' | 'signal' | 'spawnError' | 'exceeded'> | null;
  /** The first lines, without those of the tail: some say what is wrong, and then at length how they are used. */
  readonly stderrHead: string;
  readonly stderrTail: string;
  /** The last line of stderr that says something; may be empty. */
  readonly lastStderrLine: string;
  /** The first lines of stdout that were no messages. */
  readonly stdoutDirt: readonly string[];
  /** The start timeout passed, of this many milliseconds; null when it did not. */
  readonly timedOutAfterMs: number | null;
  /** The first request was answered, but not by a session; null when it was not answered. */
  readonly wrongAnswer: WrongAnswer | null;
  /** Why we ended the session, continuing "the server …"; null when we did not. */
  readonly broken: string | null;
  /** Why HTTP brought no answer; null where it did, and over stdio. */
  readonly http: HttpFailure | null;
  /** `remote`: there is no process of ours. */
  readonly reach: 'stdio' | 'http' | 'remote';
  /** The first request of the era. */
  readonly asked: 'initialize' | 'server/discover';
}

export interface WrongAnswer {
  /** The text of the error. */
  readonly text: string;
  /** What was wrong, as in "it answered …". */
  readonly phrase: string;
  /** What to do, where that is known better than from the rest. */
  readonly advice?: string;
}

export interface StartupVerdict {
  readonly outcome: Exclude<StartupOutcome, 'ok'>;
  /** One sentence that says what to do. */
  readonly advice: string;
}
