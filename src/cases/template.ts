import type { Expectations, FileExpectation, Matchers, PathExpectation, StepRequest } from '../config/model.ts';
import { isRecord } from './record.ts';

/** `{{name}}` stands for a captured value, `\{{name}}` for these characters themselves; other braces are just braces. */
const reference = /(?<!\\)(?<slashes>\\*)\{\{(?<name>[A-Za-z_][\w-]{0,63})\}\}/gu;
const onlyReference = /^\{\{(?<name>[A-Za-z_][\w-]{0,63})\}\}$/u;

/** What was captured so far, by name. */
export type Captured = ReadonlyMap<string, unknown>;

/** Puts captured values into texts, and notes the names that stand for none. */
export class Filler {
  readonly #captured: Captured;
  readonly #missing = new Set<string>();

  constructor(captured: Captured) {
    this.#captured = captured;
  }

  get missing(): readonly string[] {
    return [...this.#missing];
  }

  request(request: StepRequest): StepRequest {
    if (request.kind === 'list') return request;
    if (request.kind === 'resource') return { ...request, uri: this.text(request.uri) };
    if (request.kind === 'tool') {
      return { ...request, args: this.#members(request.args, (value) => this.value(value)) };
    }
    if (request.kind === 'prompt') {
      return { ...request, args: this.#members(request.args, (value) => this.text(value)) };
    }
    const { ref, argument } = request;
    return {
      ...request,
      ref: 'resource' in ref ? { resource: this.text(ref.resource) } : ref,
      argument: { ...argument, value: this.text(argument.value) },
      context: this.#members(request.context, (value) => this.text(value)),
    };
  }

  /** Names, paths, sizes and schemas stay as they are; captured text in a pattern is meant to the letter. */
  expectations(expect: Expectations): Expectations {
    const { protocolError, equals, jsonPath, files, logs } = expect;
    return {
      ...expect,
      ...this.#texts(expect),
      ...(protocolError?.message !== undefined && {
        protocolError: { ...protocolError, message: this.text(protocolError.message) },
      }),
      ...(equals !== undefined && { equals: this.value(equals) }),
      ...(jsonPath && { jsonPath: this.#members(jsonPath, (wish) => this.#path(wish)) }),
      ...(files && { files: this.#members(files, (wish) => this.#file(wish)) }),
      ...(logs?.contains && { logs: { ...logs, contains: logs.contains.map((text) => this.text(text)) } }),
    };
  }

  /** A text that is nothing but a reference takes the value with its type. */
  value(value: unknown): unknown {
    if (typeof value === 'string') {
      const name = onlyReference.exec(value)?.groups?.['name'];
      return name === undefined ? this.text(value) : this.#valueOf(name);
    }
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    return isRecord(value) ? this.#members(value, (item) => this.value(item)) : value;
  }

  /** Other values than texts are written as JSON. */
  text(text: string): string {
    return this.#fill(text, (said) => said);
  }

  #path(wish: PathExpectation): PathExpectation {
    if (wish.kind === 'value') return { ...wish, value: this.value(wish.value) };
    const { matchers } = wish;
    const { equals } = matchers;
    const filled = { ...matchers, ...this.#texts(matchers) };
    return { ...wish, matchers: equals === undefined ? filled : { ...filled, equals: this.value(equals) } };
  }

  #file(wish: FileExpectation): FileExpectation {
    const filled = { ...wish, ...this.#texts(wish) };
    return wish.equals === undefined ? filled : { ...filled, equals: this.text(wish.equals) };
  }

  #texts({ contains, notContains, matches }: Pick<Matchers, 'contains' | 'notContains' | 'matches'>) {
    return {
      ...(contains && { contains: contains.map((text) => this.text(text)) }),
      ...(notContains && { notContains: notContains.map((text) => this.text(text)) }),
      ...(matches && { matches: matches.map((pattern) => this.#fill(pattern, (said) => RegExp.escape(said))) }),
    };
  }

  #members<T, U>(members: Readonly<Record<string, T>>, fill: (value: T) => U): Record<string, U> {
    return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, fill(value)]));
  }

  #fill(text: string, written: (text: string) => string): string {
    if (!text.includes('{{')) return text;
    return text.replaceAll(reference, (whole: string, slashes: string, name: string) => {
      // Two backslashes are one, and an odd one makes the reference literal.
      const kept = '\\'.repeat(Math.floor(slashes.length / 2));
      if (slashes.length % 2 === 1) return kept + whole.slice(slashes.length);
      const value = this.#valueOf(name);
      return kept + written(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
    });
  }

  #valueOf(name: string): unknown {
    if (!this.#captured.has(name)) this.#missing.add(name);
    return this.#captured.get(name);
  }
}
