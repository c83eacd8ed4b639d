import { show } from '../../checkout/show.ts';
import type { Part, Variable, Word } from './model.ts';
import { refuse } from './refused.ts';
import { add, plainText, readWord } from './word.ts';

/** What a variable that only the base image knows is taken to be long, in characters. */
const unknownSize = 256;
/** Characters of one value; Linux takes no variable above 128 KiB. */
const maxValue = 32 * 1024;
/** Set while we build, and by us: what the image is told must not hold them. */
const proxy = /^(?:all|ftp|https?|no)_proxy$/i;

/** How much all values of a plan may hold: `ENV B=$A$A`, some thirty times, would fill the memory of whoever builds. */
export class Budget {
  #left = 1024 * 1024;

  spend(characters: number, line: number): void {
    this.#left -= characters;
    if (characters > maxValue || this.#left < 0) {
      refuse(line, 'found variables that make a text of unbearable length; write shorter values');
    }
  }
}

interface Value {
  /** Null where nobody but the base image knows what it is. */
  readonly text: string | null;
  readonly size: number;
}

/** The variables at one place of a Dockerfile. */
export class Scope {
  readonly budget: Budget;
  /** What a name that nothing sets is: nothing, or whatever the base image says. */
  readonly #hasBase: boolean;
  readonly #env: Map<string, Value>;
  readonly #args = new Map<string, Value>();

  constructor(budget: Budget, hasBase: boolean, parent?: Scope) {
    this.budget = budget;
    this.#hasBase = hasBase;
    this.#env = new Map(parent === undefined ? [] : parent.#env);
  }

  setEnv(name: string, value: Word): void {
    this.#env.set(name, this.#valueOf(value));
  }

  setArg(name: string, value: Word): void {
    this.#args.set(name, this.#valueOf(value));
  }

  /** ENV goes before ARG, wherever they stand. */
  #get(name: string): Value {
    if (proxy.test(name)) return { text: '', size: 0 };
    const unset = this.#hasBase ? { text: null, size: unknownSize } : { text: '', size: 0 };
    return this.#env.get(name) ?? this.#args.get(name) ?? unset;
  }

  #valueOf(word: Word): Value {
    return { text: plainText(word), size: this.#sizeOf(word) };
  }

  #sizeOf(word: Word): number {
    const sizes = word.map((part) =>
      typeof part === 'string' ? part.length : this.#get(part.name).size + this.#sizeOf(part.word),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Reads a word, and puts in the variables that are known here. */
  expand(text: string, line: number): Word {
    const word = this.#expanded(readWord(text, line), line);
    this.budget.spend(this.#sizeOf(word), line);
    return word;
  }

  /**
   * The same for what has to be known before the build.
   * @param what the place, for a sentence: `a source of COPY`
   */
  text(given: string, line: number, what: string): string {
    const text = plainText(this.expand(given, line));
    return (
      text ??
      refuse(
        line,
        `found ${show(given)} as ${what}, with a variable that has no value before the build; give its ARG one, or write it out`,
      )
    );
  }

  #expanded(word: Word, line: number): Word {
    const parts: Part[] = [];
    let size = 0;
    for (const part of word) {
      const known = typeof part === 'string' ? [part] : this.#variable(part, line);
      size += known.reduce((sum, one) => sum + (typeof one === 'string' ? one.length : 0), 0);
      // Before the pieces become one text.
      if (size > maxValue) this.budget.spend(size, line);
      for (const one of known) add(parts, one);
    }
    return parts;
  }

  #variable({ name, test, word }: Variable, line: number): Word {
    const { text } = this.#get(name);
    if (test === null) return text === null ? [{ name, test, word }] : [text];
    if (text === null && !test.startsWith(':')) {
      refuse(line, `found \`\${${name}${test}…}\`, which Podman does not know; write \`\${${name}:${test}…}\``);
    }
    if (text === null) return [{ name, test, word: this.#expanded(word, line) }];
    const isUnset = test.startsWith(':') ? text === '' : !this.#env.has(name) && !this.#args.has(name);
    if (test.endsWith('+')) return isUnset ? [] : this.#expanded(word, line);
    return isUnset ? this.#expanded(word, line) : [text];
  }
}
