import { TerminalHost } from '../host/terminal.ts';
import { exitCodes } from '../workflow/verdict.ts';
import { rawInputs, type RunFlags } from './flags.ts';
import { wantedReports, writeReports, type WantedReport } from './reports.ts';
import { type Terminal, UsageProblem } from './terminal.ts';
import { watch } from './watch.ts';

/** `run`: the whole workflow, once or again and again. @returns the exit code @throws UsageProblem */
export async function runCommand(flags: RunFlags, terminal: Terminal): Promise<number> {
  if ((flags.changedOnly === true) !== (flags.base !== undefined)) {
    throw new UsageProblem('`--changed-only` and `--base REF` go together: `--changed-only --base origin/main`.');
  }
  const reports = wantedReports(flags.reporter, flags.json === true);
  const host = new TerminalHost(terminal.directory, { verbose: flags.verbose === true, env: terminal.env });
  if (flags.watch === true) return runAgainAndAgain(host, flags, reports, terminal);
  const { env, interrupt } = terminal;
  const { result, exitCode } = await terminal.engine.run(host, rawInputs(flags), { env, interrupt });
  const problems = await writeReports(result, reports, terminal);
  problems.forEach(terminal.say);
  // A gate whose report is missing must not look like one that reported.
  return problems.length > 0 && exitCode === exitCodes.passed ? exitCodes.infrastructure : exitCode;
}

/** @returns the exit code of the last round */
async function runAgainAndAgain(
  host: TerminalHost,
  flags: RunFlags,
  reports: readonly WantedReport[],
  terminal: Terminal,
): Promise<number> {
  const { env, interrupt, say, directory } = terminal;
  const rounds = terminal.engine.openRounds(host, rawInputs(flags), { env, interrupt });
  let last: number = exitCodes.passed;
  const round = async () => {
    const { result, exitCode, files } = await rounds.round();
    last = exitCode;
    const problems = await writeReports(result, reports, terminal);
    problems.forEach(say);
    return { files };
  };
  try {
    await watch(round, { directory, interrupt, say, config: flags.config ?? null });
  } finally {
    await rounds.end();
  }
  return last;
}
