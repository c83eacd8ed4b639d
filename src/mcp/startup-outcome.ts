import type { Exit } from '../process/piped.ts';
import { exitPhrase } from './ending.ts';
import { outcomeOf } from './http/failure.ts';
import type { StartupFacts, StartupVerdict } from './startup-facts.ts';
import {
  argumentsSign,
  brokenProgramSign,
  environmentSign,
  httpSign,
  limitSign,
  loginSign,
  platformSign,
  serviceSign,
  settingSign,
  type Sign,
  tellingLines,
  troubleLine,
} from './startup-signs.ts';
import { quotable, showMs } from './text.ts';

type Rule = (facts: StartupFacts, lines: readonly string[]) => StartupVerdict | null;

/** Says how a start failed: the first of the rules below that applies. Pure. */
export function startupOutcome(facts: StartupFacts): StartupVerdict {
  const lines = tellingLines([facts.stderrHead, facts.stderrTail, ...facts.stdoutDirt]);
  for (const rule of rules) {
    const verdict = rule(facts, lines);
    if (verdict !== null) return verdict;
  }
  return neverAnswered(facts);
}

const quoted = (sign: Sign): string => `("${sign.line}")`;

/** A rule that goes by a sign in what was printed. */
const bySign =
  (
    outcome: StartupVerdict['outcome'],
    read: (lines: readonly string[]) => Sign | null,
    advise: (sign: Sign) => string,
  ): Rule =>
  (_, lines) => {
    const sign = read(lines);
    return sign === null ? null : { outcome, advice: advise(sign) };
  };

const onlyIf =
  (condition: (facts: StartupFacts) => boolean, rule: Rule): Rule =>
  (facts, lines) =>
    condition(facts) ? rule(facts, lines) : null;

const rules: readonly Rule[] = [
  notStarted,
  exceededLimit,
  answeredWrongly,
  failedOverHttp,
  polluted,
  onlyIf((facts) => facts.exit === null && facts.reach === 'stdio', bySign('init_timeout', httpSign, adviseHttp)),
  bySign(
    'unsupported_platform',
    platformSign,
    (sign) =>
      `The server does not run on this platform ${quoted(sign)}: choose an \`image\` that it supports, or another version of it.`,
  ),
  bySign('needs_env', environmentSign, adviseEnvironment),
  bySign(
    'needs_args',
    argumentsSign,
    (sign) => `The server wants other arguments ${quoted(sign)}: give what it asks for under \`args\`.`,
  ),
  bySign('auth_required', loginSign, (sign) => adviseLogin(sign)),
  bySign('needs_env', settingSign, adviseSetting),
  bySign(
    'needs_service',
    serviceSign,
    (sign) =>
      `The server could not reach a service that it needs ${quoted(sign)}: the sandbox has no network, so give it \`args\` or \`env\` with which it starts without one.`,
  ),
  onlyIf((facts) => facts.exit !== null, ranIntoLimit),
  onlyIf(
    (facts) => facts.exit !== null,
    bySign(
      'crashed',
      brokenProgramSign,
      (sign) =>
        `The installed program is incomplete or does not fit the runtime ${quoted(sign)}: check \`command\`, \`bin\` and \`image\`, and whether it needs its install scripts.`,
    ),
  ),
  exited,
];

function notStarted({ exit }: StartupFacts): StartupVerdict | null {
  if (exit === null || exit.spawnError === null) return null;
  const advice = `The process that runs the server ${exitPhrase(exit)}: check that this machine has the program and may run it.`;
  return { outcome: 'unreachable', advice };
}

/** Whatever it printed before that: the kernel says what happened. */
function exceededLimit(facts: StartupFacts, lines: readonly string[]): StartupVerdict | null {
  return facts.exit?.exceeded === undefined ? null : exited(facts, lines);
}

function answeredWrongly({ wrongAnswer, reach, asked }: StartupFacts): StartupVerdict | null {
  if (wrongAnswer === null) return null;
  const { text, phrase, advice = checkStart[reach] } = wrongAnswer;
  const sign = loginSign([text]);
  if (sign !== null) return { outcome: 'auth_required', advice: adviseLogin(sign, reach) };
  return { outcome: 'not_mcp', advice: `It answered \`${asked}\` ${quotable(phrase, 400)}: ${advice}.` };
}

const checkStart: Readonly<Record<StartupFacts['reach'], string>> = {
  stdio: 'check that `command`, `bin` and `args` start an MCP server in a version that speaks this protocol',
  http: 'check that port and path are those of its MCP endpoint, in a version that speaks this protocol',
  remote: 'check that the address is that of an MCP endpoint, in a version that speaks this protocol',
};

const withoutCredentials =
  'in the sandbox it is asked without credentials, so let it in by `args` or `env`, or test it as a remote server';

/** What HTTP says counts while there is nothing better: a process that ended, or still starts, tells more by itself. */
function failedOverHttp({ http, exit, reach }: StartupFacts): StartupVerdict | null {
  if (http === null || exit !== null) return null;
  const starting = reach === 'http' && http.notYet;
  if (starting) return null;
  const advice = reach === 'http' && http.kind === 'auth' ? withoutCredentials : http.advice;
  return { outcome: outcomeOf(http), advice: `${http.found}: ${advice}.` };
}

/** Text glued to an answer, fragments of messages, or so much text that the session was ended. */
function polluted({ broken, stdoutDirt }: StartupFacts): StartupVerdict | null {
  const spoiled = stdoutDirt.find((line) => /"jsonrpc"|\bjsonrpc\b.{0,10}\b2\.0\b/.test(line));
  const toDo =
    'stdout must carry nothing but messages, so its log belongs on stderr (look for an argument or variable that quiets it).';
  if (broken !== null) {
    const outcome = broken.includes('stdout') ? 'stdout_polluted' : 'crashed';
    return {
      outcome,
      advice:
        outcome === 'crashed' ? `The server ${broken}, and the session was ended.` : `The server ${broken}: ${toDo}`,
    };
  }
  if (spoiled === undefined) return null;
  return {
    outcome: 'stdout_polluted',
    advice: `The server's answer was spoiled by other text ("${quotable(spoiled)}"): ${toDo}`,
  };
}

function ranIntoLimit(_: StartupFacts, lines: readonly string[]): StartupVerdict | null {
  const found = limitSign(lines);
  if (found === null) return null;
  return {
    outcome: 'crashed',
    advice: `The server ran into a limit of the sandbox ${quoted(found.sign)}: ${found.advice}.`,
  };
}

function adviseHttp(sign: Sign): string {
  return `The server started an HTTP server ${quoted(sign)} and does not answer on stdio: look in its documentation for an argument such as \`--stdio\` and give it under \`args\`.`;
}

function adviseEnvironment(sign: Sign): string {
  if (sign.names.length === 0) {
    return `The server wants a key or token ${quoted(sign)}: set the variable that its documentation names under \`env\`, a secret value as \`{ secret: NAME }\`.`;
  }
  const names = new Intl.ListFormat('en').format(sign.names);
  const noun = sign.names.length === 1 ? 'variable' : 'variables';
  return `The server wants the environment ${noun} ${names}: set ${sign.names.length === 1 ? 'it' : 'them'} under \`env\`, a secret value as \`{ secret: NAME }\`.`;
}

function adviseSetting(sign: Sign): string {
  return `The server wants a setting ${quoted(sign)}: set the variable that its documentation names under \`env\`, or give it under \`args\`.`;
}

function adviseLogin(sign: Sign, reach: StartupFacts['reach'] = 'stdio'): string {
  const key = reach === 'remote' ? 'auth' : 'env';
  return `The server wants to be logged in ${quoted(sign)}: give it a valid key or token under \`${key}\` as \`{ secret: NAME }\`.`;
}

function exited({ exit, lastStderrLine }: StartupFacts, lines: readonly string[]): StartupVerdict | null {
  if (exit === null) return null;
  const said = lastWords(lastStderrLine, troubleLine(lines) ?? lastStderrLine);
  return {
    outcome: 'crashed',
    advice: `The server ${exitPhrase(exit)} before a session was open ${said}: ${whatToDo(exit)}.`,
  };
}

function lastWords(lastStderrLine: string, telling: string): string {
  if (telling === '') return 'without a word on stderr';
  return telling === lastStderrLine ? `(last line of stderr: "${telling}")` : `(it wrote "${telling}")`;
}

function whatToDo({ exitCode, signal, exceeded }: Pick<Exit, 'exitCode' | 'signal' | 'exceeded'>): string {
  if (exceeded !== undefined) return 'raise `resources.memory`, or have it need less';
  if (signal === 'SIGKILL' || exitCode === 137) {
    return 'its memory limit has most likely ended it, so raise `resources.memory`';
  }
  if (exitCode === 127) return 'the command was not found, so check `command`, `bin` and `image`';
  if (exitCode === 126) return 'the command could not be executed, so check `command`, `bin` and `image`';
  if (exitCode === 0) {
    return 'it may want a subcommand such as `mcp`, `start` or `stdio` under `args`, or another `bin`';
  }
  return 'start the same command by hand to see more, and check `args` and `env`';
}

function neverAnswered({ timedOutAfterMs, lastStderrLine, http, reach, asked }: StartupFacts): StartupVerdict {
  const within = timedOutAfterMs === null ? '' : ` within ${showMs(timedOutAfterMs)}`;
  if (reach === 'remote') {
    const advice = `The server did not answer${within}: check the address and whether it is well, or raise \`timeouts.start\`.`;
    return { outcome: 'unreachable', advice };
  }
  if (http !== null) {
    const said = lastStderrLine === '' ? 'it printed nothing' : `last line of its output: "${lastStderrLine}"`;
    const advice = `${http.found}${within} (${said}): check that it listens on the port given under \`transport\`, on all addresses or 127.0.0.1, or raise \`timeouts.start\`.`;
    return { outcome: 'init_timeout', advice };
  }
  const said = lastStderrLine === '' ? 'it wrote nothing on stderr' : `last line of stderr: "${lastStderrLine}"`;
  const other = asked === 'initialize' ? '' : ', or set `protocol` to `auto` where it speaks an older revision';
  const advice = `The server did not answer \`${asked}\`${within} (${said}): raise \`timeouts.start\`, or give what it waits for under \`args\` or \`env\`${other}.`;
  return { outcome: 'init_timeout', advice };
}
