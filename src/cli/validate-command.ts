import { TerminalHost } from '../host/terminal.ts';
import { plural } from '../report/words.ts';
import { logText, oneLine, printableJson } from '../text/untrusted.ts';
import { exitCodes } from '../workflow/verdict.ts';
import { rawInputs, type ConfigFlags } from './flags.ts';
import { problemLine } from './problem-line.ts';
import type { Terminal } from './terminal.ts';

/** `validate`: reads everything, starts nothing. @returns the exit code */
export async function validateCommand(
  flags: ConfigFlags,
  { engine, directory, env, print }: Terminal,
): Promise<number> {
  const host = new TerminalHost(directory, { verbose: false });
  const initialized = await engine.initialize(host, rawInputs(flags), env);
  if (!initialized.ok) {
    const { problems } = initialized;
    const lines =
      flags.json === true ? printableJson({ valid: false, problems }) : problems.map(problemLine).join('\n');
    print(`${lines}\n`);
    return exitCodes.configuration;
  }
  const { config, notes } = initialized;
  const servers = config.servers.map(({ name, source, cases }) => ({
    name,
    source: source.given,
    cases: cases.length,
  }));
  if (flags.json === true) {
    const repositories = config.repositories.map(({ source }) => source.given);
    print(`${printableJson({ valid: true, servers, repositories, notes })}\n`);
    return exitCodes.passed;
  }
  const cases = servers.reduce((sum, server) => sum + server.cases, 0);
  const searched = config.repositories.map(
    ({ source }) => `  ${oneLine(source.given, 200)}: to be searched for servers`,
  );
  const head = `valid: ${plural(servers.length, 'server')}, ${plural(cases, 'case')}`;
  const lines = servers.map((server) => `  ${oneLine(server.name, 80)}: ${plural(server.cases, 'case')}`);
  print(`${[head, ...lines, ...searched, ...notes.map((note) => logText(note))].join('\n')}\n`);
  return exitCodes.passed;
}
