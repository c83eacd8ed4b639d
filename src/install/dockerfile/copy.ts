import { show } from '../../checkout/show.ts';
import type { Statement } from './lines.ts';
import type { Copy, Instruction, Origin } from './model.ts';
import { didYouMean, refuse } from './refused.ts';
import type { Scope } from './scope.ts';
import { rawWords } from './statements.ts';

/** Finds the stage or image that a name after `from=` means. */
export type FindOrigin = (name: string, line: number) => Origin;

const remote = /^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:|github\.com\/)/i;
const owner = /^[\w.-]*(?::[\w.-]+)?$/;
const mode = /^[0-7]{3,4}$/;
const supported = ['from', 'chown', 'chmod', 'link'];

/** COPY and ADD. */
export function copyOf(statement: Statement, kind: 'COPY' | 'ADD', scope: Scope, find: FindOrigin): Instruction {
  const { line } = statement;
  if (statement.heredocs.length > 0) {
    refuse(
      line,
      `found a heredoc in ${kind}, which is not supported; commit the file and copy it, or write it in a RUN`,
    );
  }
  const flags = flagsOf(statement, kind);
  const words = rawWords(statement);
  const target = words.at(-1);
  if (target === undefined || words.length < 2) {
    refuse(line, `found ${show(statement.text)} after ${kind}, expected one or more sources and a target`);
  }
  const sources = words.slice(0, -1).map((word) => {
    return sourceOf(scope.text(word, line, `a source of ${kind}`), kind, line);
  });
  const from = flags.get('from');
  const common = { line, sources, target: scope.expand(target, line), chown: ownerOf(flags.get('chown'), line, scope) };
  return {
    ...common,
    kind,
    from: from === undefined ? null : find(from, line),
    chmod: modeOf(flags.get('chmod'), line, scope),
  } satisfies Copy & { line: number };
}

function flagsOf({ flags, line }: Statement, kind: 'COPY' | 'ADD'): Map<string, string> {
  const found = new Map<string, string>();
  for (const flag of flags) {
    const [, name = '', value = ''] = /^--([^=]*)(?:=([^]*))?$/.exec(flag) ?? [];
    const isKnown = supported.includes(name) && !(kind === 'ADD' && name === 'from');
    if (!isKnown)
      refuse(line, `found the flag ${show(flag)} of ${kind}, which is not supported; ${remedyOf(name, kind)}`);
    if (found.has(name)) refuse(line, `found the flag ${show(flag)} of ${kind} twice; take one out`);
    found.set(name, value);
  }
  return found;
}

function remedyOf(name: string, kind: 'COPY' | 'ADD'): string {
  if (kind === 'ADD' && (name === 'checksum' || name === 'keep-git-dir')) return outside;
  return `\`--chown\`, \`--chmod\`${kind === 'COPY' ? ', `--from`' : ''} and \`--link\` are${didYouMean(name, supported)}`;
}

const outside = 'put what it fetches into the repository, or fetch it in a RUN from a package host';

/**
 * A source so that it can only be a path below the context or the stage's root: with `./` before it, nothing is an
 * address to anybody.
 *
 * @throws DockerfileRefused
 */
export function sourceOf(path: string, what: string, line: number): string {
  if (path === '') refuse(line, `found an empty source of ${what}; write its path, or set the variables in it`);
  if (remote.test(path)) refuse(line, `found the address ${show(path)} as a source of ${what}; ${outside}`);
  if (path.split('/').includes('..')) {
    refuse(line, `found the source ${show(path)} of ${what}; write its path from the context's root, without \`..\``);
  }
  return path === '.' ? path : `./${path.replace(/^(?:\.?\/)+/, '')}`;
}

function ownerOf(given: string | undefined, line: number, scope: Scope): string | null {
  if (given === undefined) return null;
  const value = scope.text(given, line, 'an owner');
  if (value !== '' && owner.test(value)) return value;
  return refuse(line, `found the owner ${show(value)}, expected USER or USER:GROUP`);
}

function modeOf(given: string | undefined, line: number, scope: Scope): string | null {
  if (given === undefined) return null;
  const value = scope.text(given, line, 'a mode');
  return mode.test(value) ? value : refuse(line, `found the mode ${show(value)}, expected an octal number such as 755`);
}
