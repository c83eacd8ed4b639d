import { show } from '../../checkout/show.ts';
import { readParts, targetOf, type DockerfileParts } from './file.ts';
import type { BuildPlan, Instruction, Origin, Stage } from './model.ts';
import { fullReference } from './reference.ts';
import { didYouMean, DockerfileRefused, refuse } from './refused.ts';
import { renderInstruction } from './render.ts';
import { Budget, Scope } from './scope.ts';
import { buildStage, type BuiltStage } from './stage.ts';
import { declaredArgs } from './statements.ts';

export interface BuildRequest {
  /** For sentences. */
  readonly file: string;
  /** The stage that is built, by name or number; null for the last. */
  readonly target: string | null;
  /** Values for ARGs; each has to be declared by one. */
  readonly args: Readonly<Record<string, string>>;
  /** As Node names it; this machine's where it is left out. */
  readonly arch?: string;
}

/**
 * Reads a Dockerfile as something hostile: of what comes out, nothing but commands, copies and metadata can be built.
 *
 * @returns the plan; or a sentence that begins with the file and the line, and says what to do
 */
export function planBuild(text: string, request: BuildRequest): BuildPlan | { readonly problem: string } {
  try {
    return new Planner(readParts(text), request).plan();
  } catch (error) {
    if (!(error instanceof DockerfileRefused)) throw error;
    const file = /^[\w@%+,. /-]{1,200}$/.test(request.file) ? request.file : show(request.file);
    return { problem: `${file}${error.line === null ? '' : `:${error.line}`}: ${error.message}` };
  }
}

/** `bufio.Scanner`, by which Podman reads lines, gives up above 64 KiB; names of ours take some of it. */
const maxLine = 60 * 1024;

/** Each is pulled, and stays on the machine. */
const maxBases = 20;

class Planner {
  readonly #parts: DockerfileParts;
  readonly #target: string | null;
  readonly #asked: ReadonlyMap<string, string>;
  readonly #global: ReadonlyMap<string, string>;
  readonly #budget = new Budget();
  readonly #scope: Scope;
  /** Those that are needed, by their place in the file. */
  readonly #built = new Map<number, BuiltStage>();
  readonly #bases = new Map<string, number>();
  #usesScratch = false;

  constructor(parts: DockerfileParts, { target, args, arch = process.arch }: BuildRequest) {
    this.#parts = parts;
    this.#target = target;
    this.#asked = askedArgs(args, parts.declared);
    this.#scope = new Scope(this.#budget, false);
    this.#global = this.#globalArgs(platformArgs(arch));
  }

  plan(): BuildPlan {
    this.#build(targetOf(this.#parts.stages, this.#target));
    const places = [...this.#built.keys()].sort((left, right) => left - right);
    const renumbered = new Map(places.map((place, index) => [place, index]));
    const stages = places.flatMap((place) => {
      const stage = this.#built.get(place);
      return stage === undefined ? [] : [withNumbers(stage, renumbered)];
    });
    for (const { instructions } of stages) for (const instruction of instructions) checkLength(instruction);
    const bases = [...this.#bases].map(([reference, line]) => ({ reference, line }));
    return {
      bases: bases.sort((left, right) => left.line - right.line),
      usesScratch: this.#usesScratch,
      stages: withVolumesLast(stages),
    };
  }

  #globalArgs(platform: ReadonlyMap<string, string>): Map<string, string> {
    const global = new Map(platform);
    for (const [name, value] of platform) this.#scope.setArg(name, [value]);
    for (const statement of this.#parts.head) {
      for (const [name, value] of declaredArgs(statement)) {
        const text =
          this.#asked.get(name) ?? (value === null ? undefined : this.#scope.text(value, statement.line, 'a value'));
        if (text === undefined) continue;
        global.set(name, text);
        this.#scope.setArg(name, text === '' ? [] : [text]);
      }
    }
    return global;
  }

  #build(place: number): BuiltStage {
    const known = this.#built.get(place);
    if (known !== undefined) return known;
    const text = this.#parts.stages[place];
    if (text === undefined) return refuse(null, 'it has no such stage');
    const from = this.#beginning(place, text.image, text.line);
    const parent = from.kind === 'stage' ? this.#build(from.index) : null;
    const built = buildStage(text, {
      budget: this.#budget,
      from,
      parent,
      find: (name, line) => this.#named(name, place, line),
      asked: this.#asked,
      global: this.#global,
    });
    this.#built.set(place, built);
    return built;
  }

  #beginning(place: number, image: string, line: number): Origin {
    const name = this.#scope.text(image, line, 'an image');
    if (name === 'scratch') {
      this.#usesScratch = true;
      return { kind: 'scratch' };
    }
    return this.#stage(name, place, line) ?? this.#image(name, line);
  }

  /** What `from=` of a copy or a mount means. */
  #named(name: string, place: number, line: number): Origin {
    if (name.includes('$'))
      refuse(line, `found ${show(name)} after \`from=\`, where no variables are read; write the name out`);
    if (name === 'scratch')
      refuse(line, 'found `scratch` after `from=`, which holds no files; name a stage or an image');
    if (/^\d{1,9}$/.test(name) && Number(name) >= place) {
      refuse(line, `found ${show(name)} after \`from=\`, expected the number of a stage before this one`);
    }
    const number = /^\d{1,9}$/.test(name) ? Number(name) : null;
    const origin: Origin | null = number === null ? this.#stage(name, place, line) : { kind: 'stage', index: number };
    if (origin?.kind === 'stage') this.#build(origin.index);
    return origin ?? this.#image(name, line);
  }

  #stage(name: string, place: number, line: number): Origin | null {
    const index = this.#parts.stages.findIndex((stage) => stage.name === name.toLowerCase());
    if (index === -1) return null;
    if (index < place) return { kind: 'stage', index };
    const there = this.#parts.stages[index]?.line;
    return refuse(
      line,
      `found the stage ${show(name)} before its end; it begins on line ${there}, so move it up, or write the image's full name`,
    );
  }

  #image(name: string, line: number): Origin {
    const reference = fullReference(name, line);
    if (!this.#bases.has(reference) && this.#bases.size === maxBases) {
      refuse(line, `found more than ${maxBases} images that it begins or copies from; take what is not needed out`);
    }
    this.#bases.set(reference, Math.min(line, this.#bases.get(reference) ?? line));
    return { kind: 'image', reference };
  }
}

function askedArgs(args: Readonly<Record<string, string>>, declared: ReadonlySet<string>): Map<string, string> {
  for (const [name, value] of Object.entries(args)) {
    if (!declared.has(name))
      refuse(null, `no ARG of it declares ${show(name)}, for which a value was given${didYouMean(name, declared)}`);
    if (/\p{Cc}/u.test(value)) refuse(null, `the value given for ${show(name)} holds a control character; take it out`);
  }
  return new Map(Object.entries(args).map(([name, value]) => [name, value.toWellFormed()]));
}

function platformArgs(arch: string): Map<string, string> {
  const name = arch === 'x64' ? 'amd64' : arch;
  const one = { PLATFORM: `linux/${name}`, OS: 'linux', ARCH: name, VARIANT: '' };
  return new Map(
    ['TARGET', 'BUILD'].flatMap((side) => Object.entries(one).map(([key, value]) => [`${side}${key}`, value] as const)),
  );
}

function withNumbers({ from, instructions }: BuiltStage, renumbered: ReadonlyMap<number, number>): Stage {
  const origin = (one: Origin): Origin => {
    return one.kind === 'stage' ? { kind: 'stage', index: renumbered.get(one.index) ?? -1 } : one;
  };
  return {
    from: origin(from),
    instructions: instructions.map((one) => {
      return (one.kind === 'COPY' || one.kind === 'ADD') && one.from !== null
        ? { ...one, from: origin(one.from) }
        : one;
    }),
  };
}

/**
 * Before version 1.37, buildah lays a mount over each volume that was declared, for every command after it, and looks for
 * the place of it on the machine: a link that a command put there, or a comma in its name, leads anywhere (seen with
 * 1.28). So volumes are declared when no command can follow, in the one stage that is started from; what was put into
 * them before stays, as with BuildKit.
 */
function withVolumesLast(stages: readonly Stage[]): Stage[] {
  const isVolume = ({ kind }: Instruction) => kind === 'VOLUME';
  const volumesOf = (index: number): Instruction[] => {
    const stage = stages[index];
    if (stage === undefined) return [];
    const { from, instructions } = stage;
    return [...(from.kind === 'stage' ? volumesOf(from.index) : []), ...instructions.filter(isVolume)];
  };
  return stages.map(({ from, instructions }, index) => {
    const others = instructions.filter((one) => !isVolume(one));
    return { from, instructions: index < stages.length - 1 ? others : [...others, ...volumesOf(index)] };
  });
}

function checkLength(instruction: Instruction): void {
  const line = renderInstruction(instruction, (origin) => (origin.kind === 'image' ? origin.reference : origin.kind));
  if (Buffer.byteLength(line) <= maxLine) return;
  refuse(
    instruction.line,
    `found a ${instruction.kind} of more than ${maxLine / 1024} KiB; move it into a script and run that`,
  );
}
