import type { Exit } from '../process/piped.ts';
import type { Ending } from './wire.ts';

/** @returns "exited with code 1", "was ended by SIGKILL", the limit that it exceeded, or why it never ran. */
export function exitPhrase(exit: Pick<Exit, 'exitCode' | 'signal' | 'spawnError' | 'exceeded'>): string {
  if (exit.exceeded !== undefined) return `exceeded ${exit.exceeded} and was ended`;
  if (exit.spawnError !== null) return `could not be started (${exit.spawnError})`;
  return exit.signal === null ? `exited with code ${exit.exitCode ?? 'unknown'}` : `was ended by ${exit.signal}`;
}

/**
 * @param lastLine of stderr; may be empty
 * @param when for example `during tools/call`
 * @returns one sentence that says why the session is over
 */
export function endingSentence(ending: Ending | null, lastLine: string, when: string): string {
  const said = lastLine === '' ? 'it wrote nothing on stderr' : `last line of stderr: ${lastLine}`;
  if (ending === null || ending.kind === 'closed') return 'The session was closed.';
  if (ending.kind === 'exited') return `The server ${exitPhrase(ending.exit)} ${when}; ${said}.`;
  if (ending.kind === 'stdoutClosed') return `The server closed its stdout ${when}; ${said}.`;
  return `The server ${ending.reason} ${when}; the session was ended.`;
}
