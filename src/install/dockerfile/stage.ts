import { copyOf, type FindOrigin } from './copy.ts';
import type { StageText } from './file.ts';
import type { Statement } from './lines.ts';
import type { Instruction, Origin, Word } from './model.ts';
import { runOf } from './run.ts';
import { Scope, type Budget } from './scope.ts';
import { declaredArgs, envOf, exposeOf, shellOf, singleOf, startOf, volumeOf } from './statements.ts';
import { plainText } from './word.ts';

/** A stage as it is built, and what a stage that begins from it takes over. */
export interface BuiltStage {
  readonly from: Origin;
  readonly instructions: readonly Instruction[];
  readonly shell: readonly string[];
  readonly scope: Scope;
  /** Every ARG of it, the last value of each. */
  readonly args: ReadonlyMap<string, Word | null>;
}

export interface StageContext {
  readonly budget: Budget;
  readonly from: Origin;
  /** Where `from` is a stage. */
  readonly parent: BuiltStage | null;
  readonly find: FindOrigin;
  /** What somebody asked for; goes before every default. */
  readonly asked: ReadonlyMap<string, string>;
  /** ARGs before the first FROM, and the platform. */
  readonly global: ReadonlyMap<string, string>;
}

const defaultShell = ['/bin/sh', '-c'];

/** @throws DockerfileRefused */
export function buildStage(text: StageText, context: StageContext): BuiltStage {
  const stage = new StageBuilder(text, context);
  for (const statement of text.statements) stage.take(statement);
  return stage.built();
}

class StageBuilder {
  readonly #context: StageContext;
  readonly #scope: Scope;
  readonly #args = new Map<string, Word | null>();
  readonly #instructions: Instruction[] = [];
  #shell: readonly string[];

  constructor(text: StageText, context: StageContext) {
    const { parent, budget } = context;
    this.#context = context;
    this.#scope = new Scope(budget, true, parent?.scope);
    this.#shell = parent?.shell ?? defaultShell;
    const own = new Set(
      text.statements.flatMap((one) => (one.keyword === 'ARG' ? declaredArgs(one).map(([name]) => name) : [])),
    );
    // BuildKit hands ARGs on to a stage that begins from this one, Podman does not.
    for (const [name, value] of parent?.args ?? []) if (!own.has(name)) this.#arg(name, value, text.line);
  }

  built(): BuiltStage {
    const { from } = this.#context;
    return { from, instructions: this.#instructions, shell: this.#shell, scope: this.#scope, args: this.#args };
  }

  take(statement: Statement): void {
    for (const instruction of this.#read(statement)) this.#instructions.push(instruction);
  }

  #read(statement: Statement): readonly Instruction[] {
    const { keyword, line } = statement;
    const scope = this.#scope;
    switch (keyword) {
      case 'ARG':
        for (const [name, value] of declaredArgs(statement)) this.#arg(name, this.#valueOf(name, value, line), line);
        return [];
      case 'ENV':
        return [envOf(statement, scope)];
      case 'RUN':
        return runOf(statement, this.#shell, scope, this.#context.find);
      case 'COPY':
      case 'ADD':
        return [copyOf(statement, keyword, scope, this.#context.find)];
      case 'WORKDIR':
      case 'USER':
      case 'STOPSIGNAL':
        return [singleOf(statement, keyword, scope)];
      case 'VOLUME':
        return volumeOf(statement, scope);
      case 'EXPOSE':
        return exposeOf(statement, scope);
      case 'CMD':
      case 'ENTRYPOINT':
        return [startOf(statement, keyword, this.#shell)];
      case 'SHELL':
        // What it is for is written out in exec form; images of the OCI's format do not keep it.
        this.#shell = shellOf(statement);
        return [];
      default:
        // LABEL, MAINTAINER, HEALTHCHECK and ONBUILD do nothing to what is started here, and labels are how runs find
        // what is theirs.
        return [];
    }
  }

  #valueOf(name: string, value: string | null, line: number): Word | null {
    const { asked, global } = this.#context;
    const text = asked.get(name) ?? (value === null ? global.get(name) : undefined);
    if (text !== undefined) return text === '' ? [] : [text];
    return value === null ? null : this.#scope.expand(value, line);
  }

  #arg(name: string, value: Word | null, line: number): void {
    this.#args.set(name, value);
    this.#instructions.push({ kind: 'ARG', line, name, value });
    if (value === null) return;
    this.#context.budget.spend(plainText(value)?.length ?? 0, line);
    this.#scope.setArg(name, value);
  }
}
