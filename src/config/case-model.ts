import type { Location } from '../result/model.ts';

/** One validation case: setup, steps, teardown. A case with a single call is a case with one step. */
export interface CaseSpec {
  readonly id: string;
  readonly location: Location;
  readonly setup: readonly StepSpec[];
  /** At least one. */
  readonly steps: readonly StepSpec[];
  /** Runs whatever became of the others. */
  readonly teardown: readonly StepSpec[];
  /** How often the whole case runs, and how many of these must pass; null: once. */
  readonly repeat: { readonly times: number; readonly passRate: number } | null;
  /** In a process of the server of its own. */
  readonly fresh: boolean;
  /** What the client answers when the server asks it; each kind that is given is declared as a capability. */
  readonly client: ClientAnswers;
  readonly tags: readonly string[];
  /** A reason, or null when it is to run. */
  readonly skip: string | null;
  readonly only: boolean;
  /** The file that the snapshots of this case lie in: absolute, `__snapshots__/` beside the file the case stands in. */
  readonly snapshotFile: string;
}

export interface StepSpec {
  /** Unique in its case: `setup[0]`, `steps[1]`, or the name that the user gave. */
  readonly name: string;
  readonly request: StepRequest;
  readonly expect: Expectations;
  /** Names for values of the answer, by JSONPath; `{{name}}` stands for the value in later steps. */
  readonly capture: Readonly<Record<string, string>>;
  /** Milliseconds; null: the server's `timeouts.call`. */
  readonly timeout: number | null;
  readonly location: Location;
}

/** What is asked of the server. Texts in it may hold `{{name}}`. */
export type StepRequest =
  | { readonly kind: 'tool'; readonly name: string; readonly args: Readonly<Record<string, unknown>> }
  | { readonly kind: 'prompt'; readonly name: string; readonly args: Readonly<Record<string, string>> }
  | { readonly kind: 'resource'; readonly uri: string }
  | {
      readonly kind: 'complete';
      /** What is completed: an argument of a prompt, or a variable of a resource template. */
      readonly ref: { readonly prompt: string } | { readonly resource: string };
      readonly argument: { readonly name: string; readonly value: string };
      /** Arguments that are settled already (`context.arguments`). */
      readonly context: Readonly<Record<string, string>>;
    }
  /** One of the server's lists, all pages. */
  | { readonly kind: 'list'; readonly list: 'tools' | 'prompts' | 'resources' | 'resourceTemplates' };

/** Absent: the capability is not declared. Several answers are given one after another, the last one again and again. */
export interface ClientAnswers {
  readonly elicitation?: readonly {
    readonly action: 'accept' | 'decline' | 'cancel';
    readonly content?: Readonly<Record<string, unknown>>;
  }[];
  readonly sampling?: readonly { readonly text: string; readonly model: string }[];
  readonly roots?: readonly { readonly uri: string; readonly name?: string }[];
}

/** What a step expects; one spelling each (docs/ASSERTIONS.md). Absent means not asked. */
export interface Expectations {
  readonly isError?: boolean;
  readonly protocolError?: { readonly code?: number; readonly message?: string };
  readonly contains?: readonly string[];
  readonly notContains?: readonly string[];
  /** ECMAScript regular expressions (with the `u` flag), each found somewhere in the text. */
  readonly matches?: readonly string[];
  readonly equals?: unknown;
  /** JSONPath (RFC 9535) to what is expected there. */
  readonly jsonPath?: Readonly<Record<string, PathExpectation>>;
  /** A JSON Schema, already read when it stood in a file. */
  readonly schema?: unknown;
  /** Default true: a declared outputSchema is checked on every result. */
  readonly matchesOutputSchema?: boolean;
  /** The answer has something in it: text, another block, or structured content that is not empty. */
  readonly notEmpty?: boolean;
  /** Of the list that the answer is, or holds as its only list. */
  readonly minItems?: number;
  readonly maxItems?: number;
  /** The types of the content blocks, in order. */
  readonly contentTypes?: readonly string[];
  /** Of the whole result as JSON, in UTF-8. */
  readonly maxBytes?: number;
  /** Milliseconds. */
  readonly maxLatency?: number;
  readonly snapshot?: {
    /** Unique in the snapshot file of the case: `server > case > step`. */
    readonly key: string;
    /** JSONPaths of what changes from run to run. */
    readonly ignore: readonly string[];
  };
  /** State of the work folder after the call, by path relative to it. */
  readonly files?: Readonly<Record<string, FileExpectation>>;
  /** Progress notifications that came during the call. */
  readonly progress?: { readonly min: number };
  /** Log messages that came during the call. */
  readonly logs?: { readonly min?: number; readonly level?: string; readonly contains?: readonly string[] };
}

/** A value, or matchers that all must hold; of several values that a path selects, each must. */
export type PathExpectation =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'matchers'; readonly matchers: Matchers };

export interface Matchers {
  readonly exists?: boolean;
  readonly equals?: unknown;
  readonly contains?: readonly string[];
  readonly notContains?: readonly string[];
  readonly matches?: readonly string[];
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object';
  readonly notEmpty?: boolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly schema?: unknown;
}

export interface FileExpectation {
  readonly exists?: boolean;
  readonly contains?: readonly string[];
  readonly notContains?: readonly string[];
  readonly matches?: readonly string[];
  readonly equals?: string;
  /** As it was before the step. */
  readonly unchanged?: boolean;
}
