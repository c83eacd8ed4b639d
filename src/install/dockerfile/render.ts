import type { Instruction, Origin, Part, Stage, Word } from './model.ts';

export interface RenderWith {
  /** The name under which an image lies on this machine. */
  readonly nameOf: (origin: Origin) => string;
  /**
   * Declared as ARG at the start, so that RUN sees them and the image does not keep them. What the file says of the same
   * names, in any case, is left out.
   */
  readonly args: Readonly<Record<string, string>>;
}

export interface RenderedStage {
  readonly text: string;
  /** What each instruction of the text comes from; null for what is ours alone. */
  readonly steps: readonly (Written | null)[];
}

/** An instruction of the Dockerfile. */
export interface Written {
  /** From 1. */
  readonly line: number;
  /** Cut to a line. */
  readonly shown: string;
}

/** What stands bare: nothing that a reader of Dockerfiles acts upon, and no flag. */
const bare = /^[A-Za-z0-9_./:@%+,=~*?][A-Za-z0-9_./:@%+,=~*?-]*$/;
const imageName = /^[A-Za-z0-9][\w./:@-]*$/;
// eslint-disable-next-line no-control-regex
const control = /[\0-\u{8}\u{a}-\u{1f}\u{7f}]/u;

/**
 * One stage as a Dockerfile with one instruction a line, each of them of a shape in which nothing can become a flag, a
 * heredoc, another instruction, or go on in the next line.
 *
 * @throws Error for names of images or arguments of ours that cannot be written
 */
export function renderStage(stage: Stage, { nameOf, args }: RenderWith): RenderedStage {
  const injected = new Set(Object.keys(args).map((name) => name.toUpperCase()));
  const instructions = kept(stage, injected);
  const ours = [
    `FROM ${originName(stage.from, nameOf)}`,
    ...Object.entries(args).map(([name, value]) => `ARG ${name}=${rendered([value])}`),
  ];
  const lines = [...ours, ...instructions.map((instruction) => renderInstruction(instruction, nameOf))];
  const odd = lines.find((line) => control.test(line));
  if (odd !== undefined) throw new Error(`cannot be written as a line of a Dockerfile: ${JSON.stringify(odd)}`);
  const written = instructions.map((one) => ({ line: one.line, shown: shown(one) }));
  return { text: lines.map((line) => `${line}\n`).join(''), steps: [...ours.map(() => null), ...written] };
}

const maxShown = 100;

/** As it may have been written, for people. */
function shown(instruction: Instruction): string {
  const line = plainly(instruction).replaceAll(/\s+/g, ' ');
  return line.length > maxShown ? `${line.slice(0, maxShown)}…` : line;
}

function plainly(instruction: Instruction): string {
  const { kind } = instruction;
  if (kind === 'COPY' || kind === 'ADD') {
    const sources = instruction.sources.map((source) => source.replace(/^\.\//, ''));
    return [kind, ...sources, rendered(instruction.target)].join(' ');
  }
  const script = kind === 'RUN' && instruction.words.length === 3 ? instruction.words[2] : undefined;
  return script === undefined ? renderInstruction(instruction, () => 'image') : `RUN ${script}`;
}

/** An ARG or ENV of the file's own must not take the place of one of ours. */
function kept({ instructions }: Stage, injected: ReadonlySet<string>): readonly Instruction[] {
  const isOurs = (name: string) => injected.has(name.toUpperCase());
  return instructions.flatMap((one): Instruction[] => {
    if (one.kind === 'ARG') return isOurs(one.name) ? [] : [one];
    if (one.kind !== 'ENV') return [one];
    const pairs = one.pairs.filter(([name]) => !isOurs(name));
    return pairs.length === 0 ? [] : [{ ...one, pairs }];
  });
}

function originName(origin: Origin, nameOf: RenderWith['nameOf']): string {
  const name = nameOf(origin);
  if (!imageName.test(name)) throw new Error(`is not the name of an image: ${JSON.stringify(name)}`);
  return name;
}

/** One line. */
export function renderInstruction(instruction: Instruction, nameOf: RenderWith['nameOf']): string {
  switch (instruction.kind) {
    case 'ARG':
      return `ARG ${instruction.name}${instruction.value === null ? '' : `=${rendered(instruction.value)}`}`;
    case 'ENV':
      return `ENV ${instruction.pairs.map(([name, value]) => `${name}=${rendered(value)}`).join(' ')}`;
    case 'RUN':
    case 'CMD':
    case 'ENTRYPOINT':
      return `${instruction.kind} ${list(instruction.words)}`;
    case 'COPY':
    case 'ADD': {
      const { kind, from, chown, chmod, sources, target } = instruction;
      const flags = [
        from === null ? '' : ` --from=${originName(from, nameOf)}`,
        chown === null ? '' : ` --chown=${chown}`,
        chmod === null ? '' : ` --chmod=${chmod}`,
      ];
      return `${kind}${flags.join('')} ${list([...sources.map((source) => rendered([source])), rendered(target)])}`;
    }
    case 'WORKDIR':
    case 'USER':
    case 'STOPSIGNAL':
      return `${instruction.kind} ${rendered(instruction.word)}`;
    case 'VOLUME':
      return `VOLUME ${list(instruction.words.map(rendered))}`;
    case 'EXPOSE':
    default:
      return `EXPOSE ${instruction.ports.join(' ')}`;
  }
}

/**
 * In JSON, `<<` need not stand as such, and then no reader takes it for a heredoc. DEL need not, either: of the control
 * characters it is the one that JSON does not escape by itself.
 */
function list(words: readonly string[]): string {
  return JSON.stringify(words)
    .replaceAll(/<(?=<)/g, '\\u003c')
    .replaceAll('\u{7f}', '\\u007f');
}

/** A word so that every reader of Dockerfiles finds the same in it. */
function rendered(word: Word): string {
  const [only = '', ...more] = word;
  if (typeof only === 'string' && more.length === 0 && bare.test(only)) return only;
  // Two quotations beside each other are one word; no reader takes what is parted like that for a heredoc.
  return `"${word
    .map((part) => inQuotes(part))
    .join('')
    .replaceAll(/<(?=<)/g, '<""')}"`;
}

function inQuotes(part: Part): string {
  return typeof part === 'string' ? part.replaceAll(/["$\\]/g, '\\$&') : variable(part, inBraces);
}

function variable(part: Exclude<Part, string>, inside: (part: Part) => string): string {
  return `\${${part.name}${part.test ?? ''}${part.word.map(inside).join('')}}`;
}

/** Quotes there would end those around the whole. */
function inBraces(part: Part): string {
  return typeof part === 'string' ? part.replaceAll(/["'$\\{}<]/g, '\\$&') : variable(part, inBraces);
}
