import { TerminalHost } from '../host/terminal.ts';
import { painter } from '../report/paint.ts';
import { plural } from '../report/words.ts';
import { logText, oneLine, printableJson } from '../text/untrusted.ts';
import type { SourceLook } from '../workflow/look.ts';
import { exitCodes } from '../workflow/verdict.ts';
import type { Terminal } from './terminal.ts';

export interface DiscoverFlags {
  readonly json?: boolean;
  readonly explain?: boolean;
}

type Found = Extract<SourceLook, { ok: true }>;
type Server = Found['discovery']['servers'][number];

/** `discover [SOURCE…]`: which servers repositories hold, and why; starts nothing. @returns the exit code */
export async function discoverCommand(
  sources: readonly string[],
  flags: DiscoverFlags,
  { engine, directory, env, interrupt, color, print, say }: Terminal,
): Promise<number> {
  const host = new TerminalHost(directory, { verbose: false, env });
  const looks = await engine.lookInto(host, sources.length === 0 ? ['.'] : sources, { env, interrupt });
  if (flags.json === true) print(`${printableJson(looks.map(jsonOf))}\n`);
  else print(looks.map((look) => textOf(look, flags.explain === true, color)).join('\n'));
  for (const look of looks) if (!look.ok && flags.json === true) say(logText(look.reason));
  const worst = Math.max(0, ...looks.map((look) => (look.ok ? 0 : look.exitCode)));
  if (worst > 0) return worst;
  return looks.some((look) => look.ok && look.discovery.servers.length > 0) ? exitCodes.passed : exitCodes.gateFailed;
}

function jsonOf(look: SourceLook): unknown {
  if (!look.ok) return { source: look.source, error: look.reason };
  const { source, commit, notes, discovery } = look;
  return { source, commit, notes, ...discovery };
}

function textOf(look: SourceLook, explain: boolean, color: boolean): string {
  const paint = painter(color);
  if (!look.ok) return `${oneLine(look.source, 200)}: ${oneLine(look.reason, 1000)}\n`;
  const { servers, leftOut, findings } = look.discovery;
  const at = look.commit === null ? '' : ` at ${look.commit.slice(0, 12)}`;
  const head = paint('bold', `${oneLine(look.source, 200)}${at}: ${plural(servers.length, 'server')}`);
  const lines = servers.flatMap((server) => serverLines(server, explain));
  const found = findings.map(({ place, severity, message }) => {
    return `  ${severity} ${oneLine(`${place.file}:${place.line}`, 200)} ${oneLine(message, 400)}`;
  });
  const others = explain
    ? leftOut.map(({ path, why }) => `  ${oneLine(path, 200)}: ${oneLine(why, 400)}`)
    : leftOut.length === 0
      ? []
      : [`  ${plural(leftOut.length, 'place')} that look like a server and are none: \`--explain\` says why`];
  return [
    head,
    ...lines,
    ...section('findings', found),
    ...(explain ? section('left out', others) : others),
    ...look.notes.map((note) => `  ${oneLine(note, 400)}`),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [` ${title}`, ...lines];
}

function serverLines(server: Server, explain: boolean): string[] {
  const { name, folder, language, command, declaredIn, env } = server;
  const first = `  ${oneLine(name, 80)}  ${oneLine(folder, 120)}  ${language}  ${oneLine(command.join(' '), 200)}`;
  if (!explain) return [first];
  const said = declaredIn.map(
    ({ file, line, field }) => `    ${oneLine(`${file}:${line}`, 200)} ${oneLine(field, 80)}`,
  );
  const asked = env.map((variable) => {
    const kind = [variable.required ? 'required' : 'optional', ...(variable.secret ? ['secret'] : [])].join(', ');
    return `    asks for ${oneLine(variable.name, 80)} (${kind})`;
  });
  return [first, ...said, ...asked];
}
