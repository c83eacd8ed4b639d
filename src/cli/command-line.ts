import { Command, CommanderError, Option } from 'commander';
import { configJsonSchema } from '../config/json-schema.ts';
import { reporterNames } from '../report/reporters.ts';
import { resultJsonSchema } from '../result/json-schema.ts';
import { version } from '../version.ts';
import { exitCodes } from '../workflow/verdict.ts';
import { callCommand, type CallFlags } from './call-command.ts';
import type { ConfigFlags, RunFlags } from './flags.ts';
import { discoverCommand, type DiscoverFlags } from './discover-command.ts';
import { initCommand, type InitFlags } from './init-command.ts';
import { runCommand } from './run-command.ts';
import { UsageProblem, type Terminal } from './terminal.ts';
import { validateCommand } from './validate-command.ts';

/** Sets what the process ends with. */
type End = (exitCode: number) => void;

/**
 * `mcp-workflow`: the same engine as the action, for a terminal.
 * @param argv as in `process.argv`
 * @returns the exit code: 0 passed, 1 gate failed or incomplete, 2 configuration or usage, 3 infrastructure
 */
export async function commandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.passed;
  const end: End = (code) => (exitCode = code);
  const program = new Command('mcp-workflow')
    .description('Tests MCP servers in rootless Podman.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: terminal.print,
      writeErr: (text) => terminal.say(text.trimEnd()),
    })
    .showHelpAfterError('(run with --help to see all options)');
  addRun(program, terminal, end);
  addValidate(program, terminal, end);
  addSchema(program, terminal);
  addDiscover(program, terminal, end);
  addInit(program, terminal, end);
  addCall(program, terminal, end);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.passed : exitCodes.configuration;
    if (!(error instanceof UsageProblem)) throw error;
    terminal.say(error.message);
    return exitCodes.configuration;
  }
  return exitCode;
}

const gather = (value: string, all: readonly string[]) => [...all, value];

function configurable(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: .github/mcp-workflow.yml)')
    .option(
      '-s, --source <source>',
      'what to test without a file: npm:NAME, pypi:NAME, oci:IMAGE, a folder, OWNER/REPO, https://…; may be repeated',
      gather,
      [],
    )
    .option('--server <name>', 'only this server; may be repeated', gather, [])
    .option('--tag <tag>', 'only cases with this tag; may be repeated', gather, [])
    .addOption(secrets())
    .option('--shard <I/N>', 'only the I-th of N parts of the cases, for example 2/5');
}

function secrets(): Option {
  const what = 'grant this environment variable to the servers that ask for it; may be repeated';
  return new Option('--secret <name>', what).argParser(gather).default([]);
}

function addRun(program: Command, terminal: Terminal, end: End): void {
  const failOn = new Option('--fail-on <what>', 'when to end with an exit code other than 0');
  configurable(program.command('run'))
    .description('Installs, starts and tests the servers.')
    .option('-r, --reporter <name[=file]>', `${reporterNames.join(', ')}; may be repeated`, gather, [])
    .option('--json', 'the same as --reporter json')
    .option('-u, --update-snapshots', 'write snapshots instead of comparing with them')
    .option('-w, --watch', 'run again when configuration, case or schema files change')
    .option('--changed-only', 'only servers that are not as in the commit that --base names')
    .option('--base <ref>', 'a commit, branch or tag, for --changed-only')
    .addOption(failOn.choices(['failed', 'error', 'never']).default('failed'))
    .option('--concurrency <n>', 'servers at a time (default: cores, at most 4)')
    .option('--timeout <duration>', 'time for the whole run', '30m')
    .option('--results <folder>', 'where result.json, summary.md and logs go (default: ./mcp-workflow-results)')
    .option('-v, --verbose', 'show what each phase did')
    .action(async (flags: RunFlags) => end(await runCommand(flags, terminal)));
}

function addDiscover(program: Command, terminal: Terminal, end: End): void {
  program
    .command('discover')
    .description('Finds the MCP servers that repositories hold, and how they are started; starts nothing.')
    .argument('[source...]', 'a folder, OWNER/REPO[@REF][#PATH], a git URL, a *.mcpb file, registry:NAME', [])
    .option('--explain', 'why each server counts, and what looks like one and is none')
    .option('--json', 'print JSON')
    .action(async (sources: string[], flags: DiscoverFlags) => end(await discoverCommand(sources, flags, terminal)));
}

function addValidate(program: Command, terminal: Terminal, end: End): void {
  configurable(program.command('validate'))
    .description('Checks configuration and case files without starting anything.')
    .option('--json', 'print JSON')
    .action(async (flags: ConfigFlags) => end(await validateCommand(flags, terminal)));
}

function addSchema(program: Command, { print }: Terminal): void {
  program
    .command('schema')
    .description('Prints the JSON Schema of the configuration file, or of result.json.')
    .addArgument(program.createArgument('[which]', 'what to print').choices(['config', 'result']).default('config'))
    .action((which: string) => {
      print(`${JSON.stringify(which === 'result' ? resultJsonSchema() : configJsonSchema(), null, 2)}\n`);
    });
}

function addInit(program: Command, terminal: Terminal, end: End): void {
  program
    .command('init')
    .description('Starts servers, and writes a configuration with first cases for them. Overwrites nothing.')
    .argument('<source...>', 'npm:NAME[@VERSION], oci:IMAGE, a folder, https://…')
    .addOption(secrets())
    .option('-v, --verbose', 'show what is done')
    .action(async (sources: string[], flags: InitFlags) => end(await initCommand(sources, flags, terminal)));
}

function addCall(program: Command, terminal: Terminal, end: End): void {
  program
    .command('call')
    .description('Calls one tool by hand and prints the answer. The server is installed and removed again for it.')
    .argument('<tool>', 'name of the tool')
    .argument('[key=value...]', 'arguments; values are texts or JSON, as the tool declares them')
    .option('-a, --args <json>', 'arguments as a JSON object')
    .option('-c, --config <file>', 'configuration file (default: .github/mcp-workflow.yml)')
    .option('--server <name>', 'a server of the configuration (default: the only one)')
    .addOption(new Option('-s, --source <source>', 'a server without a configuration').conflicts(['server', 'config']))
    .addOption(secrets())
    .option('--timeout <duration>', 'time for the answer', '30s')
    .option('--json', 'print everything that came over the wire, as JSON')
    .option('-v, --verbose', 'show what is done')
    .action(async (tool: string, pairs: string[], flags: CallFlags) => {
      end(await callCommand(tool, pairs, flags, terminal));
    });
}
