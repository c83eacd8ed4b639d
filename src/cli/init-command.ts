import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createSchemaValidator, type SchemaValidator } from '../cases/schema-validator.ts';
import { configJsonSchema } from '../config/json-schema.ts';
import { deriveServerName } from '../config/names.ts';
import { TerminalHost } from '../host/terminal.ts';
import { codeOf, messageOf } from '../process/failure.ts';
import { plural } from '../report/words.ts';
import { fileName, logText, oneLine, redactDeep } from '../text/untrusted.ts';
import { exitCodes } from '../workflow/verdict.ts';
import { firstCase, type FirstCase } from './first-case.ts';
import { casesText, configText, type FoundServer, type LostSource } from './first-files.ts';
import { rawInputs } from './flags.ts';
import { grantedRedactor } from './granted.ts';
import { problemLine } from './problem-line.ts';
import type { Terminal } from './terminal.ts';

export interface InitFlags {
  readonly secret: readonly string[];
  readonly verbose?: boolean;
}

const configFile = '.github/mcp-workflow.yml';
const schemaFile = '.github/mcp-workflow.schema.json';
const mostTools = 200;
const callTimeoutMs = 30_000;

/**
 * `init SOURCE…`: starts each server, and writes a configuration with a first case for each tool that only reads. Writes
 * all of it or nothing, and over nothing. @returns the exit code
 */
export async function initCommand(sources: readonly string[], flags: InitFlags, terminal: Terminal): Promise<number> {
  const { directory, say } = terminal;
  const standing = await standingFiles(directory, [configFile, '.github/mcp-workflow.yaml', schemaFile]);
  if (standing.length > 0) return refuse(standing, say);
  const found: FoundServer[] = [];
  const lost: (LostSource & { readonly exitCode: number })[] = [];
  const validator = createSchemaValidator();
  try {
    for (const target of await targetsOf([...new Set(sources)], terminal)) {
      if (terminal.interrupt.aborted) break;
      const taken = new Set(found.map(({ name }) => name));
      const looked = await lookAt(target, taken, validator, flags, terminal);
      if ('why' in looked) lost.push(looked);
      else found.push(looked);
    }
  } finally {
    await validator.close();
  }
  if (terminal.interrupt.aborted) {
    say('Interrupted: nothing was written.');
    return exitCodes.infrastructure;
  }
  const failed = Math.max(0, ...lost.map(({ exitCode }) => exitCode));
  if (found.length === 0) {
    say('Nothing was written: no server could be started.');
    return failed;
  }
  const written = await writeAll(filesOf(found, lost), terminal);
  return written === exitCodes.passed ? checkWritten(found, failed, terminal) : written;
}

/** What is started: a source, or one server of a repository that holds several. */
interface Target {
  readonly source: string;
  readonly server: string | null;
}

async function targetsOf(sources: readonly string[], terminal: Terminal): Promise<Target[]> {
  const { engine, directory, env, interrupt } = terminal;
  const host = new TerminalHost(directory, { verbose: false, env });
  const looks = await engine.lookInto(host, sources, { env, interrupt });
  return sources.flatMap((source): Target[] => {
    const look = looks.find((one) => one.source === source);
    // Of what is no repository, or cannot be looked into, the start itself tells.
    const servers = look?.ok === true ? look.discovery.servers : [];
    return servers.length <= 1 ? [{ source, server: null }] : servers.map(({ name }) => ({ source, server: name }));
  });
}

async function lookAt(
  { source, server }: Target,
  taken: ReadonlySet<string>,
  validator: SchemaValidator,
  flags: InitFlags,
  { engine, directory, env, interrupt, say }: Terminal,
): Promise<FoundServer | (LostSource & { exitCode: number })> {
  const host = new TerminalHost(directory, { verbose: flags.verbose === true, env });
  const redact = grantedRedactor(flags.secret, env);
  const choice = { source, server, config: null, secrets: flags.secret };
  const outcome = await engine.withServer(host, { env, interrupt }, choice, async ({ name, session }) => {
    const cases: FirstCase[] = [];
    for (const tool of session.surface.tools.slice(0, mostTools)) {
      cases.push(await firstCase(session, tool, { validator, timeoutMs: callTimeoutMs }));
    }
    return { name, cases };
  });
  if (!outcome.ok) {
    const sentences = outcome.sentences.map((sentence) => logText(redact(sentence)));
    sentences.forEach(say);
    return { source, why: oneLine(sentences[0] ?? 'no reason was given', 300), exitCode: outcome.exitCode };
  }
  return { name: deriveServerName(outcome.value.name, taken), source, cases: redactDeep(outcome.value.cases, redact) };
}

function filesOf(found: readonly FoundServer[], lost: readonly LostSource[]): ReadonlyMap<string, string> {
  return new Map([
    [configFile, configText(found, lost, 'mcp-workflow.schema.json')],
    [schemaFile, `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
    ...found.map((server): [string, string] => [`mcp-cases/${fileName(server.name)}.yml`, casesText(server)]),
  ]);
}

async function writeAll(files: ReadonlyMap<string, string>, { directory, say }: Terminal): Promise<number> {
  const standing = await standingFiles(directory, [...files.keys()]);
  if (standing.length > 0) return refuse(standing, say);
  for (const [file, text] of files) {
    try {
      await mkdir(dirname(join(directory, file)), { recursive: true });
      await writeFile(join(directory, file), text, { flag: 'wx' });
      say(`wrote ${file}`);
    } catch (error) {
      say(logText(`${file} could not be written: ${codeOf(error) ?? messageOf(error)}`));
      return exitCodes.infrastructure;
    }
  }
  return exitCodes.passed;
}

async function standingFiles(directory: string, files: readonly string[]): Promise<string[]> {
  const there = await Promise.all(files.map((file) => lstat(join(directory, file)).catch(() => null)));
  return files.filter((_, at) => there[at] !== null);
}

function refuse(standing: readonly string[], say: Terminal['say']): number {
  for (const file of standing) say(logText(`${file} exists already, and \`init\` never overwrites.`));
  say('Nothing was written. Move these files away and run `init` again, or add what is new to them by hand.');
  return exitCodes.configuration;
}

/** What was written is read as a run would read it: a fault in it is ours, and is not left for the user to find. */
async function checkWritten(found: readonly FoundServer[], failed: number, terminal: Terminal): Promise<number> {
  const { engine, directory, env, print, say } = terminal;
  const flags = { config: configFile, source: [], server: [], tag: [], secret: [] };
  const checked = await engine.initialize(new TerminalHost(directory, { verbose: false }), rawInputs(flags), env);
  if (!checked.ok) {
    say('What was written is not valid; please report it:');
    checked.problems.map(problemLine).forEach(say);
    return exitCodes.infrastructure;
  }
  const count = (kind: FirstCase['kind']) =>
    found.flatMap(({ cases }) => cases).filter((each) => each.kind === kind).length;
  print(
    `${plural(found.length, 'server')}, ${plural(count('ready'), 'case')} that hold, ${plural(count('suggestion'), 'suggestion')} as comments. Next: mcp-workflow run\n`,
  );
  return failed;
}
