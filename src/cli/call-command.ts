import { createSchemaValidator } from '../cases/schema-validator.ts';
import { suggestion } from '../config/words.ts';
import { TerminalHost } from '../host/terminal.ts';
import type { CallOutcome, Session } from '../mcp/model.ts';
import type { ToolResult } from '../result/model.ts';
import { logText, oneLine, redactDeep } from '../text/untrusted.ts';
import { exitCodes } from '../workflow/verdict.ts';
import { readArguments } from './call-arguments.ts';
import { outcomeJson, outcomeText } from './call-output.ts';
import { durationOf } from './duration.ts';
import { grantedRedactor } from './granted.ts';
import type { Terminal } from './terminal.ts';

export interface CallFlags {
  readonly args?: string;
  readonly config?: string;
  readonly server?: string;
  readonly source?: string;
  readonly secret: readonly string[];
  readonly timeout: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/**
 * `call TOOL`: one call by hand, of a server that is installed and removed again for it.
 * @returns 0 where the tool answered, 1 where it answered with an error or not at all, 2 for a mistake in the command,
 *   3 where the infrastructure failed
 * @throws UsageProblem
 */
export async function callCommand(
  tool: string,
  pairs: readonly string[],
  flags: CallFlags,
  terminal: Terminal,
): Promise<number> {
  const timeoutMs = durationOf('timeout', flags.timeout);
  const { engine, directory, env, interrupt, say } = terminal;
  const host = new TerminalHost(directory, { verbose: flags.verbose === true, env });
  const choice = {
    source: flags.source ?? null,
    server: flags.server ?? null,
    config: flags.config ?? null,
    secrets: flags.secret,
  };
  const redact = grantedRedactor(flags.secret, env);
  // What is mistaken without looking at the tool is said before anything is installed.
  readArguments(flags.args, pairs, null);
  const outcome = await engine.withServer(host, { env, interrupt }, choice, async ({ name, session }) => {
    const listed = session.surface.tools.find((each) => each.name === tool);
    if (listed === undefined) {
      const names = session.surface.tools.map((each) => each.name);
      return { problem: `The server ${name} has no tool \`${tool}\`: ${suggestion(tool, names)}` };
    }
    const args = readArguments(flags.args, pairs, listed.inputSchema);
    await hint(listed, args, (line) => say(redact(line)));
    return { called: await call(session, tool, args, timeoutMs) };
  });
  if (!outcome.ok) {
    for (const sentence of outcome.sentences) say(logText(redact(sentence)));
    return outcome.exitCode;
  }
  const { problem, called: answer } = outcome.value;
  if (answer === undefined) {
    say(oneLine(redact(problem), 4000));
    return exitCodes.configuration;
  }
  const called = redactDeep(answer, redact, foreignParts);
  terminal.print(flags.json === true ? outcomeJson(tool, called) : outcomeText(called, terminal.color));
  return exitCodeOf(called);
}

function call(
  session: Session,
  name: string,
  args: Readonly<Record<string, unknown>>,
  timeoutMs: number,
): Promise<CallOutcome> {
  return session.request({ method: 'tools/call', params: { name, arguments: args } }, timeoutMs);
}

/** Of a {@link CallOutcome}: what the server sent. */
const foreignParts = new Set(['result', 'data', 'heard']);

/** The call is made all the same: what a server does with wrong arguments may be the question. */
async function hint(
  { inputSchema }: ToolResult,
  args: Readonly<Record<string, unknown>>,
  say: Terminal['say'],
): Promise<void> {
  const validator = createSchemaValidator();
  try {
    const validation = await validator.validate(inputSchema, args);
    if (validation.state !== 'invalid') return;
    say('hint: the arguments do not fit what the tool declares (it is called all the same):');
    for (const error of validation.errors.slice(0, 10)) say(`  ${oneLine(error, 300)}`);
  } finally {
    await validator.close();
  }
}

function exitCodeOf(outcome: CallOutcome): number {
  if (outcome.kind === 'aborted' || outcome.kind === 'lost') return exitCodes.infrastructure;
  return outcome.kind === 'result' && outcome.result['isError'] !== true ? exitCodes.passed : exitCodes.gateFailed;
}
