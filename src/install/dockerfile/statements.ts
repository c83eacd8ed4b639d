import { show } from '../../checkout/show.ts';
import { execForm } from './exec-form.ts';
import type { Statement } from './lines.ts';
import type { Instruction, Word } from './model.ts';
import { refuse } from './refused.ts';
import type { Scope } from './scope.ts';
import { assignments } from './split.ts';
import { plainText, readWord } from './word.ts';

const variableName = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const port = /^\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/i;

/** @throws DockerfileRefused where there is a flag: none of BuildKit's is known for this instruction */
export function refuseFlags({ flags, keyword, line }: Statement): void {
  const [first] = flags;
  if (first !== undefined) refuse(line, `found the flag ${show(first)} of ${keyword}, which has none; take it out`);
}

/** @throws DockerfileRefused where nothing follows the keyword */
export function refuseNothing({ text, keyword, line }: Statement): void {
  if (text === '') refuse(line, `found ${keyword} and nothing after it; write what it is about, or take it out`);
}

/** The names that an ARG declares, each with its default as it stands there; null for one without. */
export function declaredArgs(statement: Statement): (readonly [name: string, value: string | null])[] {
  refuseFlags(statement);
  refuseNothing(statement);
  return assignments(statement.text).map((word) => {
    const equals = word.indexOf('=');
    const name = nameOf(equals === -1 ? word : word.slice(0, equals), statement);
    return [name, equals === -1 ? null : word.slice(equals + 1)] as const;
  });
}

/** ENV; all of its values are read with the variables from before it. */
export function envOf(statement: Statement, scope: Scope): Instruction {
  refuseFlags(statement);
  refuseNothing(statement);
  const { line } = statement;
  const pairs = rawPairs(statement).map(
    ([name, value]) => [nameOf(name, statement), scope.expand(value, line)] as const,
  );
  for (const [name, value] of pairs) scope.setEnv(name, value);
  return { kind: 'ENV', line, pairs };
}

function rawPairs({ text, line }: Statement): (readonly [string, string])[] {
  const words = assignments(text);
  if (words[0]?.includes('=') !== true) {
    // `ENV NAME the rest of the line`.
    const [, name = '', value] = /^([^ \t]+)[ \t]+([^]*)$/.exec(text) ?? [];
    return value === undefined ? refuse(line, `found ${show(text)} after ENV, expected NAME=VALUE`) : [[name, value]];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals === -1)
      refuse(line, `found ${show(word)} after ENV, expected NAME=VALUE; quote values that hold spaces`);
    return [word.slice(0, equals), word.slice(equals + 1)] as const;
  });
}

function nameOf(given: string, { line, keyword }: Statement): string {
  const name = plainText(readWord(given, line));
  if (name !== null && variableName.test(name)) return name;
  return refuse(line, `found ${show(given)} as a name of ${keyword}, expected letters, digits and \`_\``);
}

/** WORKDIR, USER and STOPSIGNAL: the whole rest of the line is one word. */
export function singleOf(statement: Statement, kind: 'WORKDIR' | 'USER' | 'STOPSIGNAL', scope: Scope): Instruction {
  refuseFlags(statement);
  refuseNothing(statement);
  const { line } = statement;
  return { kind, line, word: scope.expand(statement.text, line) };
}

/** Volumes whose names only the base image knows are left out: they are declared later than they stand in the file. */
export function volumeOf(statement: Statement, scope: Scope): Instruction[] {
  refuseFlags(statement);
  refuseNothing(statement);
  const { line } = statement;
  const words = wordsOf(statement, scope);
  if (words.length === 0) refuse(line, 'found VOLUME with an empty list; name a folder, or take it out');
  const texts = words.flatMap((word) => plainText(word) ?? []);
  // They part the options of mounts.
  const odd = texts.find((text) => /[:,]/u.test(text));
  if (odd !== undefined) refuse(line, `found the volume ${show(odd)}; name a folder without \`:\` and \`,\``);
  return texts.length === 0 ? [] : [{ kind: 'VOLUME', line, words: texts.map((text) => (text === '' ? [] : [text])) }];
}

/** The words of an instruction that takes a list in JSON, or words between spaces that nothing can quote. */
export function rawWords({ text, line }: Statement): string[] {
  return execForm(text, line) ?? text.split(/[ \t]+/);
}

function wordsOf(statement: Statement, scope: Scope): Word[] {
  return rawWords(statement).map((word) => scope.expand(word, statement.line));
}

/** EXPOSE says only what a reader may want to know: a port that only the base image knows is left out. */
export function exposeOf(statement: Statement, scope: Scope): Instruction[] {
  refuseFlags(statement);
  refuseNothing(statement);
  const { line } = statement;
  const texts = statement.text.split(/[ \t]+/).map((word) => plainText(scope.expand(word, line)));
  // A value may hold several.
  const ports = texts.flatMap((text) => text?.split(/[ \t]+/) ?? []).filter((one) => one !== '');
  const odd = ports.find((one) => !port.test(one));
  if (odd !== undefined) refuse(line, `found ${show(odd)} after EXPOSE, expected a port such as 8080 or 8080/tcp`);
  return ports.length === 0 ? [] : [{ kind: 'EXPOSE', line, ports }];
}

/** CMD and ENTRYPOINT: the shell form becomes the exec form that it stands for. */
export function startOf(statement: Statement, kind: 'CMD' | 'ENTRYPOINT', shell: readonly string[]): Instruction {
  refuseFlags(statement);
  refuseNothing(statement);
  const { text, line } = statement;
  return { kind, line, words: execForm(text, line) ?? [...shell, text] };
}

export function shellOf(statement: Statement): string[] {
  refuseFlags(statement);
  const words = execForm(statement.text, statement.line);
  if (words !== null && words.length > 0) return words;
  return refuse(
    statement.line,
    `found ${show(statement.text)} after SHELL, expected a list in JSON such as ["/bin/bash", "-c"]`,
  );
}
