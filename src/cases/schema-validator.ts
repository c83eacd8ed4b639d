import { DeadlineWorker, workerMiB } from './deadline-worker.ts';
import type { NotChecked, Reply, Task } from './schema-worker.mjs';

export type { NotChecked };
export type Validation =
  | { readonly state: 'valid' }
  | { readonly state: 'invalid'; readonly errors: string[] }
  | NotChecked;
/** `at` and `end` are offsets in UTF-16 units. */
export type Search =
  | { readonly state: 'found'; readonly at: number; readonly end: number }
  | { readonly state: 'notFound' }
  | NotChecked;
export type Selection = { readonly state: 'selected'; readonly values: readonly unknown[] } | NotChecked;
export type Masked = { readonly state: 'masked'; readonly value: unknown } | NotChecked;

/**
 * Applies hostile rules to hostile values in a thread of its own, with a deadline for each. Nothing here rejects or
 * throws; what could not be looked at is `notChecked` with a sentence. May be shared by any number of servers.
 */
export interface SchemaValidator {
  /** JSON Schema 2020-12, or 2019-09 or draft-07 where `$schema` says so; nothing is ever fetched. */
  validate(schema: unknown, value: unknown): Promise<Validation>;
  /** Where an ECMAScript regular expression (flag `u`) is first found in the text. */
  search(pattern: string, text: string): Promise<Search>;
  /** The values that a JSONPath (RFC 9535) selects, in document order. */
  select(path: string, value: unknown): Promise<Selection>;
  /** A copy of the value in which a marker stands for whatever the JSONPaths select. */
  mask(paths: readonly string[], value: unknown, marker: string): Promise<Masked>;
  /** Ends the thread. Idempotent; what is still waiting becomes `notChecked`. */
  close(): Promise<void>;
}

const schemaLimit = 1024 * 1024;
const valueLimit = 8 * 1024 * 1024;
/**
 * Against patterns that would take years. A schema of 150 KiB with nothing wrong in it takes a second or two of an
 * ordinary processor to be compiled, and a machine that is emulated or shared counts as used what it never had.
 */
const patienceMs = 5000;

/** @param options.deadlineMs of processor time for one validation, from when the worker begins it. */
export function createSchemaValidator(options: { deadlineMs?: number } = {}): SchemaValidator {
  const deadlineMs = options.deadlineMs ?? patienceMs;
  const worker = new DeadlineWorker(deadlineMs);

  async function ask(task: Task, late: string): Promise<Reply> {
    const outcome = await worker.run(task);
    if (outcome.state === 'done') return outcome.reply;
    return outcome.state === 'late' ? notChecked(late, 'rule') : notChecked(outcome.reason, 'limit');
  }

  const time = deadlineMs % 1000 === 0 ? `${deadlineMs / 1000} s` : `${deadlineMs} ms`;
  const inTime = `did not finish in ${time} and ${workerMiB} MiB`;
  return {
    async validate(schema, value) {
      const rule = toJson(schema, schemaLimit, 'schema', 'rule');
      if (typeof rule !== 'string') return rule;
      const subject = toJson(value, valueLimit, 'value', 'limit');
      if (typeof subject !== 'string') return subject;
      const late = `the schema ${inTime} (a pattern that backtracks?)`;
      const reply = await ask({ kind: 'validate', schema: rule, value: subject }, late);
      return reply.state === 'valid' || reply.state === 'invalid' ? reply : unchecked(reply);
    },
    async search(pattern, text) {
      const late = `the pattern ${inTime} (does it backtrack?)`;
      const reply = await ask({ kind: 'search', pattern, text }, late);
      return reply.state === 'found' || reply.state === 'notFound' ? reply : unchecked(reply);
    },
    async select(path, value) {
      const subject = toJson(value, valueLimit, 'value', 'limit');
      if (typeof subject !== 'string') return subject;
      const reply = await ask({ kind: 'select', path, value: subject }, `the path ${inTime}`);
      if (reply.state !== 'selected') return unchecked(reply);
      const values: readonly unknown[] = JSON.parse(reply.values);
      return { state: 'selected', values };
    },
    async mask(paths, value, marker) {
      const subject = toJson(value, valueLimit, 'value', 'limit');
      if (typeof subject !== 'string') return subject;
      const reply = await ask({ kind: 'mask', paths, value: subject, marker }, `a path ${inTime}`);
      return reply.state === 'masked'
        ? { state: 'masked', value: JSON.parse(reply.value) as unknown }
        : unchecked(reply);
    },
    close: () => worker.close(),
  };
}

function notChecked(reason: string, blame: NotChecked['blame']): NotChecked {
  return { state: 'notChecked', reason, blame };
}

function unchecked(reply: Reply): NotChecked {
  return reply.state === 'notChecked' ? reply : notChecked('the checker answered something else', 'limit');
}

function toJson(value: unknown, limit: number, name: string, blame: NotChecked['blame']): string | NotChecked {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined) return notChecked(`the ${name} is missing`, blame);
    if (text.length <= limit) return text;
    return notChecked(`the ${name} is larger than ${limit / 1024 / 1024} MiB, more than is checked`, blame);
  } catch (error) {
    const why = error instanceof RangeError ? 'is nested too deeply to be checked' : 'cannot be written as JSON';
    return notChecked(`the ${name} ${why}`, blame);
  }
}
