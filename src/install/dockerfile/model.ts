/** What of a Dockerfile is built, with nothing in it that reaches beyond the build. */
export interface BuildPlan {
  /**
   * Images that it begins from or copies from, each once, with the line that names it first: `node:22` is
   * `docker.io/library/node:22`, what has neither tag nor digest is `:latest`. Never `scratch`.
   */
  readonly bases: readonly { readonly reference: string; readonly line: number }[];
  readonly usesScratch: boolean;
  /** Those that the target needs, in the order of the file; the target is the last. */
  readonly stages: readonly Stage[];
}

export interface Stage {
  readonly from: Origin;
  readonly instructions: readonly Instruction[];
}

/** Where a stage begins, or files come from. */
export type Origin =
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'scratch' }
  /** Its place in {@link BuildPlan.stages}; always before the stage that names it. */
  | { readonly kind: 'stage'; readonly index: number };

/** @property line where it begins in the Dockerfile, from 1 */
export type Instruction = { readonly line: number } & (
  | { readonly kind: 'ARG'; readonly name: string; /** Null where it is set by nobody. */ readonly value: Word | null }
  | { readonly kind: 'ENV'; readonly pairs: readonly (readonly [name: string, value: Word])[] }
  /** In exec form: what is started is exactly this. */
  | { readonly kind: 'RUN' | 'CMD' | 'ENTRYPOINT'; readonly words: readonly string[] }
  | Copy
  | { readonly kind: 'WORKDIR' | 'USER' | 'STOPSIGNAL'; readonly word: Word }
  | { readonly kind: 'VOLUME'; readonly words: readonly Word[] }
  | { readonly kind: 'EXPOSE'; readonly ports: readonly string[] }
);

export interface Copy {
  readonly kind: 'COPY' | 'ADD';
  /** Null for the build's context. */
  readonly from: Origin | null;
  readonly chown: string | null;
  readonly chmod: string | null;
  /** Below the context, or below the root of `from`. */
  readonly sources: readonly string[];
  readonly target: Word;
}

/** A word in which variables may stand whose value only the base image knows. */
export type Word = readonly Part[];
export type Part = string | Variable;

/** `$name`, or `${name:-word}` and its like. */
export interface Variable {
  readonly name: string;
  readonly test: ':-' | ':+' | '-' | '+' | null;
  readonly word: Word;
}
