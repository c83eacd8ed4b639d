import { Command, CommanderError, Option } from 'commander';
import { configJsonSchema } from '../config/json-schema.ts';
import { TerminalHost } from '../host/terminal.ts';
import { renderTerminal } from '../report/terminal.ts';
import { resultJsonSchema } from '../result/json-schema.ts';
import { terminalText } from '../text/untrusted.ts';
import { version } from '../version.ts';
import { initialize } from './initialize.ts';
import { run } from './run.ts';
import { exitCodes } from './verdict.ts';

interface RunFlags {
  readonly config?: string;
  readonly source: readonly string[];
  readonly server: readonly string[];
  readonly tag: readonly string[];
  readonly secret: readonly string[];
  readonly failOn: string;
  readonly concurrency?: string;
  readonly timeout: string;
  readonly results?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/**
 * `mcp-workflow`: the same engine as the action, for a terminal.
 * @returns the exit code: 0 passed, 1 gate failed or incomplete, 2 configuration or usage, 3 infrastructure.
 */
export async function commandLine(
  argv: readonly string[],
  env: Readonly<NodeJS.ProcessEnv>,
  interrupt: AbortSignal,
): Promise<number> {
  let exitCode: number = exitCodes.passed;
  const program = new Command('mcp-workflow')
    .description('Tests MCP servers in rootless Podman.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(run with --help to see all options)');
  const gather = (value: string, all: readonly string[]) => [...all, value];
  const configurable = (command: Command) =>
    command
      .option('-c, --config <file>', 'configuration file (default: .github/mcp-workflow.yml)')
      .option(
        '-s, --source <source>',
        'a server to test without a file: npm:NAME[@VERSION] or a folder; may be repeated',
        gather,
        [],
      )
      .option('--server <name>', 'run only this server; may be repeated', gather, [])
      .option('--tag <tag>', 'run only cases with this tag; may be repeated', gather, [])
      .option(
        '--secret <name>',
        'grant this environment variable to the servers that ask for it; may be repeated',
        gather,
        [],
      )
      .option('--json', 'print JSON on stdout');
  configurable(program.command('run'))
    .description('Installs, starts and tests the servers.')
    .addOption(
      new Option('--fail-on <what>', 'when to end with an exit code other than 0')
        .choices(['failed', 'error', 'never'])
        .default('failed'),
    )
    .option('--concurrency <n>', 'servers at a time (default: cores, at most 4)')
    .option('--timeout <duration>', 'time for the whole run', '30m')
    .option('--results <folder>', 'where result.json, summary.md and logs go (default: ./mcp-workflow-results)')
    .option('-v, --verbose', 'show what each phase did')
    .action(async (flags: RunFlags) => {
      exitCode = await runCommandLine(flags, env, interrupt);
    });
  configurable(program.command('validate'))
    .description('Checks configuration and case files without starting anything.')
    .action(async (flags: RunFlags) => {
      exitCode = await validate(flags, env);
    });
  program
    .command('schema')
    .description('Prints the JSON Schema of the configuration file, or of result.json.')
    .argument('[which]', 'config or result', 'config')
    .action((which: string) => {
      print(JSON.stringify(which === 'result' ? resultJsonSchema() : configJsonSchema(), null, 2));
    });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.passed : exitCodes.configuration;
    throw error;
  }
  return exitCode;
}

async function runCommandLine(
  flags: RunFlags,
  env: Readonly<NodeJS.ProcessEnv>,
  interrupt: AbortSignal,
): Promise<number> {
  const host = new TerminalHost(process.cwd(), { verbose: flags.verbose === true });
  const { result, exitCode } = await run(host, rawInputs(flags), { env, interrupt });
  const color = process.stdout.isTTY && env['NO_COLOR'] === undefined;
  print(flags.json === true ? JSON.stringify(result, null, 2) : renderTerminal(result, { color }));
  return exitCode;
}

async function validate(flags: RunFlags, env: Readonly<NodeJS.ProcessEnv>): Promise<number> {
  const host = new TerminalHost(process.cwd(), { verbose: false });
  const initialized = await initialize(host, rawInputs(flags), env);
  if (initialized.ok) {
    const servers = initialized.config.servers.map(({ name, source, cases }) => ({
      name,
      source: source.given,
      cases: cases.length,
    }));
    const cases = servers.reduce((sum, server) => sum + server.cases, 0);
    print(
      flags.json === true
        ? JSON.stringify({ valid: true, servers, notes: initialized.notes }, null, 2)
        : [`valid: ${servers.length} servers, ${cases} cases`, ...initialized.notes].join('\n'),
    );
    return exitCodes.passed;
  }
  const { problems } = initialized;
  print(
    flags.json === true
      ? JSON.stringify({ valid: false, problems }, null, 2)
      : problems
          .map(({ message, location }) =>
            location === null ? message : `${location.file}:${location.line}:${location.column} ${message}`,
          )
          .map((line) => terminalText(line))
          .join('\n'),
  );
  return exitCodes.configuration;
}

/** Flags as the action's inputs, so that both go through one door. */
function rawInputs(flags: RunFlags): Record<string, string> {
  return {
    config: flags.config ?? '',
    repositories: flags.source.join('\n'),
    servers: flags.server.join('\n'),
    tags: flags.tag.join('\n'),
    secrets: flags.secret.join('\n'),
    'fail-on': flags.failOn ?? '',
    concurrency: flags.concurrency ?? '',
    timeout: flags.timeout ?? '',
    'results-directory': flags.results ?? '',
    'allow-untrusted-trigger': '',
  };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
